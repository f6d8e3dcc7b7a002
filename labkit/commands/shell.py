"""`lab shell`: a shell, or one command, as a user of a lab that stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial

import click

from labkit.aws.clients import PERSIST, Clients
from labkit.catalogue import all_labs
from labkit.checks.check import UnreadableSecretError
from labkit.checks.principals import Role, User
from labkit.checks.values import PARTNER, Facts, MissingOutputError, resolve
from labkit.commands.options import target_options
from labkit.errors import LabError
from labkit.interruption import ctrl_c_is_for_the_child
from labkit.place import Place
from labkit.reports.terminal import Terminal
from labkit.scene import read_access_key
from labkit.shell.workplace import Person, Profile, workplace
from labkit.state import lab_home
from labkit.target import Target
from labkit.verification import Standing, standing


class CommandAfterDashes(click.Command):
    """A command that hands on, untouched, what follows `--`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        ctx.obj = args[end + 1 :]
        return super().parse_args(ctx, args[:end])


@click.command("shell", cls=CommandAfterDashes, options_metavar="[OPTIONS] [USER] [-- COMMAND …]")
@click.argument("user", required=False, metavar="")
@target_options
@click.pass_obj
def command(words: list[str], user: str | None, target: Target) -> int:
    """Work as a user of a lab that stands (no USER: the only one there is); no COMMAND: in a shell.

    The AWS CLI finds the user as its default profile, and each role of the lab as a profile of the role's name. The
    outputs of the lab's stacks are variables, such as $RoleArn.
    """
    terminal = Terminal()
    home = lab_home(os.environ)
    place = target.open(home, terminal)
    lab, who = choose_user(user, standing(all_labs(), place, named=False))
    person = _person(lab, who, place)
    with workplace(home, person, os.environ) as environment:
        if not words:
            roles = ", ".join(person.roles) or "none"
            terminal.note(f"You are {who.name}. Roles as profiles: {roles} (aws --profile …). `exit` ends it.")
        return _run(words or [os.environ.get("SHELL") or "/bin/sh"], environment)


def choose_user(name: str | None, labs: list[Standing]) -> tuple[Standing, User]:
    """The user `name` of one of `labs`; no name: the only user there is. Raises `LabError` with the choice."""
    users = [(lab, user) for lab in labs for user in lab.entry.lab.users]
    fitting = [found for found in users if name in (None, found[1].name)]
    if len(fitting) == 1:
        return fitting[0]
    choice = ", ".join(user.name for _, user in users)
    raise LabError(f"there is no user {name!r} here; choose one: {choice}" if name else f"choose a user: {choice}")


def clients_of(user: User, place: Place) -> Clients:
    """The clients of the account that `user` belongs to."""
    return place.partner.clients if user.account == PARTNER and place.partner else place.clients


def _person(lab: Standing, user: User, place: Place) -> Person:
    facts, client = lab.facts(place), partial(clients_of(user, place).client, config=PERSIST)
    try:
        key = read_access_key(client, resolve(user.access_key, facts))
        roles = {role.name: _profile(role, facts) for role in lab.entry.lab.roles}
    except UnreadableSecretError as error:
        raise LabError(f"the key of {user.name} can't be had: {error}") from error
    except MissingOutputError as error:
        name = lab.entry.name
        raise LabError(f"{name} has no stack output {error}; deploy the lab as it is here: lab up {name}") from error
    return Person(user.name, key, roles, place.clients.region or "us-east-1", lab.outputs)


def _profile(role: Role, facts: Facts) -> Profile:
    return Profile(str(resolve(role.arn, facts)), role.through.name if role.through else "default", role.external_id)


def _run(words: list[str], environment: dict[str, str]) -> int:
    """Run a command in the foreground and return its exit code. Raises `LabError` if there is no such command."""
    program = shutil.which(words[0], path=environment["PATH"])
    if not program:
        raise LabError(f"there is no command {words[0]!r}")
    sys.stdout.flush()
    with ctrl_c_is_for_the_child():
        code = subprocess.run([program, *words[1:]], env=environment, check=False).returncode
    # As a shell reports a command that a signal ended.
    return code if code >= 0 else 128 - code
