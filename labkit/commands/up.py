"""`lab up`: deploys labs, and says what to do with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from labkit.catalogue import Entry, all_labs, find_labs
from labkit.cdk import Cdk, CdkError
from labkit.checkout import require_checkout
from labkit.commands.options import labs_argument, target_options, yes_option
from labkit.deployment import Place, deploy
from labkit.errors import LabError
from labkit.preflight import require_deployable
from labkit.reports.terminal import Terminal
from labkit.stacks import find_stack
from labkit.state import lab_home
from labkit.target import Target


@click.command("up")
@labs_argument
@target_options
@yes_option
def command(labs: tuple[str, ...], target: str | None, profile: str | None, region: str | None, yes: bool) -> None:
    """Deploy labs (no LAB: all of them), also over ones that stand."""
    entries = find_labs(labs) if labs else all_labs()
    require_checkout("lab up")
    chosen = Target.chosen(target, profile, region, os.environ)
    home, terminal = lab_home(os.environ), Terminal()
    place = chosen.open(home, terminal, start=True)
    with Cdk(home / "assembly", home / "cdk.log", terminal.note) as cdk:
        synthesize(cdk, entries, terminal)
        for entry in entries:
            require_deployable(entry, cdk.assembly, place)
        if chosen.name == "aws" and not yes:
            confirm(f"Deploy {_stacks(entries)} into account {place.account.id}?")
        failures = deploy(cdk, entries, place, terminal)
    for entry in entries:
        if entry.name not in failures:
            _show(entry, place, terminal)
    if failures:
        raise LabError("; ".join(failures.values()))


def synthesize(cdk: Cdk, entries: Sequence[Entry], terminal: Terminal) -> None:
    """Synthesize the stacks of `entries` once. Raises `LabError`."""
    with terminal.stage("synthesizing the stacks"):
        try:
            cdk.start_synthesis([entry.name for entry in entries]).wait()
        except CdkError as error:
            raise LabError(f"the stacks could not be synthesized: {error}") from error


def confirm(question: str) -> None:
    """Ask before something is changed. Raises `LabError` if the answer is no, or if nobody can be asked."""
    if not sys.stdin.isatty():
        raise LabError(f"{question} Nobody is there to answer; add --yes if so")
    if not click.confirm(question):
        raise LabError("nothing was changed")


def _stacks(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.lab.stack for entry in entries)


def _show(entry: Entry, place: Place, terminal: Terminal) -> None:
    stack = find_stack(place.cloudformation, entry.lab.stack)
    terminal.say(f"{entry.name} stands in account {place.account.id}.")
    for key, value in sorted(stack.outputs.items() if stack else ()):
        if key.endswith("Url"):
            terminal.say(f"  {key}: {value}")
    users = "|".join(user.name for user in entry.lab.users)
    terminal.say(f"  next: lab verify {entry.name} · lab shell {users} · lab down {entry.name}")
