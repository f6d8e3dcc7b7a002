"""`lab explain`: why AWS answers one check of a standing lab as it does."""

from __future__ import annotations

import os

import click

from labkit.catalogue import Entry, find_labs
from labkit.commands.options import deadline_option, target_options
from labkit.deadline import Deadline, deadline_seconds
from labkit.errors import LabError
from labkit.place import require_partner
from labkit.reports.terminal import Terminal
from labkit.state import lab_home
from labkit.target import Target
from labkit.verdicts import exit_code
from labkit.verification import Extras, standing, verify


@click.command("explain")
@click.argument("lab")
@click.argument("check")
@target_options
@deadline_option
def command(lab: str, check: str, target: Target, deadline: float | None) -> int:
    """Say why AWS answers CHECK of LAB as it does, and what would turn its answer around."""
    (entry,) = find_labs((lab,))
    _require_check(entry, check)
    terminal = Terminal()
    place = target.open(lab_home(os.environ), terminal)
    require_partner((entry,), place)
    found = standing((entry,), place, named=True)
    seconds = deadline_seconds(deadline, os.environ)
    with terminal.stage(f"asking AWS as the story does, up to {check}"):
        # What comes before a check may be what makes AWS answer so: a session, a policy that was taken away.
        report = verify(
            found,
            place,
            Deadline(seconds),
            terminal,
            extras=Extras(explain=True),
            until=check,
        )
    result = next(each for each in report.checks if each.id == check)
    terminal.in_full(result)
    return exit_code([result.verdict])


def _require_check(entry: Entry, check: str) -> None:
    checks = [each.id for each in entry.lab.story]
    if check not in checks:
        raise LabError(f"{entry.name} has no check {check!r}; its checks are: {', '.join(checks)}")
