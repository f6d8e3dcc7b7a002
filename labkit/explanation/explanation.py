"""An explanation, as data for the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.checks.documents import statements


@dataclass(frozen=True)
class Source:
    """A policy in which a decision was made: how it is called, its document, and the statement that decided.

    `statement`: its index; None where the policy was looked through and nothing in it matched. `matched`: the texts in
    it (actions, resources) by which it was the one.
    """

    title: str
    document: Mapping[str, Any]
    statement: int | None
    matched: tuple[str, ...] = ()

    @property
    def effect(self) -> str:
        """The Effect of the statement that decided, "" if none did."""
        return "" if self.statement is None else str(statements(self.document)[self.statement]["Effect"])


@dataclass(frozen=True)
class Explanation:
    """Why AWS answered a check as it did.

    `why`: which statement or layer decided, or what was compared; `change`: the smallest change that would turn
    the answer around, "" where there is none to speak of; `difference`: how AWS's answer differs from what the policies
    say, "" where it does not.
    """

    why: str
    change: str = ""
    difference: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What there is to say, a paragraph each."""
        return tuple(text for text in (self.why, self.difference, self.change) if text)
