"""What a set of verdicts amounts to, and the exit code that says so."""

import pytest

from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict, exit_code, overall

P, F, U, N = Verdict.PROVEN, Verdict.FAILED, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("verdicts", "whole", "code", "strict_code"),
    [
        ([P], P, 0, 0),
        ([P, P], P, 0, 0),
        ([P, N], P, 0, 2),
        ([N], U, 2, 2),
        ([], U, 2, 2),
        ([P, U], U, 2, 2),
        ([U], U, 2, 2),
        ([P, F], F, 1, 1),
        ([F, U, N, P], F, 1, 1),
    ],
)
def test_overall(verdicts: list[Verdict], whole: Verdict, code: int, strict_code: int) -> None:
    assert overall(verdicts) is whole
    assert exit_code(verdicts) == code
    assert exit_code(verdicts, strict=True) == strict_code


def lab(*verdicts: Verdict) -> LabResult:
    checks = tuple(
        CheckResult(str(n), "t", "who", "call", "e", "o", verdict, "", 1, 0.0) for n, verdict in enumerate(verdicts)
    )
    return LabResult("lab", "Stack", checks, 0.0)


@pytest.mark.parametrize(
    ("labs", "code"),
    [
        ([], 2),
        ([lab(P)], 0),
        ([lab(P), lab(P, N)], 0),
        ([lab(P), lab()], 2),
        ([lab(P), lab(N)], 2),
        ([lab(P), lab(U), lab(F)], 1),
    ],
)
def test_a_lab_in_which_nothing_was_checked_does_not_hide_behind_another(labs: list[LabResult], code: int) -> None:
    assert Report(tuple(labs)).exit_code == code
    assert Report((*labs, lab(N, P)), strict=True).exit_code == (1 if code == 1 else 2)
