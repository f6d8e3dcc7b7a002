"""Values that are known only once a lab stands: outputs of its stack, and what is derived from the account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

HOME, PARTNER = "home", "partner"
"""The account in which a lab stands, and the second one of a lab across two accounts."""


@dataclass(frozen=True)
class Account:
    """The account a lab stands in: `id` (12 digits) and `partition` (`aws`, `aws-cn` …)."""

    id: str
    partition: str = "aws"

    @classmethod
    def of_arn(cls, arn: str) -> Account:
        """The account and partition that an ARN names."""
        _, partition, _, _, account, _ = arn.split(":", 5)
        return cls(account, partition)


@dataclass(frozen=True)
class Facts:
    """What a lab's values are resolved against: its stack's outputs and its account.

    `partner`: the same of the second account, None for a lab in one.
    """

    outputs: Mapping[str, str]
    account: Account
    partner: Facts | None = None

    def of(self, account: str) -> Facts:
        """The facts of the account HOME or PARTNER, none for a partner that there is not."""
        return self if account == HOME else self.partner or Facts({}, Account(""))


class Value(Protocol):
    """Something that stands for a string until the lab stands."""

    def resolve(self, facts: Facts) -> str: ...


class MissingOutputError(Exception):
    """A stack lacks an output that a check needs: it was deployed from another version of the lab."""


@dataclass(frozen=True)
class Output:
    """The value of the stack output `key`; `of`: whose stack, HOME or PARTNER."""

    key: str
    of: str = HOME

    def resolve(self, facts: Facts) -> str:
        try:
            return facts.of(self.of).outputs[self.key]
        except KeyError:
            raise MissingOutputError(self.key) from None


Arn = Value | str
"""An ARN: as it is, or as something that stands for it."""


@dataclass(frozen=True)
class CustomerPolicy:
    """The ARN of a customer managed policy of the lab's own account, by name (with its path, if any)."""

    name: str

    def resolve(self, facts: Facts) -> str:
        return f"arn:{facts.account.partition}:iam::{facts.account.id}:policy/{self.name}"


@dataclass(frozen=True)
class DeviceSerial:
    """The serial number of a virtual MFA device of the lab's own account, by name: its ARN."""

    name: str

    def resolve(self, facts: Facts) -> str:
        return f"arn:{facts.account.partition}:iam::{facts.account.id}:mfa/{self.name}"


@dataclass(frozen=True)
class AwsPolicy:
    """The ARN of an AWS managed policy, by name (with its path, as in `job-function/ViewOnlyAccess`)."""

    name: str

    def resolve(self, facts: Facts) -> str:
        return f"arn:{facts.account.partition}:iam::aws:policy/{self.name}"


@dataclass(frozen=True)
class AccountId:
    """The id of the lab's own account, or of its PARTNER, which in a trust policy stands for the account."""

    of: str = HOME

    def resolve(self, facts: Facts) -> str:
        return facts.of(self.of).account.id


@dataclass(frozen=True)
class Text:
    """`parts` (strings, `Output` and the like) one after the other: `Text("arn:aws:s3:::", Output("Bucket"), "/*")`."""

    parts: tuple[Any, ...]

    def __init__(self, *parts: Any) -> None:
        object.__setattr__(self, "parts", parts)

    def resolve(self, facts: Facts) -> str:
        return "".join(str(resolve(part, facts)) for part in self.parts)


@dataclass(frozen=True)
class Json:
    """A policy document as the text that a call takes; `document` may hold `Output` and the like."""

    document: Mapping[str, Any] = field(hash=False)

    def resolve(self, facts: Facts) -> str:
        return json.dumps(resolve(self.document, facts))


def resolve(value: Any, facts: Facts) -> Any:
    """Put real values in place of `Output` and the like, inside lists and dictionaries, too."""
    if isinstance(value, Mapping):
        return {key: resolve(item, facts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, facts) for item in value]
    if hasattr(value, "resolve"):
        return value.resolve(facts)
    return value
