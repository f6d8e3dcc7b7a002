"""Where labs are deployed: an account as labkit works in it, and the second one of a lab across two accounts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labkit.aws.clients import PERSIST, Clients
from labkit.catalogue import Entry
from labkit.checks.values import Account
from labkit.errors import LabError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


@dataclass(frozen=True)
class Place:
    """An account in which labs are deployed: clients for it, and the ARN of whoever administers it.

    `environment`: in which AWS's own tools work on it, None for that of this process. `partner`: the second account
    for labs across two, None if none was given.
    """

    clients: Clients
    administrator: str
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    partner: Place | None = None

    @property
    def account(self) -> Account:
        return Account.of_arn(self.administrator)

    @property
    def cloudformation(self) -> CloudFormationClient:
        client: CloudFormationClient = self.clients.client("cloudformation", config=PERSIST)
        return client

    @property
    def parameters(self) -> dict[str, str]:
        """What the parameters of the labs' templates stand for: the two accounts' ids."""
        partner = {"PartnerAccountId": self.partner.account.id} if self.partner else {}
        return {"HomeAccountId": self.account.id, **partner}


@dataclass(frozen=True)
class Site:
    """One stack of a lab, by its name, and the place that it belongs to."""

    entry: Entry
    stack: str
    place: Place


def sites(entries: Iterable[Entry], place: Place) -> list[list[Site]]:
    """The stacks of `entries`, account by account, in the order in which they are deployed.

    The partner's come first, and go last: IAM takes no trust policy that names a user who does not exist yet. Those
    of a lab across two accounts are left out where there is no second one.
    """
    able, partner = [entry for entry in entries if not lacks_partner(entry, place)], place.partner
    theirs = [Site(entry, entry.partner_stack, partner) for entry in able if entry.partner_stack and partner]
    return [wave for wave in (theirs, [Site(entry, entry.lab.stack, place) for entry in able]) if wave]


def lacks_partner(entry: Entry, place: Place) -> bool:
    """Whether the lab is across two accounts, and only one was given."""
    return bool(entry.partner_stack) and place.partner is None


def partner_advice(entry: Entry) -> str:
    """What to do for a lab across two accounts."""
    return f"{entry.name} needs a second account: name a profile of an administrator there with --partner-profile"


def require_partner(entries: Sequence[Entry], place: Place) -> None:
    """Raise `LabError` if one of `entries` is across two accounts, and only one was given."""
    for entry in entries:
        if lacks_partner(entry, place):
            raise LabError(partner_advice(entry))


def read_template(assembly: Path, stack: str) -> dict[str, Any]:
    """The template that the CDK synthesized for `stack`."""
    template: dict[str, Any] = json.loads((assembly / f"{stack}.template.json").read_text(encoding="utf-8"))
    return template


def given_parameters(template: Mapping[str, Any], place: Place) -> dict[str, str]:
    """Those of the place's parameters that the template asks for."""
    return {name: value for name, value in place.parameters.items() if name in template.get("Parameters", {})}
