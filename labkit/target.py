"""Opens the AWS that a command works on: the embedded one, or real AWS through the usual credential chain."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import boto3
from botocore.exceptions import ProfileNotFound

from labkit import embedded
from labkit.aws.clients import Clients
from labkit.environment import enter, on_aws, on_instance
from labkit.errors import LabError
from labkit.instance import Instance
from labkit.place import Place
from labkit.reports.terminal import Terminal
from labkit.verification import administrator_arn

TARGETS = ("local", "aws")


@dataclass(frozen=True)
class Target:
    """What the user chose: `name` "local" or "aws"; for AWS `profile`, `region` and the `partner` account's profile."""

    name: str
    profile: str | None = None
    region: str | None = None
    partner: str | None = None

    @classmethod
    def chosen(
        cls,
        name: str | None,
        profile: str | None,
        region: str | None,
        partner: str | None,
        environ: Mapping[str, str],
    ) -> Target:
        """The target that was named, else $LAB_TARGET, else the embedded AWS. Raises `LabError`."""
        name = name or environ.get("LAB_TARGET") or "local"
        if name not in TARGETS:
            raise LabError(f"there is no target {name!r}; it is local (the embedded AWS) or aws")
        if name == "local" and (profile or region):
            raise LabError("--profile and --region are for AWS; add --target aws, or leave them out")
        if name == "local" and partner:
            raise LabError(
                "--partner-profile is for AWS: the embedded AWS has a partner account of its own; "
                "add --target aws, or leave it out"
            )
        return cls(name, profile, region, partner)

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
            place = environments_place(self.partner)
            terminal.note(f"AWS account {place.account.id} as {place.administrator}, region {place.clients.region}")
            if partner := place.partner:
                terminal.note(f"partner account {partner.account.id} as {partner.administrator}")
            return place
        if start and not embedded.running(home):
            with terminal.stage("starting the embedded AWS"):
                embedded.start(home)
        instance = self.instance(home)
        enter(on_instance(os.environ, instance))
        return embedded_place(instance)


def environments_place(partner: str | None) -> Place:
    """The account that this process's environment names; `partner`: a profile in another one. Raises `LabError`."""
    clients = Clients()
    home = Place(clients, administrator_arn(clients))
    if partner is None:
        return home
    try:
        session = boto3.Session(profile_name=partner, region_name=clients.region)
        found = _partner(session, on_aws(os.environ, partner, clients.region))
    except (LabError, ProfileNotFound) as error:
        raise LabError(f"the partner account can't be used (--partner-profile {partner}): {error}") from error
    if found.account == home.account:
        raise LabError(
            f"the profile {partner} is of account {home.account.id}, as all else is; "
            "--partner-profile has to name one of another account"
        )
    return replace(home, partner=found)


def embedded_place(instance: Instance) -> Place:
    """The home account of an embedded AWS that this process's environment names, with its partner account."""
    clients, key = Clients(), instance.accounts["partner"]
    session = boto3.Session(key.access_key_id, key.secret_access_key, region_name=instance.region)
    partner = _partner(session, on_instance(os.environ, instance, "partner"))
    return Place(clients, administrator_arn(clients), partner=partner)


def _partner(session: boto3.Session, environment: Mapping[str, str]) -> Place:
    clients = Clients(session)
    return Place(clients, administrator_arn(clients), environment)
