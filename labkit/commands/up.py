"""`lab up`: deploys labs, and says what to do with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import click

from labkit.catalogue import Entry, all_labs, find_labs
from labkit.cdk import Cdk, CdkError
from labkit.checkout import require_checkout
from labkit.commands.options import labs_argument, target_options, yes_option
from labkit.deployment import deploy
from labkit.errors import LabError
from labkit.place import Place, Site, lacks_partner, partner_advice, sites
from labkit.preflight import require_deployable
from labkit.reports.terminal import Terminal
from labkit.stacks import find_stack
from labkit.state import lab_home
from labkit.target import Target


@click.command("up")
@labs_argument
@target_options
@yes_option
def command(labs: tuple[str, ...], target: Target, yes: bool) -> None:
    """Deploy labs (no LAB: all of them), also over ones that stand."""
    entries = find_labs(labs) if labs else all_labs()
    require_checkout("lab up")
    home, terminal = lab_home(os.environ), Terminal()
    place = target.open(home, terminal, start=True)
    lacking = {entry.name: partner_advice(entry) for entry in entries if lacks_partner(entry, place)}
    entries = tuple(entry for entry in entries if entry.name not in lacking)
    failures = {name: advice for name, advice in lacking.items() if name in labs}
    for name in lacking.keys() - failures.keys():
        terminal.note(lacking[name])
    if entries:
        failures |= _deploy(entries, place, home, terminal, ask=target.name == "aws" and not yes)
    for entry in entries:
        if entry.name not in failures:
            _show(entry, place, terminal)
    if failures:
        raise LabError("; ".join(failures.values()))


def _deploy(entries: Sequence[Entry], place: Place, home: Path, terminal: Terminal, *, ask: bool) -> dict[str, str]:
    """Deploy `entries`; return, by lab, why one could not be. Raises `LabError`, having changed nothing."""
    waves = sites(entries, place)
    with Cdk(home / "assembly", home / "cdk.log", terminal.note) as cdk:
        synthesize(cdk, entries, terminal)
        for site in chain.from_iterable(waves):
            require_deployable(site, cdk.assembly)
        if ask:
            confirm(f"Deploy {' and '.join(_into(wave) for wave in waves)}?")
        return deploy(cdk, entries, place, terminal)


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


def _into(wave: Sequence[Site]) -> str:
    return f"{', '.join(site.stack for site in wave)} into account {wave[0].place.account.id}"


def _show(entry: Entry, place: Place, terminal: Terminal) -> None:
    found = [site for wave in sites((entry,), place) for site in wave]
    accounts = " and ".join(site.place.account.id for site in reversed(found))
    terminal.say(f"{entry.name} stands in account{'s' if len(found) > 1 else ''} {accounts}.")
    stacks = [find_stack(site.place.cloudformation, site.stack) for site in found]
    outputs = {key: value for stack in stacks if stack for key, value in stack.outputs.items()}
    for key, value in sorted(outputs.items()):
        if key.endswith("Url"):
            terminal.say(f"  {key}: {value}")
    users = "|".join(user.name for user in entry.lab.users)
    terminal.say(f"  next: lab verify {entry.name} · lab shell {users} · lab down {entry.name}")
