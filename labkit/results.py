"""What a verification found, as data for the reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from labkit.explanation.explanation import Explanation
from labkit.verdicts import Verdict, exit_code, overall


@dataclass(frozen=True)
class Asked:
    """One question that a check put to AWS, for a picture of the lab.

    `action`: the IAM action; `resource`: an ARN or `*`; `allowed`: AWS's answer, None where it gave none to this
    question; `opens`: the label of the session that the call gives credentials of, "" for every other call.
    """

    action: str
    resource: str
    allowed: bool | None
    opens: str = ""


@dataclass(frozen=True)
class Player:
    """One who asks in a lab, for a picture of it.

    `label`: as in `CheckResult.identity`; `kind`: "IAM user", "role session" …; `name`: the user's or role's;
    `notes`: what else there is to say of it; `policies`: the names of all that it holds; `by`: the label of who opened
    the session, "" for whoever acts with a key of its own.
    """

    label: str
    kind: str
    name: str
    notes: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True)
class CheckResult:
    """One check's verdict with what was expected and observed; `seconds` with all its waits.

    `explanation`: why AWS answered so, where that was asked for; `asked`: its questions, where a picture was.
    """

    id: str
    title: str
    identity: str
    call: str
    expected: str
    observed: str
    verdict: Verdict
    reason: str
    attempts: int
    seconds: float
    explanation: Explanation | None = None
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class LabResult:
    """One lab's verdict and its checks, in the order of the story.

    `compared`: ids of those to be set side by side; `players`: who played in it, where a picture was asked for.
    """

    lab: str
    stack: str
    checks: tuple[CheckResult, ...]
    seconds: float
    compared: tuple[str, ...] = ()
    title: str = ""
    players: tuple[Player, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return overall(check.verdict for check in self.checks)


@dataclass(frozen=True)
class Report:
    """A whole verification, in `account` (12 digits), begun at `began`.

    `strict`: a check that is not applicable costs the exit code 0. `seconds`: how long it took; less than its labs
    together, as they are verified side by side.
    """

    labs: tuple[LabResult, ...] = field(default=())
    strict: bool = False
    seconds: float = 0.0
    account: str = ""
    began: datetime | None = None

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for lab in self.labs for check in lab.checks)

    @property
    def verdict(self) -> Verdict:
        return overall(lab.verdict for lab in self.labs)

    @property
    def exit_code(self) -> int:
        # Lab by lab as well: a lab in which nothing was checked must not hide behind one that was proven.
        codes = {exit_code((check.verdict for check in lab.checks), strict=self.strict) for lab in self.labs}
        return 1 if 1 in codes else 2 if 2 in codes or not codes else 0
