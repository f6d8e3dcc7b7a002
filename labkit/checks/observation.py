"""What one attempt at a check saw, before time decides what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class State(Enum):
    """How an attempt ended. The first four are final, the others become a verdict at the deadline."""

    PROVEN = auto()
    WRONG = auto()  # nothing that still spreads could explain it: failed at once
    NOT_APPLICABLE = auto()
    WITHOUT_BASIS = auto()  # a prerequisite did not happen: undetermined at once
    UNSETTLED = auto()  # IAM's eventual consistency could explain it: failed if it lasts
    NOT_ASKED_YET = auto()  # what was seen before, if anything, still stands
    UNKNOWN = auto()  # no answer to conclude from (throttled, 5xx, no connection, bad credentials)


FINAL = frozenset({State.PROVEN, State.WRONG, State.NOT_APPLICABLE, State.WITHOUT_BASIS})


@dataclass(frozen=True)
class Observation:
    """What was seen (`observed`, AWS's words where it spoke) and why that is not what it should be.

    `patience`: for an unsettled state, after how many seconds of it there is no more to wait for
    (None: the deadline alone decides). `may_spread`: credentials that are not valid, and may only not be so yet.
    """

    state: State
    observed: str
    reason: str = ""
    patience: float | None = None
    may_spread: bool = False

    @property
    def unsettled(self) -> bool:
        """Whether IAM's eventual consistency could explain what was seen."""
        return self.state is State.UNSETTLED or self.may_spread
