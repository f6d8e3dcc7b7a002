"""`lab status`: where commands work, and which labs stand there."""

from __future__ import annotations

import os

import click

from labkit.catalogue import all_labs
from labkit.commands.options import target_options
from labkit.place import Place
from labkit.reports.terminal import Terminal
from labkit.stacks import find_stack
from labkit.state import lab_home
from labkit.target import Target


@click.command("status")
@target_options
def command(target: Target) -> None:
    """Show target, account, and which labs stand since when."""
    terminal = Terminal()
    place = target.open(lab_home(os.environ), terminal)
    terminal.say(f"target   {target.name}")
    terminal.say(f"account  {place.account.id} as {place.administrator}, region {place.clients.region}")
    if partner := place.partner:
        terminal.say(f"partner  {partner.account.id} as {partner.administrator}")
    for entry in all_labs():
        terminal.say(f"{entry.name:<20} {entry.lab.stack:<20} {_state(place, entry.lab.stack)}")
        if entry.partner_stack:
            known = _state(place.partner, entry.partner_stack) if place.partner else "not known (--partner-profile)"
            terminal.say(f"{'':<20} {entry.partner_stack:<20} {known}")


def _state(place: Place, name: str) -> str:
    stack = find_stack(place.cloudformation, name)
    return f"{stack.status} since {stack.since:%Y-%m-%d %H:%M:%S %Z}" if stack else "not deployed"
