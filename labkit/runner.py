"""Runs the checks of a lab in the order of its story, and decides when an attempt has become a verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from labkit.checks.authenticator import NoCodeYetError
from labkit.checks.check import Check
from labkit.checks.lab import Lab
from labkit.checks.observation import FINAL, Observation, State
from labkit.checks.principals import Temporary
from labkit.checks.values import Facts, MissingOutputError
from labkit.confirmation import Confirmation, Decided
from labkit.deadline import Clock, Deadline, wait_before
from labkit.results import CheckResult, LabResult
from labkit.scene import LiveScene
from labkit.verdicts import Verdict

_VERDICTS = {
    State.PROVEN: Verdict.PROVEN,
    State.WRONG: Verdict.FAILED,
    State.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
    State.WITHOUT_BASIS: Verdict.UNDETERMINED,
    State.UNSETTLED: Verdict.FAILED,
    State.NOT_ASKED_YET: Verdict.UNDETERMINED,
    State.UNKNOWN: Verdict.UNDETERMINED,
}


_STILL_STANDS_S = 1.0

Annotate = Callable[[Check, CheckResult], CheckResult]


class StoppedError(Exception):
    """A story was told to stop before its end."""


class Audience(Protocol):
    """Who is told what happens while it happens."""

    def waiting(self, check: Check, observation: Observation, waited: float) -> None:
        """`check` is not decided yet after `waited` seconds; `observation` says why."""
        ...

    def decided(self, result: CheckResult) -> None: ...

    def note(self, text: str) -> None:
        """A line about what is going on."""
        ...


@dataclass
class Runner:
    """Runs checks against one scene, all under one deadline but for those that have their own.

    The deadline counts anew from each change that the story itself makes: that, too, has to spread.
    `annotate`: what else is put into a result, as soon as it is decided and while all is still as it was.
    `stop`: once it is set nothing more is asked; `run` puts back what was changed and raises `StoppedError`.
    """

    scene: LiveScene
    deadline: Deadline
    audience: Audience
    clock: Clock = field(default_factory=Clock)
    annotate: Sequence[Annotate] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    _proven: set[str] = field(default_factory=set)

    def run(self, name: str, lab: Lab, until: str | None = None) -> LabResult:
        """Run the story of `lab`, and put back what it changed. Raises `StoppedError`.

        `until`: run it up to the check with this id only, and annotate none but that.
        """
        started = self.clock.now()
        try:
            results = tuple(self._results(lab, until))
        finally:
            left_behind = self.scene.undo_all()
        if left_behind:
            results += (_clean_up_failed(left_behind),)
        compared = tuple(check.id for check in lab.compared)
        return LabResult(name, lab.stack, results, self.clock.now() - started, compared, lab.title)

    def _results(self, lab: Lab, until: str | None) -> Iterator[CheckResult]:
        for checks in _stretches(lab.story, until):
            confirmation = Confirmation(self.deadline, self._ask_again)
            stretch = [self._first(check, until, confirmation) for check in checks]
            confirmation.confirm(stretch)
            yield from self._with_their_needs(stretch)

    def _first(self, check: Check, until: str | None, confirmation: Confirmation) -> Decided:
        """Decide a check for the first time."""
        self._go_on()
        result, last, unsettled = self._decide(check)
        proven = result.verdict is Verdict.PROVEN
        # What waits for something else than IAM has a deadline of its own.
        flapped = unsettled and proven and not check.changes and check.deadline is None
        # A key that has not come by now says as well that not everything has spread.
        if flapped or last.may_spread:
            confirmation.changed()
        if last.state is State.WRONG:
            confirmation.contradicted()
        right_at = self.deadline.elapsed()
        if proven:
            self._proven.add(check.id)
        if proven and check.changes:
            self.deadline.restart()
            confirmation.restart()
        if until in (None, check.id):
            result = self._annotated(check, result)
        self.audience.decided(result)
        return Decided(check, result, right_at, flapped)

    def _ask_again(self, decided: Decided) -> Observation:
        """Ask once more for what was proven, count that, and change the verdict if the answer is another and final."""
        self._go_on()
        check, before = decided.check, decided.result
        started, asked_again = self.clock.now(), self.scene.asked_again
        self.scene.heard.clear()
        observation = self._observe(check)
        attempts = before.attempts + 1 + self.scene.asked_again - asked_again
        seconds = round(before.seconds + self.clock.now() - started, 3)
        decided.result = replace(before, attempts=attempts, seconds=seconds)
        if observation.state in FINAL - {State.PROVEN}:
            result = _result(check, self.scene.facts, observation, attempts, seconds)
            decided.result = self._annotated(check, result)
        elif observation.state is not State.PROVEN:
            self.audience.waiting(check, observation, seconds)
        return observation

    def _with_their_needs(self, stretch: Sequence[Decided]) -> Iterator[CheckResult]:
        """The results; what needs a check that turned out not to be proven is not proven either."""
        for each in stretch:
            proven = each.result.verdict is Verdict.PROVEN
            if proven and (observation := self._without_needs(each.check)):
                verdict, reason = _VERDICTS[observation.state], observation.reason
                each.result, proven = replace(each.result, verdict=verdict, reason=reason), False
            if not proven:
                self._proven.discard(each.check.id)
            yield each.result

    def _annotated(self, check: Check, result: CheckResult) -> CheckResult:
        """The same result with all that is wanted besides; the time that takes is not the deadline's."""
        with self.deadline.stopped():
            for annotate in self.annotate:
                result = annotate(check, result)
        return result

    def _decide(self, check: Check) -> tuple[CheckResult, Observation, bool]:
        """Decide `check`, under its own deadline if it has one that is longer (see `_decide_before`)."""
        if check.deadline is None or check.deadline <= self.deadline.remaining():
            return self._decide_before(self.deadline, check)
        with self.deadline.stopped():
            return self._decide_before(Deadline(check.deadline, self.clock), check)

    def _decide_before(self, deadline: Deadline, check: Check) -> tuple[CheckResult, Observation, bool]:
        """Ask until the answer is final, or can't change any more, or the deadline has come.

        Returns the result, what was seen last, and whether anything before it was unsettled.
        """
        started, asked_again = self.clock.now(), self.scene.asked_again
        self.scene.heard.clear()
        attempts, seen, unsettled, refused, since = 0, None, False, None, started
        while True:
            attempts += 1
            observation = self._observe(check)
            if seen is None or observation.state is not State.NOT_ASKED_YET:
                since = since if seen and observation.state is seen.state else self.clock.now()
                seen = observation
            waited = self.clock.now() - started
            if seen.state in FINAL or _no_more_time(deadline, seen, self.clock.now() - since):
                asked = attempts + self.scene.asked_again - asked_again
                seen = _unless_unanswered(seen, refused, waited)
                return _result(check, self.scene.facts, seen, asked, waited), seen, unsettled
            unsettled |= seen.unsettled
            refused = (seen, waited) if observation.state is State.UNSETTLED else refused
            self.audience.waiting(check, observation, waited)
            self.clock.sleep(wait_before(attempts + 1, deadline.remaining()))
            self._go_on()

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise StoppedError

    def _observe(self, check: Check) -> Observation:
        who = check.identity
        if isinstance(who, Temporary) and not self.scene.is_open(who):
            reason = f"there are no credentials of {who.label} to ask with"
            return Observation(State.WITHOUT_BASIS, "not asked", reason)
        if without_needs := self._without_needs(check):
            return without_needs
        try:
            return check.observe(self.scene)
        except NoCodeYetError as error:
            return Observation(State.NOT_ASKED_YET, "not asked yet", str(error))
        except MissingOutputError as error:
            reason = f"there is no output {error}; deploy what is declared here, as it is here (a lab: lab up)"
            return Observation(State.WITHOUT_BASIS, "not asked", reason)

    def _without_needs(self, check: Check) -> Observation | None:
        """Why the check proves nothing: a check that it needs is not proven."""
        unproven = [id for id in check.needs if id not in self._proven]
        if not unproven:
            return None
        reason = f"it proves nothing unless {' and '.join(unproven)} is proven"
        return Observation(State.WITHOUT_BASIS, "not asked", reason)


def _unless_unanswered(last: Observation, refused: tuple[Observation, float] | None, waited: float) -> Observation:
    """The last observation; where AWS did not answer that time, a refusal of a moment before still stands."""
    if refused is None or last.state is not State.UNKNOWN or last.may_spread:
        return last
    observation, at = refused
    return observation if waited - at <= _STILL_STANDS_S else last


def _stretches(story: Sequence[Check], until: str | None) -> Iterator[list[Check]]:
    """The story in parts within which nothing is changed: each but the first begins with a step that changes something.

    Ends with the check `until`, where one is named.
    """
    stretch: list[Check] = []
    for check in story:
        if stretch and check.changes:
            yield stretch
            stretch = []
        stretch.append(check)
        if check.id == until:
            break
    yield stretch


def _no_more_time(deadline: Deadline, observation: Observation, lasted: float) -> bool:
    """Whether to wait no longer. `lasted`: for how many seconds nothing but this state has been seen."""
    patience = observation.patience
    return deadline.remaining() <= 0 or (patience is not None and lasted >= patience)


def _result(check: Check, facts: Facts, observation: Observation, attempts: int, waited: float) -> CheckResult:
    verdict = _VERDICTS[observation.state]
    return CheckResult(
        id=check.id,
        title=check.title,
        identity=check.identity.label,
        call=_text(check.call_text, facts),
        expected=_text(check.expected, facts),
        observed=observation.observed,
        verdict=verdict,
        reason=observation.reason,
        attempts=attempts,
        seconds=round(waited, 3),
    )


def _text(describe: Callable[[Facts], str], facts: Facts) -> str:
    try:
        return describe(facts)
    except MissingOutputError as error:
        return f"(needs the stack output {error})"


def _clean_up_failed(problems: list[str]) -> CheckResult:
    return CheckResult(
        id="clean-up",
        title="What the story changed is put back",
        identity="administrator",
        call="; ".join(problems),
        expected="undone",
        observed="left behind",
        verdict=Verdict.UNDETERMINED,
        reason="put it back by hand, or take the lab down (lab down)",
        attempts=1,
        seconds=0.0,
    )
