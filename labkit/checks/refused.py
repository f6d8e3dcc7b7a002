"""The check that AWS refuses a call for another reason than permissions."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.aws.answers import Kind
from labkit.checks.calls import Call
from labkit.checks.check import Check, Scene, not_live, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import Identity, Temporary
from labkit.checks.values import Facts


@dataclass(frozen=True)
class Refused(Check):
    """`call` as `who` is refused with the error `code`, and the message says `says`. It is no denial.

    It counts only from a caller whose credentials are live at that moment. That holds even for a code that
    otherwise stands for bad credentials: to the credentials of GetSessionToken IAM answers InvalidClientTokenId,
    though STS knows them.
    """

    remark = "AWS refuses this for another reason than permissions, whatever the policies say."

    who: Identity
    call: Call
    code: str
    says: str = ""

    @property
    def identity(self) -> Identity:
        return self.who

    def call_text(self, facts: Facts) -> str:
        return self.call.text(facts)

    def expected(self, facts: Facts) -> str:
        return f'{self.code} ("{self.says}")' if self.says else self.code

    def observe(self, scene: Scene) -> Observation:
        answer = scene.ask(self.who, self.call)
        if answer.kind is Kind.ALLOWED:
            return Observation(State.WRONG, "allowed", "allowed where it should be refused")
        if answer.code == self.code and self.says.lower() in answer.message.lower():
            return not_live(scene, self.who) or Observation(State.PROVEN, str(answer))
        if answer.kind is Kind.DENIED:
            return Observation(State.UNSETTLED, str(answer), "denied where it should be refused for another reason")
        if answer.kind is Kind.REFUSED:
            return Observation(State.WRONG, str(answer), "refused for another reason")
        return unknown(answer)


def refused_session(
    id: str, title: str, session: Temporary, code: str, says: str = "", *, after: str | tuple[str, ...] = ()
) -> Refused:
    """The check that the call which would open `session` is refused with `code`."""
    return Refused(id, title, session.by, session.call, code, says, after=after)
