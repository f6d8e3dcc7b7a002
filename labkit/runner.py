"""Runs the checks of a lab in the order of its story, and decides when an attempt has become a verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from labkit.checks.authenticator import NoCodeYetError
from labkit.checks.check import Check
from labkit.checks.lab import Lab
from labkit.checks.observation import FINAL, Observation, State
from labkit.checks.principals import Temporary
from labkit.checks.values import Facts, MissingOutputError
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
        for check in lab.story:
            self._go_on()
            result = self._decide(check)
            if result.verdict is Verdict.PROVEN:
                self._proven.add(check.id)
                if check.changes:
                    self.deadline.restart()
            if until in (None, check.id):
                result = self._annotated(check, result)
            self.audience.decided(result)
            yield result
            if check.id == until:
                return

    def _annotated(self, check: Check, result: CheckResult) -> CheckResult:
        """The same result with all that is wanted besides; the time that takes is not the deadline's."""
        with self.deadline.stopped():
            for annotate in self.annotate:
                result = annotate(check, result)
        return result

    def _decide(self, check: Check) -> CheckResult:
        """The result of `check`, under its own deadline if it has one that is longer."""
        if check.deadline is None or check.deadline <= self.deadline.remaining():
            return self._decide_before(self.deadline, check)
        with self.deadline.stopped():
            return self._decide_before(Deadline(check.deadline, self.clock), check)

    def _decide_before(self, deadline: Deadline, check: Check) -> CheckResult:
        """Ask until the answer is final, or can't change any more, or the deadline has come."""
        started = self.clock.now()
        self.scene.heard.clear()
        attempts, seen = 0, None
        while True:
            attempts += 1
            observation = self._observe(check)
            if seen is None or observation.state is not State.NOT_ASKED_YET:
                seen = observation
            waited = self.clock.now() - started
            if seen.state in FINAL or _no_more_time(deadline, seen, waited):
                return _result(check, self.scene.facts, seen, attempts, waited)
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
        if unproven := [id for id in check.needs if id not in self._proven]:
            reason = f"it proves nothing unless {' and '.join(unproven)} is proven"
            return Observation(State.WITHOUT_BASIS, "not asked", reason)
        try:
            return check.observe(self.scene)
        except NoCodeYetError as error:
            return Observation(State.NOT_ASKED_YET, "not asked yet", str(error))
        except MissingOutputError as error:
            reason = f"the stack has no output {error}; deploy the lab as it is here (lab up)"
            return Observation(State.WITHOUT_BASIS, "not asked", reason)


def _no_more_time(deadline: Deadline, observation: Observation, waited: float) -> bool:
    patience = observation.patience
    return deadline.remaining() <= 0 or (patience is not None and waited >= patience)


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
