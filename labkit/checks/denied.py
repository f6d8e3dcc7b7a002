"""The check that AWS denies a caller something, for the right reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.aws.advice import advice_on, denied_from_outside
from labkit.aws.answers import Answer, Kind
from labkit.checks.calls import Call
from labkit.checks.check import Check, Scene, not_live, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import Identity
from labkit.checks.questions import Question
from labkit.checks.reasons import Reason
from labkit.checks.values import Facts

_CODE_BY_SERVICE = {"ec2": "UnauthorizedOperation"}


def denial_code(service: str) -> str:
    """The code with which `service` denies: AccessDenied, but for EC2."""
    return _CODE_BY_SERVICE.get(service, "AccessDenied")


@dataclass(frozen=True)
class Denied(Check):
    """`call` as `who` is denied, with the service's code for it, and for the reason `because` where AWS states one.

    It counts only if the message speaks of this caller and this action, and from a caller whose key is
    live at that moment. `withdrawn`: the lab itself has just taken the permission away, so that for a while it may
    still be there; otherwise an allowed call fails the check at once.
    """

    who: Identity
    call: Call
    because: Reason | None = None
    withdrawn: bool = False

    @property
    def identity(self) -> Identity:
        return self.who

    def call_text(self, facts: Facts) -> str:
        return self.call.text(facts)

    def expected(self, facts: Facts) -> str:
        return denial_text(denial_code(self.call.service), self.because)

    def questions(self, facts: Facts) -> tuple[Question, ...]:
        return (Question(self.who, self.call),)

    def observe(self, scene: Scene) -> Observation:
        answer = scene.ask(self.who, self.call)
        if answer.kind is Kind.DENIED:
            return weigh_denial(
                scene, self.who, answer, denial_code(self.call.service), (self.call.iam_action,), self.because
            )
        if answer.kind is Kind.ALLOWED:
            state = State.UNSETTLED if self.withdrawn else State.WRONG
            return Observation(state, "allowed", "allowed where it should be denied")
        if answer.kind is Kind.REFUSED:
            return Observation(State.WRONG, str(answer), "not denied: this answer says nothing of permissions")
        return unknown(answer)


def denial_text(code: str, because: Reason | None) -> str:
    """An expected denial, for a report."""
    return f"{code} ({because})" if because else code


def weigh_denial(
    scene: Scene, who: Identity, answer: Answer, code: str, actions: Sequence[str], because: Reason | None
) -> Observation:
    """Whether a denial is the one expected: `code`, principal, one of `actions`, reason, and a live caller."""
    problem = _misfit(scene, who, answer, code, actions)
    if problem:
        return Observation(State.WRONG, str(answer), problem)
    other_reason = because.contradicted_by(answer) if because else None
    if denied_from_outside(answer) and (other_reason or because is None):
        # It stands before the lab's own policies, so what those would have said is not known.
        reason = "; ".join(filter(None, (other_reason, advice_on(answer).text)))
        return Observation(State.WITHOUT_BASIS, str(answer), reason)
    if other_reason:
        # Half of a change that is still spreading denies for another reason than the whole.
        return Observation(State.UNSETTLED, str(answer), other_reason)
    return not_live(scene, who) or Observation(State.PROVEN, str(answer))


def _misfit(scene: Scene, who: Identity, answer: Answer, code: str, actions: Sequence[str]) -> str | None:
    stated = answer.denial
    if answer.code != code:
        return f"denied, but with the code {answer.code}"
    if stated.principal and stated.principal != scene.expected_arn(who):
        return f"denied to {stated.principal}, not to {scene.expected_arn(who)}"
    if stated.action and stated.action.lower() not in {action.lower() for action in actions}:
        return f"{stated.action} is denied, not {' or '.join(actions)}"
    return None
