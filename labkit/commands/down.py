"""`lab down`: takes labs down and proves that nothing is left."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from labkit.catalogue import Entry, all_labs, find_labs
from labkit.cdk import Cdk
from labkit.checkout import require_checkout
from labkit.commands.options import labs_argument, target_options, yes_option
from labkit.commands.run import show_absence
from labkit.commands.up import confirm, synthesize
from labkit.deployment import (
    Place,
    additions,
    contents,
    destroy,
    prove_absence,
    remove_additions,
    settled,
    stack_resources,
)
from labkit.reports.terminal import Terminal
from labkit.stacks import Stack
from labkit.state import lab_home
from labkit.target import Target
from labkit.teardown.absence import Trace

Standing = Sequence[tuple[Entry, Stack]]


@click.command("down")
@labs_argument
@target_options
@yes_option
@click.option("--dry-run", is_flag=True, help="Only show what would be removed.")
def command(
    labs: tuple[str, ...], target: str | None, profile: str | None, region: str | None, yes: bool, dry_run: bool
) -> int:
    """Destroy labs (no LAB: all that are deployed), with what was added by hand to their own principals."""
    entries = find_labs(labs) if labs else all_labs()
    if not dry_run:
        require_checkout("lab down")
    chosen = Target.chosen(target, profile, region, os.environ)
    home, terminal = lab_home(os.environ), Terminal()
    place = chosen.open(home, terminal)
    if dry_run:
        _show(_deployed(entries, place, terminal), place, terminal)
        return 0
    # Nothing is looked for before this: a CDK CLI that outlived its lab command may still be deploying.
    with Cdk(home / "assembly", home / "cdk.log", terminal.note) as cdk:
        found = _deployed(entries, place, terminal)
        if found and chosen.name == "aws" and not yes:
            confirm(f"Destroy {', '.join(stack.name for _, stack in found)} in account {place.account.id}?")
        traces = _take_down(found, place, cdk, terminal) if found else _nothing_deployed(entries, place, terminal)
    return show_absence(traces, terminal)


def _nothing_deployed(entries: Sequence[Entry], place: Place, terminal: Terminal) -> list[Trace]:
    terminal.say("No stack of these labs is deployed here.")
    names = [entry.lab.stack for entry in entries]
    return prove_absence(place, names, [resource for name in names for resource in stack_resources(place, name)])


def _deployed(entries: Sequence[Entry], place: Place, terminal: Terminal) -> list[tuple[Entry, Stack]]:
    found = ((entry, settled(place, entry.lab.stack, terminal)) for entry in entries)
    return [(entry, stack) for entry, stack in found if stack]


def _show(found: Standing, place: Place, terminal: Terminal) -> None:
    if not found:
        terminal.say("Nothing would be removed: no stack of these labs is deployed here.")
    for _, stack in found:
        for addition in additions(place, stack):
            terminal.say(f"would remove what was added by hand: {addition}")
        for lying in contents(place, stack):
            terminal.say(f"would remove {lying}")
        for resource in stack_resources(place, stack.name):
            if resource.status != "DELETE_COMPLETE":
                terminal.say(f"would destroy: {resource.type} {resource.physical_id}")


def _take_down(found: Standing, place: Place, cdk: Cdk, terminal: Terminal) -> list[Trace]:
    for _, stack in found:
        remove_additions(place, stack, terminal)
    entries = [entry for entry, _ in found]
    if not cdk.knows([stack.name for _, stack in found]):
        synthesize(cdk, entries, terminal)
    return destroy(cdk, entries, place, terminal)
