"""What is asked: one call of one AWS service, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jmespath

from labkit.checks.values import Facts, Value, resolve


@dataclass(frozen=True)
class Call:
    """A call of AWS. Make it with `call`.

    `service`: boto3's name; `operation`: as AWS spells it; `parameters`: may hold `Output` and the like;
    `action`: the action that IAM decides on, where it is called otherwise than the operation;
    `resource`: the ARN that IAM decides on, for an explanation, where the parameters don't tell it;
    `undo`: the call by which the administrator takes back what this one did. Where the call was not meant to go
    through, that happens at once, otherwise when the story has ended.
    """

    service: str
    operation: str
    parameters: dict[str, Any] = field(default_factory=dict, hash=False)
    action: str = ""
    undo: Call | None = None
    resource: Value | str = ""

    @property
    def iam_action(self) -> str:
        return self.action or f"{self.service}:{self.operation}"

    def text(self, facts: Facts) -> str:
        """The call in one line for a report; long values are cut."""
        shown = (f"{name}={_short(resolve(value, facts))}" for name, value in self.parameters.items())
        return " ".join([f"{self.service}:{self.operation}", *shown])


def call(
    service: str,
    operation: str,
    *,
    action: str = "",
    undo: Call | None = None,
    resource: Value | str = "",
    **parameters: Any,
) -> Call:
    """A call of `service` (boto3's name): `call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=…)`."""
    return Call(service, operation, parameters, action, undo, resource)


@dataclass(frozen=True)
class Finds:
    """A demand on an answer: the JMESPath expression `query` (as the AWS CLI's --query) yields `value`.

    `value` may hold `Output` and the like.
    """

    query: str
    value: Any

    def missing(self, data: Any, facts: Facts) -> str | None:
        """What is wrong with the answer `data`, None if it is as demanded."""
        found = jmespath.search(self.query, data)
        wanted = resolve(self.value, facts)
        return None if found == wanted else f"{self.query} gives {_short(found)}, not {_short(wanted)}"


@dataclass(frozen=True)
class Includes:
    """A demand on an answer: the list that the JMESPath expression `query` yields includes `value`."""

    query: str
    value: Any

    def missing(self, data: Any, facts: Facts) -> str | None:
        """What is wrong with the answer `data`, None if it is as demanded."""
        found = jmespath.search(self.query, data)
        wanted = resolve(self.value, facts)
        # A text would include every part of itself, another name that begins alike among them.
        return (
            None if isinstance(found, list) and wanted in found else f"{self.query} does not include {_short(wanted)}"
        )


def _short(value: Any, most: int = 100) -> str:
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"
