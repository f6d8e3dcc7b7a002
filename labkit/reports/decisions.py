"""Authorization decisions as a person reads them: one line each, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

_HEADINGS = ("time", "decision", "action", "principal", "resource", "because")

Decision = Mapping[str, Any]


def lines(decisions: Sequence[Decision]) -> Iterator[str]:
    """A heading and a line for each decision (as `lab local decisions --json` gives them)."""
    rows = [_HEADINGS, *(_cells(each) for each in decisions)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    for row in rows:
        # Nothing is cut off: an ARN that is cut says nothing.
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])


def _cells(decision: Decision) -> tuple[str, ...]:
    time = datetime.fromisoformat(decision["time"]).astimezone()
    principal = decision["principal"] + (f" via {decision['via']}" if decision["via"] else "")
    said = (decision["decision"], decision["action"], principal, decision["resource"], because(decision))
    return (f"{time:%H:%M:%S}", *(_printable(each) for each in said))


def _printable(text: str) -> str:
    """What callers put into names must not steer the reader's terminal."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def because(decision: Decision) -> str:
    """What decided, in a few words."""
    if decision["policy"] is not None:
        statement = decision["sid"] or decision["statement"]
        return f"{decision['layer']} {decision['policy']}, statement {statement}"
    if decision["decision"] == "allow":
        return "an account's root user needs no allow"
    failed = "; ".join(_failed(each) for each in decision["conditions"] if not each["held"])
    return f"no {decision['layer']} allows it" + (f"; {failed}" if failed else "")


def _failed(condition: Mapping[str, Any]) -> str:
    actual = "absent" if condition["actual"] is None else ", ".join(condition["actual"])
    return f"{condition['operator']} {condition['key']} failed: {actual}, not {', '.join(condition['expected'])}"
