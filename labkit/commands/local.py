"""`lab local`: a lasting embedded AWS on the loopback address."""

from __future__ import annotations

import json
import os

import click

from labkit import embedded
from labkit.errors import LabError
from labkit.reports.decisions import lines
from labkit.reports.terminal import Terminal
from labkit.state import lab_home


@click.group("local")
def command() -> None:
    """Start, stop and look at the embedded AWS."""


@command.command("start")
@click.option("--port", type=click.IntRange(0, 65535), default=embedded.DEFAULT_PORT, show_default=True)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME=VALUE",
    help="For tests: let something go wrong, such as propagation=5 or throttle=0.2 (a wrong one lists them all).",
)
@click.option("--fresh", is_flag=True, help="Forget what was deployed on it before, and begin anew.")
def start(port: int, faults: tuple[str, ...], fresh: bool) -> None:
    """Start the embedded AWS, with what was deployed on it before, and leave it running."""
    home, terminal = lab_home(os.environ), Terminal()
    found = embedded.running(home)
    if found and port not in (found.port, embedded.DEFAULT_PORT):
        raise LabError(f"the embedded AWS already runs on port {found.port}; stop it first: lab local stop")
    if found and (faults or fresh):
        asked = "--fault" if faults else "--fresh"
        raise LabError(f"the embedded AWS already runs, and {asked} is for its start; stop it first: lab local stop")
    if found:
        terminal.say(f"The embedded AWS already runs at {found.endpoint}.")
        return
    with terminal.stage("starting the embedded AWS"):
        instance = embedded.start(home, port, faults, fresh=fresh)
    terminal.say(f'The embedded AWS runs at {instance.endpoint}. Use it: eval "$(lab env)"')


@command.command("stop")
@click.option("--quiet", is_flag=True, help="Say nothing if none runs.")
def stop(quiet: bool) -> None:
    """Stop the embedded AWS; what was deployed on it is kept for the next start (start --fresh forgets it)."""
    terminal = Terminal()
    found = embedded.running(lab_home(os.environ))
    if found:
        embedded.stop(found)
        terminal.say(f"The embedded AWS at {found.endpoint} is stopped; what was deployed on it is kept.")
    elif not quiet:
        terminal.say("No embedded AWS was running.")


@command.command("status")
def status() -> None:
    """Say whether the embedded AWS runs, and where."""
    terminal = Terminal()
    home = lab_home(os.environ)
    found = embedded.running(home)
    if not found:
        terminal.say("No embedded AWS is running.")
        return
    terminal.say(f"endpoint  {found.endpoint}")
    terminal.say(f"process   {found.pid}, {found.version}, since {found.started}")
    terminal.say(f"state     {embedded.saved_in(home)}")
    if found.faults:
        terminal.say(f"faults    {', '.join(found.faults)}")
    for name, key in found.accounts.items():
        terminal.say(f"account   {key.account} ({name})")


@command.command("decisions")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the whole trace.")
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="How many, at most.")
def decisions(as_json: bool, last: int) -> None:
    """Show the last authorization decisions: who asked for what, and which policy decided it.

    Every call is there, also those that CloudFormation makes for a stack; the embedded AWS keeps the last 2000
    decisions of both accounts until it stops.

    \b
    JSON: a list, oldest first, of objects:
      time        ISO 8601, UTC
      principal   ARN of who asked
      action      as in policies, such as sts:AssumeRole
      resource    ARN, or *
      via         the AWS service that asked for the principal, or null
      decision    "allow", "explicit deny" or "implicit deny"
      layer       the kind of policy that decided: it allowed, it denied, or it
                  had no allow
      policy      name of the policy whose statement decided, null for an
                  implicit deny
      statement   its index in that policy, from 0, or null
      sid         its Sid, or null
      conditions  its conditions; for an implicit deny those that failed:
                  operator, key, actual (values, or null where the request has
                  no such key), expected, held, note
      trace       each layer that was looked at: layer, answer, note,
                  statements (policy, statement, sid, effect, conditions,
                  failed_on: "principal", "action", "resource", "condition",
                  or null for one that matched)
    """
    found = embedded.decisions(lab_home(os.environ), last)
    # Not through Terminal: nothing here may be wrapped.
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for line in lines(found) if found else ["No decision was made yet."]:
        click.echo(line)
