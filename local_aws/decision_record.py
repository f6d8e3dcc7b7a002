"""The decisions that were made, newest last, a bounded number of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from iam_engine import Decision, Request

_KEPT = 2000


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A question, the answer to it, and when (seconds since the epoch)."""

    at: float
    request: Request
    decision: Decision

    def summary(self) -> dict[str, Any]:
        """What decided, in plain values: for JSON."""
        return {
            "time": self.at,
            "principal": self.request.principal.arn,
            "action": self.request.action,
            "resource": self.request.resource,
            "effect": self.decision.effect.value,
            "layer": self.decision.layer.value,
            "policy": self.decision.policy,
            "statement": self.decision.statement,
            "sid": self.decision.sid,
            "conditions": [
                {"operator": each.operator, "key": each.key, "actual": each.actual, "held": each.held}
                for each in self.decision.conditions
            ],
        }


class DecisionRecord:
    """Keeps the last decisions. Safe to use from several threads."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._decisions: deque[RecordedDecision] = deque(maxlen=kept)

    def add(self, request: Request, decision: Decision) -> RecordedDecision:
        """Put one at the end and return it; the oldest goes where there is no more room."""
        recorded = RecordedDecision(time.time(), request, decision)
        self._decisions.append(recorded)
        return recorded

    def last(self, number: int) -> Sequence[RecordedDecision]:
        """The last `number` decisions, oldest first."""
        return list(self._decisions)[-number:] if number > 0 else []
