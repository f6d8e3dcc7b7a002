"""The four verdicts, what a set of them amounts to, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What is known after a check: never more than was observed."""

    PROVEN = "proven"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"


class ExitCode:
    """The exit codes of every command."""

    PROVEN = 0
    FAILED = 1
    UNDETERMINED = 2
    USAGE = 2


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """What several verdicts amount to: one failure fails all; nothing checked is undetermined."""
    seen = set(verdicts)
    for decisive in (Verdict.FAILED, Verdict.UNDETERMINED, Verdict.PROVEN):
        if decisive in seen:
            return decisive
    return Verdict.UNDETERMINED


def exit_code(verdicts: Iterable[Verdict], *, strict: bool = False) -> int:
    """1 if anything failed; else 2 if anything is undetermined or nothing was checked; else 0.

    With `strict`, a check that is not applicable counts as undetermined.
    """
    seen = set(verdicts)
    outcome = overall(seen)
    if outcome is Verdict.FAILED:
        return ExitCode.FAILED
    if outcome is Verdict.UNDETERMINED or (strict and Verdict.NOT_APPLICABLE in seen):
        return ExitCode.UNDETERMINED
    return ExitCode.PROVEN
