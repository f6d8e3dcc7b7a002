"""`lab env`: shell commands that point AWS's own tools at a target."""

from __future__ import annotations

import os
import shlex

import click

from labkit.commands.options import target_options
from labkit.environment import exports
from labkit.errors import LabError
from labkit.state import lab_home
from labkit.target import Target


@click.command("env")
@target_options
@click.option("--account", type=click.Choice(["home", "partner"]), default="home", show_default=True)
def command(target: Target, account: str) -> None:
    """Print what `eval "$(lab env)"` needs to use the target with cdk, aws and boto3."""
    for line in _local(target, account) if target.name == "local" else _aws(target, account):
        click.echo(line)


def _local(chosen: Target, account: str) -> list[str]:
    values = exports(chosen.instance(lab_home(os.environ)), account)
    return [
        *(f"export {name}={shlex.quote(value)}" for name, value in values.items()),
        "unset AWS_SESSION_TOKEN AWS_PROFILE",
    ]


def _aws(chosen: Target, account: str) -> list[str]:
    if account == "partner" and not chosen.partner:
        raise LabError("--account is for the embedded AWS; on AWS choose a profile (--partner-profile)")
    region = {"AWS_REGION": chosen.region, "AWS_DEFAULT_REGION": chosen.region}
    values = {"AWS_PROFILE": chosen.partner if account == "partner" else chosen.profile, **region}
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items() if value]
