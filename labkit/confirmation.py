"""Whether what was proven can be believed while a change may still be spreading.

IAM User Guide, "Troubleshoot IAM": changes are not always visible at once. Until they are, answers flap between old and
new, since each request may meet another host: one right answer may be a lucky one, and a denial may be one of a
permission that has not come yet. AWS says nowhere how long that takes, so the answers themselves have to tell: once one
of them has changed, all are asked for again until none has changed for half as long as it took; and each check is
believed for an answer that came after that. Where nothing changes and nothing fails, nothing is asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from labkit.checks.check import Check
from labkit.checks.observation import FINAL, Observation, State
from labkit.deadline import FIRST_WAIT_S, TICK_S, Deadline, wait_before
from labkit.results import CheckResult
from labkit.verdicts import Verdict

_QUIET_SHARE = 0.5
# As botocore's own integration tests ask of a new key.
_IN_A_ROW = 3
_STILL_CHANGING = (
    "right when it was asked, but answers were still changing when the deadline came; give a longer --deadline"
)


@dataclass
class Decided:
    """A check, its result, when (seconds of the deadline) it was right last, and how often in a row.

    `flapped`: it was also wrong, as it may be while a change spreads; `can_be_asked`: not while it would take a code
    of an MFA device, which AWS takes once.
    """

    check: Check
    result: CheckResult
    right_at: float
    flapped: bool
    in_a_row: int = 1
    can_be_asked: bool = True

    @property
    def may_change(self) -> bool:
        """Whether it could still turn out to be otherwise, and can be asked for again."""
        return self.result.verdict is Verdict.PROVEN and not self.check.changes

    def believed(self, settled_at: float) -> bool:
        """Whether it was right when nothing changed any more; several times in a row, if it ever was not."""
        if not self.can_be_asked:
            return True
        return self.right_at >= settled_at and (self.in_a_row >= _IN_A_ROW or not self.flapped)


@dataclass
class Confirmation:
    """Watches the answers to checks between which nothing is changed, and asks again for what is not to be believed.

    `ask_again`: asks once more and puts what it saw into the result. Times are seconds of the deadline.
    """

    deadline: Deadline
    ask_again: Callable[[Decided], Observation]
    _started: float = field(init=False)
    _settled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew, after a change that is not expected to be everywhere yet."""
        self._started = self._settled_at = self.deadline.elapsed()

    def changed(self) -> None:
        """An answer has just changed, as answers do while a change spreads; or one that should has not."""
        now = self.deadline.elapsed()
        self._settled_at = now + (now - self._started) * _QUIET_SHARE

    def contradicted(self) -> None:
        """A check has failed for good: what was answered before that is not believed without being asked again.

        What makes one denial untrue makes others untrue, too, which may have come from before it was seen.
        """
        self._settled_at = max(self._settled_at, self.deadline.elapsed() + TICK_S)

    def confirm(self, stretch: Sequence[Decided]) -> None:
        """Ask again until everything proven is to be believed; what is not when the deadline comes is undetermined."""
        rounds = 0
        while early := self._not_believed(stretch):
            if self.deadline.remaining() <= 0:
                self._ask_a_last_time(early)
                break
            until_settled = self._settled_at - self.deadline.elapsed()
            cheap = [each for each in stretch if each.may_change and not each.check.costly]
            for each in cheap if until_settled > 0 else early:
                self._once_more(each)
            rounds = rounds + 1 if until_settled > 0 else 1
            longest = min(self.deadline.remaining(), max(until_settled, FIRST_WAIT_S))
            self.deadline.clock.sleep(wait_before(rounds + 1, longest))
        for each in self._not_believed(stretch):
            each.result = replace(each.result, verdict=Verdict.UNDETERMINED, reason=_STILL_CHANGING)

    def _not_believed(self, stretch: Sequence[Decided]) -> list[Decided]:
        return [each for each in stretch if each.may_change and not each.believed(self._settled_at)]

    def _ask_a_last_time(self, early: Sequence[Decided]) -> None:
        """The deadline has come; what has not changed for long enough may still be confirmed."""
        for _ in range(_IN_A_ROW):
            if self.deadline.elapsed() >= self._settled_at:
                for each in self._not_believed(early):
                    self._once_more(each)

    def _once_more(self, decided: Decided) -> None:
        observation = self.ask_again(decided)
        if observation.state is State.PROVEN:
            decided.right_at = self.deadline.elapsed()
            decided.in_a_row += 1
        elif observation.state is State.NOT_ASKED_YET:
            decided.can_be_asked = False
        elif observation.state is State.WRONG:
            self.contradicted()
        elif observation.state not in FINAL and observation.unsettled:
            decided.flapped, decided.in_a_row = True, 0
            self.changed()
