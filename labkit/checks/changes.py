"""The steps of a story in which the administrator changes something, to be taken back when the story has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from labkit.aws.answers import Answer, Kind
from labkit.checks.assume import aws_time
from labkit.checks.calls import Call, call
from labkit.checks.check import Check, Scene, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, Identity, Session
from labkit.checks.values import Facts, Json

REVOKE_OLDER_SESSIONS = "AWSRevokeOlderSessions"
_MORE_THAN_A_SECOND = 5.0


@dataclass(frozen=True)
class Step(Check):
    """The base of the steps: something that the administrator does, and that has to go through."""

    changes = True
    remark = "A step of the story: the administrator changes this, and it is taken back when the story has ended."

    @property
    def identity(self) -> Identity:
        return ADMINISTRATOR

    def expected(self, facts: Facts) -> str:
        return "done"


@dataclass(frozen=True)
class Change(Step):
    """The administrator makes `call`; its `undo` is made when the story has ended, however it ends.

    Checks of what follows from it name it in `after`.
    """

    call: Call

    def call_text(self, facts: Facts) -> str:
        return self.call.text(facts)

    def observe(self, scene: Scene) -> Observation:
        return outcome(scene.ask(ADMINISTRATOR, self.call, keep=True))


@dataclass(frozen=True)
class SessionsRevoked(Step):
    """The administrator revokes the sessions that `session`'s role has given until now, as the console's button does.

    The role gets the inline policy AWSRevokeOlderSessions, which denies everything to credentials issued before
    the present second; it is deleted when the story has ended. AWS tells sessions apart by the second, so the
    step waits until the one in which `session` was opened is over.
    Source: IAM User Guide, id_roles_use_revoke-sessions; document 001.
    """

    session: Session
    # Within it that second is over, even where the verification's own deadline is shorter.
    deadline: float | None = field(default=_MORE_THAN_A_SECOND, kw_only=True)

    def call_text(self, facts: Facts) -> str:
        return f"iam:PutRolePolicy RoleName={self.session.role.name} PolicyName={REVOKE_OLDER_SESSIONS}"

    def observe(self, scene: Scene) -> Observation:
        if not scene.is_open(self.session):
            return Observation(State.WITHOUT_BASIS, "not done", "there is no session to revoke")
        asked = scene.caller_identity(ADMINISTRATOR)
        if asked.kind is not Kind.ALLOWED:
            return unknown(asked)
        now = aws_time(asked.data)
        if now <= scene.opened_at(self.session):
            return Observation(State.UNKNOWN, "not done yet", "the second in which it was opened is not over")
        return outcome(
            scene.ask(ADMINISTRATOR, _revoke(self.session.role.name, f"{now:%Y-%m-%dT%H:%M:%SZ}"), keep=True)
        )


def _revoke(role: str, moment: str) -> Call:
    names: dict[str, Any] = {"RoleName": role, "PolicyName": REVOKE_OLDER_SESSIONS}
    deny = {
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": moment}},
    }
    document = Json({"Version": "2012-10-17", "Statement": [deny]})
    return call("iam", "PutRolePolicy", PolicyDocument=document, **names, undo=call("iam", "DeleteRolePolicy", **names))


def outcome(answer: Answer) -> Observation:
    """What it means that the administrator got this answer to a change."""
    if answer.kind is Kind.ALLOWED:
        return Observation(State.PROVEN, "done")
    if answer.kind is Kind.REFUSED:
        return Observation(State.WRONG, str(answer), "the change itself is refused")
    if answer.kind is Kind.DENIED:
        return Observation(State.UNKNOWN, str(answer), "the administrator may not; verify with credentials that may")
    return unknown(answer)
