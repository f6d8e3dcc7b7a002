"""A story told to a runner whose AWS answers what a test says, in a time that passes only while it waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

from labkit.aws.answers import Answer
from labkit.checks import (
    ADMINISTRATOR,
    NO_IDENTITY_ALLOW,
    Allowed,
    Denied,
    Lab,
    call,
)
from labkit.checks.authenticator import NoCodeYetError
from labkit.checks.check import Check, Scene
from labkit.checks.observation import Observation
from labkit.checks.principals import Identity
from labkit.checks.values import Facts
from labkit.deadline import Deadline
from labkit.results import CheckResult, LabResult
from labkit.runner import Runner
from labkit.scene import LiveScene
from tests.unit.labkit.fakes import (
    JAMES,
    FakeScene,
    FakeTime,
    no_identity_allow,
)

LIST = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
MAY_LIST = Allowed("may-list", "title", JAMES, LIST)
MAY_NOT_LIST = Denied("may-not-list", "title", JAMES, LIST, NO_IDENTITY_ALLOW)
MAY_NOT_LIST_ROLES = replace(MAY_NOT_LIST, id="may-not-list-roles", call=call("iam", "ListRoles"))
REFUSED = no_identity_allow("s3:ListAllMyBuckets")
NO_ROLES = no_identity_allow("iam:ListRoles")


@dataclass
class Listener:
    waits: list[float] = field(default_factory=list)
    results: list[CheckResult] = field(default_factory=list)

    def waiting(self, check: Check, observation: Observation, waited: float) -> None:
        self.waits.append(waited)

    def decided(self, result: CheckResult) -> None:
        self.results.append(result)

    def note(self, text: str) -> None: ...


class Answers:
    """Gives one answer after the other, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.given = 0

    def __call__(self) -> Answer:
        self.given += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def run(*story: Check, deadline: float = 60, **replies: Any) -> tuple[LabResult, Listener, FakeTime]:
    time, listener = FakeTime(), Listener()
    scene = FakeScene({("James", operation): reply for operation, reply in replies.items()})
    runner = Runner(cast(LiveScene, scene), Deadline(deadline, time.clock()), listener, time.clock())
    lab = Lab("title", "Stack", "source", users=(), roles=(), story=story)
    return runner.run("lab", lab), listener, time


def only(result: LabResult) -> CheckResult:
    (check,) = result.checks
    return check


@dataclass(frozen=True)
class Scripted(Check):
    """A check with an observation of its own at every attempt, the last one for ever."""

    observations: tuple[Observation, ...] = ()
    attempts: list[int] = field(default_factory=list, compare=False)

    @property
    def identity(self) -> Identity:
        return ADMINISTRATOR

    def call_text(self, facts: Facts) -> str:
        return ""

    def expected(self, facts: Facts) -> str:
        return ""

    def observe(self, scene: Scene) -> Observation:
        self.attempts.append(1)
        return self.observations[min(len(self.attempts), len(self.observations)) - 1]


def slow(deadline: float) -> Check:
    """A check that goes on waiting, with a deadline of its own."""
    return replace(MAY_LIST, id="slow", deadline=deadline)


@dataclass(frozen=True)
class OneCode(Check):
    """Asks once, and then has to wait for a code that does not come."""

    asked: list[Observation] = field(default_factory=list, hash=False)
    identity = JAMES

    def call_text(self, facts: Any) -> str:
        return ""

    def expected(self, facts: Any) -> str:
        return ""

    def observe(self, scene: Any) -> Observation:
        if not self.asked:
            raise NoCodeYetError(30)
        return self.asked.pop()
