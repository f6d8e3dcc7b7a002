"""The decisions that were made, newest last, a bounded number of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from iam_engine import Decision, Request
from iam_engine.model import ConditionTrace, LayerTrace, StatementTrace

_KEPT = 2000


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A question, the answer to it, and when (seconds since the epoch)."""

    at: float
    request: Request
    decision: Decision

    def summary(self) -> dict[str, Any]:
        """The decision in plain values, for JSON: see `lab local decisions --help`."""
        decision = self.decision
        return {
            "time": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
            "principal": self.request.principal.arn,
            "action": self.request.action,
            "resource": self.request.resource,
            "via": self.request.context.get("aws:CalledViaLast"),
            "decision": decision.effect.value,
            "layer": decision.layer.value,
            "policy": decision.policy,
            "statement": decision.statement,
            "sid": decision.sid,
            "conditions": [_condition(each) for each in decision.conditions],
            "trace": [_layer(each) for each in decision.trace],
        }


def _condition(trace: ConditionTrace) -> dict[str, Any]:
    return {
        "operator": trace.operator,
        "key": trace.key,
        "actual": trace.actual,
        "expected": trace.expected,
        "held": trace.held,
        "note": trace.note,
    }


def _layer(trace: LayerTrace) -> dict[str, Any]:
    return {
        "layer": trace.layer.value,
        "answer": trace.effect.value,
        "note": trace.note,
        "statements": [_statement(each) for each in trace.statements],
    }


def _statement(trace: StatementTrace) -> dict[str, Any]:
    return {
        "policy": trace.policy,
        "statement": trace.index,
        "sid": trace.sid,
        "effect": trace.effect.value,
        "failed_on": trace.failed_on and trace.failed_on.value,
        "conditions": [_condition(each) for each in trace.conditions],
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
