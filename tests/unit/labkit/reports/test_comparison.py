"""Checks set side by side: what is proven, by call and identity, and never more than that."""

from __future__ import annotations

from labkit.reports.comparison import table
from labkit.results import CheckResult, LabResult
from labkit.verdicts import Verdict


def result(id: str, identity: str, call: str, expected: str, verdict: Verdict = Verdict.PROVEN) -> CheckResult:
    return CheckResult(id, "title", identity, call, expected, "observed", verdict, "", 1, 0.0)


CHECKS = (
    result("a", "user", "sts:GetCallerIdentity", "arn:aws:iam::123456789012:user/user"),
    result("b", "user", "s3:ListObjectsV2 Bucket=b", "allowed"),
    result("c", "role", "s3:ListObjectsV2 Bucket=b", "AccessDenied (no session policy allows it)"),
    result("d", "role", "sts:AssumeRole RoleArn=x", "credentials of x for 3600 s"),
    result("e", "user", "sts:AssumeRole RoleArn=x", "credentials of x for 3600 s", Verdict.FAILED),
    result("f", "other", "iam:ListUsers", "allowed"),
)


def test_a_row_for_each_call_and_a_column_for_each_identity() -> None:
    assert table(LabResult("lab", "Stack", CHECKS, 0.0, ("a", "b", "c", "d", "e"))) == [
        ["", "user", "role"],
        ["sts:GetCallerIdentity", "yes", ""],
        ["s3:ListObjectsV2", "yes", "AccessDenied"],
        ["sts:AssumeRole", "failed", "yes"],
    ]


def test_without_compared_checks_there_is_no_table() -> None:
    assert table(LabResult("lab", "Stack", CHECKS, 0.0)) == []
