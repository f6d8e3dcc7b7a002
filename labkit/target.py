"""Opens the AWS that a command works on: the embedded one, or real AWS through the usual credential chain."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labkit import embedded
from labkit.aws.clients import Clients
from labkit.deployment import Place
from labkit.environment import enter, on_aws, on_instance
from labkit.errors import LabError
from labkit.instance import Instance
from labkit.reports.terminal import Terminal
from labkit.verification import administrator_arn

TARGETS = ("local", "aws")


@dataclass(frozen=True)
class Target:
    """What the user chose: `name` "local" or "aws"; `profile`, `region` for AWS."""

    name: str
    profile: str | None = None
    region: str | None = None

    @classmethod
    def chosen(cls, name: str | None, profile: str | None, region: str | None, environ: Mapping[str, str]) -> Target:
        """The target that was named, else $LAB_TARGET, else the embedded AWS. Raises `LabError`."""
        name = name or environ.get("LAB_TARGET") or "local"
        if name not in TARGETS:
            raise LabError(f"there is no target {name!r}; it is local (the embedded AWS) or aws")
        if name == "local" and (profile or region):
            raise LabError("--profile and --region are for AWS; add --target aws, or leave them out")
        return cls(name, profile, region)

    def instance(self, home: Path) -> Instance:
        """The lasting embedded AWS. Raises `LabError` if none runs."""
        found = embedded.running(home)
        if not found:
            raise LabError(embedded.NOT_RUNNING)
        return found

    def open(self, home: Path, terminal: Terminal, *, start: bool = False) -> Place:
        """Make this process's environment that of the target, and find out who administers it.

        `start`: start the embedded AWS if none runs. Raises `LabError`.
        """
        if self.name == "aws":
            enter(on_aws(os.environ, self.profile, self.region))
            clients = Clients()
            place = Place(clients, administrator_arn(clients))
            terminal.note(f"AWS account {place.account.id} as {place.administrator}, region {clients.region}")
            return place
        if start and not embedded.running(home):
            with terminal.stage("starting the embedded AWS"):
                embedded.start(home)
        enter(on_instance(os.environ, self.instance(home)))
        clients = Clients()
        return Place(clients, administrator_arn(clients))
