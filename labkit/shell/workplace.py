"""The private folder of one lab shell: the AWS configuration, the CLI's own home, and the socket with the key."""

from __future__ import annotations

import configparser
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labkit import private_socket
from labkit.aws.clients import Credentials
from labkit.environment import without_aws
from labkit.shell import hand_over
from labkit.state import private_folder

_CLI_LAUNCHER = """#!/bin/sh
# The AWS CLI caches the sessions of role profiles below its home: give it a private one.
HOME={home} exec {cli} "$@"
"""


@dataclass(frozen=True)
class Profile:
    """How the AWS CLI assumes a role: `arn`; `source`, the profile with whose credentials; `external_id`, if any."""

    arn: str
    source: str = "default"
    external_id: str | None = None


@dataclass(frozen=True)
class Person:
    """Whom the shell is for: the user's name and key, the profile of each role by the role's name, the region.

    `outputs`: those of the lab's stack, which become variables of the shell.
    """

    user: str
    key: Credentials
    roles: Mapping[str, Profile]
    region: str
    outputs: Mapping[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def workplace(home: Path, person: Person, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a shell for `person`; what belongs to it exists while the block runs.

    `environment` is the target's; its endpoint, if it names one, is all of AWS's settings that goes over.
    """
    folder = Path(tempfile.mkdtemp(prefix="shell-", dir=private_folder(home / "shells")))
    try:
        with private_socket.Answering(folder / "key", lambda: _credential_document(person.key)):
            _write_configuration(folder / "config", folder / "key", person)
            yield _environment(folder, environment, person)
    finally:
        shutil.rmtree(folder)


def _credential_document(key: Credentials) -> str:
    return json.dumps({"Version": 1, "AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key})


def _write_configuration(path: Path, socket: Path, person: Person) -> None:
    process = shlex.join([sys.executable, "-I", "-S", hand_over.__file__, str(socket)])
    configuration = configparser.RawConfigParser(default_section="")
    configuration["default"] = {"region": person.region, "credential_process": process}
    for name, role in person.roles.items():
        settings = {"region": person.region, "role_arn": role.arn, "source_profile": role.source}
        if role.external_id:
            settings["external_id"] = role.external_id
        configuration[f"profile {name}"] = settings
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        configuration.write(file)


def _environment(folder: Path, environment: Mapping[str, str], person: Person) -> dict[str, str]:
    cleared = without_aws(environment)
    endpoint = environment.get("AWS_ENDPOINT_URL")
    launchers = _cli_launcher(folder, cleared.get("PATH", os.defpath))
    return {
        **person.outputs,
        **cleared,
        **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
        "AWS_CONFIG_FILE": str(folder / "config"),
        # Named, so that `aws configure` in the shell writes here and not into the user's own file.
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_PAGER": "",
        "PATH": f"{launchers}{os.pathsep}{cleared.get('PATH', os.defpath)}",
        "LAB_USER": person.user,
    }


def _cli_launcher(folder: Path, path: str) -> Path:
    """A folder with an `aws` that keeps its cache to itself."""
    launchers, cli_home = folder / "bin", folder / "home"
    launchers.mkdir()
    cli_home.mkdir()
    text = _CLI_LAUNCHER.format(home=shlex.quote(str(cli_home)), cli=shlex.quote(_aws_cli(path)))
    launcher = launchers / "aws"
    launcher.write_text(text)
    launcher.chmod(0o700)
    return launchers


def _aws_cli(path: str) -> str:
    """The user's own AWS CLI if it is version 2, else the one that came with the lab (version 1)."""
    users = shutil.which("aws", path=path)
    if users:
        said = subprocess.run([users, "--version"], capture_output=True, text=True, check=False)
        if "aws-cli/2" in said.stdout:
            return users
    return str(Path(sys.executable).parent / "aws")
