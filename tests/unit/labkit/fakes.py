"""A scene whose AWS answers what a test tells it to, and a clock that a test can watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from labkit.aws.answers import Answer, Kind, allowed, read_denial
from labkit.checks.assume import aws_time
from labkit.checks.authenticator import Authenticator
from labkit.checks.calls import Call
from labkit.checks.principals import Administrator, Identity, MfaDevice, Role, Session, Temporary, User
from labkit.checks.values import Account, Facts, Output, resolve
from labkit.deadline import Clock

JAMES = User("James", Output("UserArn"), Output("Key"), Output("Password"))
S3_ROLE = Role("James-custom-S3-role", Output("RoleArn"))
AS_ROLE = Session(S3_ROLE, by=JAMES, name="Radkowski-CLI-test")
ADMIN_ARN = "arn:aws:iam::123456789012:user/lab-administrator"
JAMES_ARN = "arn:aws:iam::123456789012:user/James"
ROLE_ARN = "arn:aws:iam::123456789012:role/James-custom-S3-role"
SESSION_ARN = "arn:aws:sts::123456789012:assumed-role/James-custom-S3-role/Radkowski-CLI-test"
OUTPUTS = {
    "UserArn": JAMES_ARN,
    "RoleArn": ROLE_ARN,
    "Key": "arn:key",
    "Password": "arn:password",
    "Bucket": "b",
    "Function": "f",
}
FACTS = Facts(OUTPUTS, Account("123456789012"))


def denied(message: str = "", code: str = "AccessDenied") -> Answer:
    """A denial with AWS's message."""
    return Answer(Kind.DENIED, code, message, denial=read_denial(message))


def no_identity_allow(action: str, principal: str = JAMES_ARN) -> Answer:
    """The implicit deny as S3 words it."""
    return denied(
        f"User: {principal} is not authorized to perform: {action} "
        f"because no identity-based policy allows the {action} action"
    )


def throttled() -> Answer:
    return Answer(Kind.TRANSIENT, "ThrottlingException", "Rate exceeded")


def bad_key() -> Answer:
    return Answer(Kind.CREDENTIALS, "InvalidClientTokenId", "The security token included in the request is invalid.")


def refused(code: str, message: str = "") -> Answer:
    return Answer(Kind.REFUSED, code, message)


Reply = Answer | Callable[[], Answer]


@dataclass
class FakeScene:
    """Implements `labkit.checks.check.Scene`. `replies` maps (identity's label, operation) to what AWS answers."""

    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    facts: Facts = FACTS
    administrator_arn: str = ADMIN_ARN
    heard: list[Any] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    asked_again: int = 0
    opened: dict[Temporary, datetime] = field(default_factory=dict)
    answers: dict[Temporary, Answer] = field(default_factory=dict)
    devices: dict[MfaDevice, Authenticator] = field(default_factory=dict)

    def ask(self, who: Identity, call: Call, *, all_pages: bool = False, keep: bool = False) -> Answer:
        self.asked.append((who.label, call.operation, resolve(call.parameters, self.facts)))
        return self._reply(who, call.operation)

    def open(self, session: Temporary) -> Answer:
        answer = self.try_to_open(session)
        if answer.kind is Kind.ALLOWED:
            self.opened[session] = aws_time(answer.data)
        return answer

    def try_to_open(self, session: Temporary) -> Answer:
        answer = self._reply(session.by, session.call.operation)
        self.answers[session] = answer
        return answer

    def answered(self, session: Temporary) -> Answer | None:
        return self.answers.get(session)

    def is_open(self, session: Temporary) -> bool:
        return session in self.opened

    def opened_at(self, session: Temporary) -> datetime:
        return self.opened[session]

    def expected_arn(self, who: Identity) -> str:
        return self.administrator_arn if isinstance(who, Administrator) else who.expected_arn(self.facts)

    def caller_identity(self, who: Identity) -> Answer:
        if (who.label, "GetCallerIdentity") in self.replies:
            return self._reply(who, "GetCallerIdentity")
        return allowed({"Arn": self.expected_arn(who)})

    def hold(self, device: MfaDevice, authenticator: Authenticator) -> None:
        self.devices[device] = authenticator

    def authenticator(self, device: MfaDevice) -> Authenticator | None:
        return self.devices.get(device)

    def undo_all(self) -> list[str]:
        return []

    def _reply(self, who: Identity, operation: str) -> Answer:
        reply = self.replies[(who.label, operation)]
        return reply() if callable(reply) else reply


class FakeTime:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        # At least a little, as a real clock would: a wait of nothing must not stop time.
        self.now += max(seconds, 0.001)
