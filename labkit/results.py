"""What a verification found, as data for the reports."""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.explanation.explanation import Explanation
from labkit.verdicts import Verdict, exit_code, overall


@dataclass(frozen=True)
class CheckResult:
    """One check's verdict with what was expected and observed; `seconds` with all its waits.

    `explanation`: why AWS answered so, where that was asked for.
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


@dataclass(frozen=True)
class LabResult:
    """One lab's verdict and its checks, in the order of the story; `compared`: ids of those to be set side by side."""

    lab: str
    stack: str
    checks: tuple[CheckResult, ...]
    seconds: float
    compared: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return overall(check.verdict for check in self.checks)


@dataclass(frozen=True)
class Report:
    """A whole verification. `strict`: a check that is not applicable costs the exit code 0.

    `seconds`: how long it took; less than its labs together, as they are verified side by side.
    """

    labs: tuple[LabResult, ...] = field(default=())
    strict: bool = False
    seconds: float = 0.0

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
