"""EC2's encoded authorization failure messages, and DecodeAuthorizationMessage.

AWS: AWS STS API Reference, DecodeAuthorizationMessage: a refusal of EC2 carries a message that only those can read who
may call it, since it tells what policies say. Stock MiniStack's refusals carry none, and it lacks the operation.
Here such a message is a random name for what is kept in the process: the last ones can be decoded, until it ends.
"""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from iam_engine import Decision, Effect, Request
from local_aws.decision_record import RecordedDecision

_KEPT = 500
_BYTES = 300
# Refusals of these have none.
_READING = ("ec2:Describe", "ec2:Get", "ec2:List", "ec2:Search")


class EncodedMessages:
    """The refusals that were encoded, the last ones of them."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._refused: OrderedDict[str, RecordedDecision] = OrderedDict()

    def encode(self, refused: RecordedDecision) -> str:
        """What EC2 appends to a refusal's message: empty for other services' and for calls that only read."""
        action = refused.request.action
        if not action.startswith("ec2:") or action.startswith(_READING):
            return ""
        encoded = secrets.token_urlsafe(_BYTES)
        self._refused[encoded] = refused
        while len(self._refused) > self._kept:
            self._refused.popitem(last=False)
        return f". Encoded authorization failure message: {encoded}"

    def decode(self, encoded: str, account: str) -> str | None:
        """The message as JSON; None where there is no such message of that account's principals."""
        refused = self._refused.get(encoded)
        if refused is None or refused.request.principal.account != account:
            return None
        return json.dumps(_described(refused.request, refused.decision), separators=(",", ":"))


# One for the process, as MiniStack's own state is.
MESSAGES = EncodedMessages()


def _described(request: Request, decision: Decision) -> dict[str, Any]:
    denied = decision.effect is Effect.EXPLICIT_DENY
    matched = [{"statementId": decision.sid or "", "effect": "DENY"}] if denied else []
    name = request.principal.arn.partition("/")[2]
    return {
        "allowed": False,
        "explicitDeny": denied,
        "matchedStatements": _items(matched),
        "failures": _items([]),
        "context": {
            "principal": {
                "id": request.context.get("aws:userid", ""),
                "name": name.rpartition("/")[2],
                "arn": request.principal.arn,
            },
            "action": request.action,
            "resource": request.resource,
            "conditions": _items([_condition(key, value) for key, value in sorted(request.context.items())]),
        },
    }


def _condition(key: str, value: str | Sequence[str]) -> Mapping[str, Any]:
    values = [value] if isinstance(value, str) else value
    return {"key": key, "values": _items([{"value": each} for each in values])}


def _items(items: Sequence[Any]) -> dict[str, Any]:
    return {"items": list(items)}
