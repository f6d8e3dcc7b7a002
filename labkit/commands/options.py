"""Options that several commands share."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from labkit.target import Target
from labkit.verification import Extras

Command = TypeVar("Command", bound=Callable[..., Any])


def labs_argument(command: Command) -> Command:
    """The labs a command works on; none named means all that the command can mean."""
    return click.argument("labs", nargs=-1, metavar="[LAB …]")(command)


def partner_option(command: Command) -> Command:
    return click.option(
        "--partner-profile",
        metavar="NAME",
        help="Profile of an administrator of a second AWS account, for labs across two (with --target aws).",
    )(command)


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--target, --profile, --region and --partner-profile, which the command takes as one `target: Target`."""

    @functools.wraps(command)
    def with_target(
        *arguments: Any,
        target: str | None,
        profile: str | None,
        region: str | None,
        partner_profile: str | None,
        **others: Any,
    ) -> Any:
        chosen = Target.chosen(target, profile, region, partner_profile, os.environ)
        return command(*arguments, target=chosen, **others)

    for option in (
        partner_option,
        click.option("--region", help="AWS region (with --target aws)."),
        click.option("--profile", help="Profile of the AWS configuration (with --target aws)."),
        click.option("--target", metavar="local|aws", help="Where to work [default: $LAB_TARGET, else local]."),
    ):
        with_target = option(with_target)
    return with_target


def yes_option(command: Command) -> Command:
    return click.option("--yes", is_flag=True, help="Do not ask before something is changed on AWS.")(command)


def deadline_option(command: Command) -> Command:
    return click.option(
        "--deadline",
        type=click.FloatRange(min=0, max=86400),
        metavar="S",
        help="Seconds after which nothing is asked again [default: $LAB_DEADLINE, else 120].",
    )(command)


def verify_options(command: Command) -> Command:
    """The options of a verification, as `VerifyOptions` takes them."""
    path = click.Path(path_type=Path)
    for option in (
        click.option("--explain", is_flag=True, help="Say of each check why AWS answers so, and what would change it."),
        click.option("--strict", is_flag=True, help="A check that is not applicable makes the exit code 2."),
        deadline_option,
        click.option("--html", type=path, metavar="F", help="Write the report as a web page into this file."),
        click.option("--junit", type=path, metavar="F", help="Write the report as JUnit XML into this file."),
        click.option("--json", "json_file", type=path, metavar="F", help="Write the report as JSON into this file."),
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class VerifyOptions:
    """The options of a verification, as click names them; `deadline` in seconds, None for the default."""

    json_file: Path | None
    junit: Path | None
    html: Path | None
    deadline: float | None
    strict: bool
    explain: bool

    @property
    def files(self) -> dict[str, Path]:
        """The reports that were asked for, by format."""
        wanted = {"json": self.json_file, "junit": self.junit, "html": self.html}
        return {name: path for name, path in wanted.items() if path}

    @property
    def extras(self) -> Extras:
        """What the reports need besides verdicts."""
        return Extras(explain=self.explain, sketch=self.html is not None)
