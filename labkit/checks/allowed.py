"""The check that AWS lets a caller do something."""

from __future__ import annotations

from dataclasses import dataclass

import jmespath

from labkit.aws.answers import Answer, Kind
from labkit.checks.calls import Call, Finds, Includes
from labkit.checks.check import Check, Scene, refused_though_expected, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, Identity
from labkit.checks.questions import Question
from labkit.checks.values import Facts


@dataclass(frozen=True)
class Allowed(Check):
    """`call` as `who` is allowed.

    `answer`: demands on the answer. `same_as_administrator`: a JMESPath expression that must yield the same as in the
    administrator's own answer to the same call ("lists every bucket"). `authorized_errors`: codes that
    only an authorized caller gets to see (NoSuchKey); where any is named, one of them is the answer that is expected.
    """

    who: Identity
    call: Call
    answer: tuple[Finds | Includes, ...] = ()
    same_as_administrator: str = ""
    authorized_errors: tuple[str, ...] = ()

    @property
    def identity(self) -> Identity:
        return self.who

    def call_text(self, facts: Facts) -> str:
        return self.call.text(facts)

    def expected(self, facts: Facts) -> str:
        if self.authorized_errors:
            return f"allowed ({' or '.join(self.authorized_errors)} is an authorized answer)"
        return "allowed"

    def questions(self, facts: Facts) -> tuple[Question, ...]:
        return (Question(self.who, self.call, self.authorized_errors),)

    def observe(self, scene: Scene) -> Observation:
        all_pages = bool(self.answer or self.same_as_administrator)
        answer = scene.ask(self.who, self.call, all_pages=all_pages, keep=True)
        if answer.kind is Kind.ALLOWED:
            return self._look_into(answer, scene)
        if answer.kind is Kind.DENIED:
            return refused_though_expected(answer, "refused where it should be allowed")
        if answer.kind is Kind.REFUSED:
            return self._weigh_refusal(answer)
        return unknown(answer)

    def _weigh_refusal(self, answer: Answer) -> Observation:
        if answer.code in self.authorized_errors:
            return Observation(State.PROVEN, str(answer))
        return Observation(State.UNSETTLED, str(answer), "neither allowed nor denied: the call itself is refused")

    def _look_into(self, answer: Answer, scene: Scene) -> Observation:
        for demand in self.answer:
            if missing := demand.missing(answer.data, scene.facts):
                return Observation(State.UNSETTLED, "allowed", f"allowed, but {missing}")
        if self.same_as_administrator:
            return self._compare_with_administrator(answer, scene)
        return Observation(State.PROVEN, "allowed")

    def _compare_with_administrator(self, answer: Answer, scene: Scene) -> Observation:
        reference = scene.ask(ADMINISTRATOR, self.call, all_pages=True)
        if reference.kind is not Kind.ALLOWED:
            return Observation(State.UNKNOWN, f"allowed; the administrator's own call: {reference}")
        theirs = jmespath.search(self.same_as_administrator, answer.data)
        ours = jmespath.search(self.same_as_administrator, reference.data)
        if not isinstance(ours, list) or not isinstance(theirs, list):
            reason = f"{self.same_as_administrator} finds no list to compare"
            return Observation(State.UNKNOWN, "allowed", reason)
        if theirs != ours:
            reason = f"{len(theirs)} of the administrator's {len(ours)} are listed"
            return Observation(State.UNSETTLED, "allowed", reason)
        return Observation(State.PROVEN, f"allowed ({len(theirs)} listed, as the administrator sees them)")
