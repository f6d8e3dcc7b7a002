"""`lab verify`: proves what is deployed. `scripts/verify_lab.py` is the same for the environment's own AWS."""

from __future__ import annotations

import os
from typing import Any

import click

from labkit.aws.clients import Clients
from labkit.catalogue import all_labs, find_labs
from labkit.commands.options import VerifyOptions, labs_argument, target_options, verify_options
from labkit.deadline import Deadline, deadline_seconds
from labkit.deployment import Place
from labkit.environment import enter, on_aws
from labkit.reports import files
from labkit.reports.terminal import Terminal
from labkit.state import lab_home
from labkit.target import Target
from labkit.verification import administrator_arn, standing, verify


@click.command("verify")
@labs_argument
@target_options
@verify_options
def command(labs: tuple[str, ...], target: str | None, profile: str | None, region: str | None, **given: Any) -> int:
    """Prove what is deployed (no LAB: every lab that stands)."""
    find_labs(labs)
    options = VerifyOptions(**given)
    files.require_writable(options.files)
    terminal = Terminal()
    place = Target.chosen(target, profile, region, os.environ).open(lab_home(os.environ), terminal)
    return _verify(labs, place, options, terminal)


@click.command("verify_lab.py")
@labs_argument
@verify_options
def verify_environment(labs: tuple[str, ...], **given: Any) -> int:
    """Prove what is deployed on the AWS that the environment names (no LAB: every lab that stands)."""
    find_labs(labs)
    options = VerifyOptions(**given)
    files.require_writable(options.files)
    enter(on_aws(os.environ, profile=None, region=None))
    clients = Clients()
    place = Place(clients, administrator_arn(clients))
    return _verify(labs, place, options, Terminal())


def _verify(labs: tuple[str, ...], place: Place, options: VerifyOptions, terminal: Terminal) -> int:
    seconds = deadline_seconds(options.deadline, os.environ)
    entries = find_labs(labs) if labs else all_labs()
    found = standing(entries, place.clients, named=bool(labs))
    with terminal.stage("verifying"):
        report = verify(
            found,
            place.clients,
            place.administrator,
            Deadline(seconds),
            terminal,
            strict=options.strict,
            extras=options.extras,
        )
    files.write(report, options.files)
    terminal.report(report)
    return report.exit_code
