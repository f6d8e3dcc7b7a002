"""`lab down`: takes labs down and proves that nothing is left."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import click

from labkit.catalogue import Entry, all_labs, find_labs
from labkit.cdk import Cdk
from labkit.checkout import require_checkout
from labkit.commands.options import labs_argument, target_options, yes_option
from labkit.commands.run import show_absence
from labkit.commands.up import confirm, synthesize
from labkit.deployment import (
    additions,
    contents,
    destroy,
    prove_absence,
    remove_additions,
    settled,
    stack_resources,
)
from labkit.place import Place, Site, lacks_partner, require_partner, sites
from labkit.reports.terminal import Terminal
from labkit.stacks import Stack, find_stack
from labkit.state import lab_home
from labkit.target import Target
from labkit.teardown.absence import Trace


@dataclass(frozen=True)
class Found:
    """A stack of a lab that is to go, and where it stands."""

    site: Site
    stack: Stack


@click.command("down")
@labs_argument
@target_options
@yes_option
@click.option("--dry-run", is_flag=True, help="Only show what would be removed.")
def command(labs: tuple[str, ...], target: Target, yes: bool, dry_run: bool) -> int:
    """Destroy labs (no LAB: all that are deployed), with what was added by hand to their own principals."""
    asked_for = find_labs(labs) if labs else all_labs()
    if not dry_run:
        require_checkout("lab down")
    home, terminal = lab_home(os.environ), Terminal()
    place = target.open(home, terminal)
    entries = whole(asked_for, place, named=bool(labs))
    if dry_run:
        _show(_deployed(entries, place, terminal), terminal)
        return 0
    # Nothing is looked for before this: a CDK CLI that outlived its lab command may still be deploying.
    with Cdk(home / "assembly", home / "cdk.log", terminal.note) as cdk:
        found = _deployed(entries, place, terminal)
        if found and target.name == "aws" and not yes:
            confirm(f"Destroy {', '.join(map(_where, found))}?")
        traces = _take_down(found, place, cdk, terminal) if found else _nothing_deployed(entries, place, terminal)
    return show_absence(traces, terminal)


def whole(entries: Sequence[Entry], place: Place, *, named: bool) -> list[Entry]:
    """The labs of which every stack can be seen.

    What is in a second account can't be proven to be gone without one: raises `LabError` for a lab across two that was
    `named`, or that stands here.
    """
    lacking = [entry for entry in entries if lacks_partner(entry, place)]
    require_partner([e for e in lacking if named or find_stack(place.cloudformation, e.lab.stack)], place)
    return [entry for entry in entries if entry not in lacking]


def _nothing_deployed(entries: Sequence[Entry], place: Place, terminal: Terminal) -> list[Trace]:
    terminal.say("No stack of these labs is deployed here.")
    traces = []
    for wave in sites(entries, place):
        names, where = [site.stack for site in wave], wave[0].place
        existed = [resource for name in names for resource in stack_resources(where, name)]
        traces += prove_absence(where, names, existed)
    return traces


def _deployed(entries: Sequence[Entry], place: Place, terminal: Terminal) -> list[Found]:
    """The stacks that are there, in the order in which they are destroyed."""
    every = [site for wave in reversed(sites(entries, place)) for site in wave]
    found = ((site, settled(site.place, site.stack, terminal)) for site in every)
    return [Found(site, stack) for site, stack in found if stack]


def _where(found: Found) -> str:
    return f"{found.stack.name} in account {found.site.place.account.id}"


def _show(found: Sequence[Found], terminal: Terminal) -> None:
    if not found:
        terminal.say("Nothing would be removed: no stack of these labs is deployed here.")
    for each in found:
        place, stack = each.site.place, each.stack
        for addition in additions(place, stack):
            terminal.say(f"would remove what was added by hand: {addition}")
        for lying in contents(place, stack):
            terminal.say(f"would remove {lying}")
        for resource in stack_resources(place, stack.name):
            if resource.status != "DELETE_COMPLETE":
                terminal.say(f"would destroy: {resource.type} {resource.physical_id}")


def _take_down(found: Sequence[Found], place: Place, cdk: Cdk, terminal: Terminal) -> list[Trace]:
    for each in found:
        remove_additions(each.site.place, each.stack, terminal)
    entries = list({each.site.entry.name: each.site.entry for each in found}.values())
    if not cdk.knows([site.stack for site in chain.from_iterable(sites(entries, place))]):
        synthesize(cdk, entries, terminal)
    return destroy(cdk, entries, place, terminal)
