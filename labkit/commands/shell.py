"""`lab shell`: a shell, or one command, as a user of a lab that stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial

import click

from labkit.aws.clients import PERSIST
from labkit.catalogue import Entry, all_labs
from labkit.checks.check import UnreadableSecretError
from labkit.checks.principals import Role, User
from labkit.checks.values import Facts, MissingOutputError, resolve
from labkit.commands.options import target_options
from labkit.deployment import Place
from labkit.errors import LabError
from labkit.interruption import ctrl_c_is_for_the_child
from labkit.reports.terminal import Terminal
from labkit.scene import read_access_key
from labkit.shell.workplace import Person, Profile, workplace
from labkit.stacks import Stack
from labkit.state import lab_home
from labkit.target import Target
from labkit.verification import standing


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
def command(words: list[str], user: str | None, target: str | None, profile: str | None, region: str | None) -> int:
    """Work as a user of a lab that stands (no USER: the only one there is); no COMMAND: in a shell.

    The AWS CLI finds the user as its default profile, and each role of the lab as a profile of the role's name. The
    outputs of the lab's stack are variables, such as $RoleArn.
    """
    terminal = Terminal()
    home = lab_home(os.environ)
    place = Target.chosen(target, profile, region, os.environ).open(home, terminal)
    entry, stack, who = choose_user(user, standing(all_labs(), place.clients, named=False))
    person = _person(entry, stack, who, place)
    with workplace(home, person, os.environ) as environment:
        if not words:
            roles = ", ".join(person.roles) or "none"
            terminal.note(f"You are {who.name}. Roles as profiles: {roles} (aws --profile …). `exit` ends it.")
        return _run(words or [os.environ.get("SHELL") or "/bin/sh"], environment)


def choose_user(name: str | None, labs: list[tuple[Entry, Stack]]) -> tuple[Entry, Stack, User]:
    """The user `name` of one of `labs`; no name: the only user there is. Raises `LabError` with the choice."""
    users = [(entry, stack, user) for entry, stack in labs for user in entry.lab.users]
    fitting = [found for found in users if name in (None, found[2].name)]
    if len(fitting) == 1:
        return fitting[0]
    choice = ", ".join(user.name for _, _, user in users)
    raise LabError(f"there is no user {name!r} here; choose one: {choice}" if name else f"choose a user: {choice}")


def _person(entry: Entry, stack: Stack, user: User, place: Place) -> Person:
    facts = Facts(stack.outputs, place.account)
    try:
        key = read_access_key(partial(place.clients.client, config=PERSIST), resolve(user.access_key, facts))
        roles = {role.name: _profile(role, facts) for role in entry.lab.roles}
    except UnreadableSecretError as error:
        raise LabError(f"the key of {user.name} can't be had: {error}") from error
    except MissingOutputError as error:
        raise LabError(
            f"{stack.name} has no output {error}; deploy the lab as it is here: lab up {entry.name}"
        ) from error
    return Person(user.name, key, roles, place.clients.region or "us-east-1", stack.outputs)


def _profile(role: Role, facts: Facts) -> Profile:
    return Profile(str(resolve(role.arn, facts)), role.through.name if role.through else "default")


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
