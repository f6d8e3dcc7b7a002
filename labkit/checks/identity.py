"""The check that a caller is who it should be, and that its key is live."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.aws.answers import Kind
from labkit.checks.calls import Call
from labkit.checks.check import Check, Scene, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import Identity, Profile, Temporary, User
from labkit.checks.questions import Question
from labkit.checks.values import Facts


@dataclass(frozen=True)
class CallerIdentity(Check):
    """GetCallerIdentity as `who` gives the ARN of `who` (which no policy can forbid).

    Source: AWS STS API Reference, GetCallerIdentity; document 000, steps 18 and 20.
    """

    who: User | Profile | Temporary

    @property
    def identity(self) -> Identity:
        return self.who

    def call_text(self, facts: Facts) -> str:
        return "sts:GetCallerIdentity"

    def expected(self, facts: Facts) -> str:
        return self.who.expected_arn(facts)

    def questions(self, facts: Facts) -> tuple[Question, ...]:
        return (Question(self.who, Call("sts", "GetCallerIdentity")),)

    def observe(self, scene: Scene) -> Observation:
        answer = scene.caller_identity(self.who)
        if answer.kind is Kind.ALLOWED:
            return self._compare(str(answer.data["Arn"]), scene.expected_arn(self.who))
        if answer.kind in (Kind.CREDENTIALS, Kind.TRANSIENT):
            return unknown(answer)
        return Observation(State.WRONG, str(answer), "GetCallerIdentity can't be denied by any policy")

    def _compare(self, observed: str, expected: str) -> Observation:
        if observed == expected:
            return Observation(State.PROVEN, observed)
        return Observation(State.WRONG, observed, "these credentials belong to somebody else")
