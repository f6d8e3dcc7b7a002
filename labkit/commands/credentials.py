"""`lab credentials`: what the console's "Download .csv" gives, for one user of one lab, on request only."""

from __future__ import annotations

import csv
import os
from functools import partial
from pathlib import Path

import click

from labkit.aws.clients import PERSIST
from labkit.catalogue import find_labs
from labkit.checks.check import UnreadableSecretError
from labkit.checks.principals import User
from labkit.checks.values import MissingOutputError, resolve
from labkit.commands.options import target_options
from labkit.commands.shell import choose_user, clients_of
from labkit.errors import LabError
from labkit.place import Place
from labkit.reports.terminal import Terminal
from labkit.scene import read_access_key, read_secret
from labkit.state import lab_home
from labkit.target import Target
from labkit.verification import Standing, standing

_HEADER = ("User name", "Password", "Access key ID", "Secret access key", "Console login link")


@click.command("credentials")
@click.argument("lab")
@click.argument("user")
@click.option("--csv", "path", type=click.Path(path_type=Path), required=True, metavar="F", help="A new file.")
@target_options
def command(lab: str, user: str, path: Path, target: Target) -> None:
    """Write a user's password and access key into a new file that only you can read."""
    entries = find_labs((lab,))
    terminal = Terminal()
    if path.exists():
        raise LabError(f"{path} exists and is not overwritten; name a new file")
    place = target.open(lab_home(os.environ), terminal)
    found, who = choose_user(user, standing(entries, place, named=True))
    _write(path, _row(found, who, place))
    terminal.say(f"The credentials of {who.name} are in {path}. Keep it to yourself, and delete it after use.")


def _row(lab: Standing, user: User, place: Place) -> tuple[str, ...]:
    facts, client = lab.facts(place), partial(clients_of(user, place).client, config=PERSIST)
    try:
        key = read_access_key(client, resolve(user.access_key, facts))
        password = read_secret(client, resolve(user.password, facts))["password"] if user.password else ""
    except UnreadableSecretError as error:
        raise LabError(f"the credentials of {user.name} can't be had: {error}") from error
    except MissingOutputError as error:
        name = lab.entry.name
        raise LabError(f"{name} has no stack output {error}; deploy the lab as it is here: lab up {name}") from error
    link = facts.of(user.account).outputs.get("ConsoleSignInUrl", "")
    return user.name, password, key.access_key_id, key.secret_access_key, link


def _write(path: Path, row: tuple[str, ...]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise LabError(f"{path} can't be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_HEADER, row])
