"""`lab status`: where commands work, and which labs stand there."""

from __future__ import annotations

import os

import click

from labkit.catalogue import all_labs
from labkit.commands.options import target_options
from labkit.reports.terminal import Terminal
from labkit.stacks import find_stack
from labkit.state import lab_home
from labkit.target import Target


@click.command("status")
@target_options
def command(target: str | None, profile: str | None, region: str | None) -> None:
    """Show target, account, and which labs stand since when."""
    terminal = Terminal()
    chosen = Target.chosen(target, profile, region, os.environ)
    place = chosen.open(lab_home(os.environ), terminal)
    terminal.say(f"target   {chosen.name}")
    terminal.say(f"account  {place.account.id} as {place.administrator}, region {place.clients.region}")
    for entry in all_labs():
        stack = find_stack(place.cloudformation, entry.lab.stack)
        state = f"{stack.status} since {stack.since:%Y-%m-%d %H:%M:%S %Z}" if stack else "not deployed"
        terminal.say(f"{entry.name:<20} {entry.lab.stack:<20} {state}")
