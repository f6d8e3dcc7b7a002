"""`lab verify`: proves what is deployed. `scripts/verify_lab.py` is the same for the environment's own AWS."""

from __future__ import annotations

import os
from typing import Any

import click

from labkit.catalogue import all_labs, find_labs
from labkit.commands.options import VerifyOptions, labs_argument, partner_option, target_options, verify_options
from labkit.deadline import Deadline, deadline_seconds
from labkit.environment import enter, on_aws
from labkit.place import Place
from labkit.reports import files
from labkit.reports.terminal import Terminal
from labkit.state import lab_home
from labkit.target import Target, environments_place
from labkit.verification import standing, verify


@click.command("verify")
@labs_argument
@target_options
@verify_options
def command(labs: tuple[str, ...], target: Target, **given: Any) -> int:
    """Prove what is deployed (no LAB: every lab that stands)."""
    find_labs(labs)
    options = VerifyOptions(**given)
    files.require_writable(options.files)
    terminal = Terminal()
    place = target.open(lab_home(os.environ), terminal)
    return _verify(labs, place, options, terminal)


@click.command("verify_lab.py")
@labs_argument
@partner_option
@verify_options
def verify_environment(labs: tuple[str, ...], partner_profile: str | None, **given: Any) -> int:
    """Prove what is deployed on the AWS that the environment names (no LAB: every lab that stands)."""
    find_labs(labs)
    options = VerifyOptions(**given)
    files.require_writable(options.files)
    enter(on_aws(os.environ, profile=None, region=None))
    return _verify(labs, environments_place(partner_profile), options, Terminal())


def _verify(labs: tuple[str, ...], place: Place, options: VerifyOptions, terminal: Terminal) -> int:
    seconds = deadline_seconds(options.deadline, os.environ)
    entries = find_labs(labs) if labs else all_labs()
    found = standing(entries, place, named=bool(labs))
    with terminal.stage("verifying"):
        report = verify(
            found,
            place,
            Deadline(seconds),
            terminal,
            strict=options.strict,
            extras=options.extras,
        )
    files.write(report, options.files)
    terminal.report(report)
    return report.exit_code
