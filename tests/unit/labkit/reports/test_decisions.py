"""Decisions in columns, with the reason in a few words."""

from __future__ import annotations

from typing import Any

import pytest

from labkit.reports.decisions import because, lines

JAMES = "arn:aws:iam::123456789012:user/James"


def decision(**different: Any) -> dict[str, Any]:
    return {
        "time": "2026-11-24T11:28:32.116+00:00",
        "principal": JAMES,
        "action": "s3:ListAllMyBuckets",
        "resource": "arn:aws:s3:::*",
        "via": None,
        "decision": "implicit deny",
        "layer": "identity-based policy",
        "policy": None,
        "statement": None,
        "sid": None,
        "conditions": [],
        "trace": [],
        **different,
    }


def condition(actual: list[str] | None, *, held: bool = False) -> dict[str, Any]:
    key = "sts:ExternalId"
    return {"operator": "StringEquals", "key": key, "actual": actual, "expected": ["a", "b"], "held": held, "note": ""}


@pytest.mark.parametrize(
    ("different", "words"),
    [
        ({}, "no identity-based policy allows it"),
        ({"decision": "allow", "policy": "viewonly", "statement": 0}, "identity-based policy viewonly, statement 0"),
        (
            {"decision": "explicit deny", "policy": "viewonly", "statement": 1, "sid": "NoS3"},
            "identity-based policy viewonly, statement NoS3",
        ),
        ({"decision": "allow"}, "an account's root user needs no allow"),
        (
            {"layer": "role trust policy", "conditions": [condition(None), condition(["a"], held=True)]},
            "no role trust policy allows it; StringEquals sts:ExternalId failed: absent, not a, b",
        ),
        (
            {"layer": "role trust policy", "conditions": [condition(["c", "d"])]},
            "no role trust policy allows it; StringEquals sts:ExternalId failed: c, d, not a, b",
        ),
    ],
)
def test_because(different: dict[str, Any], words: str) -> None:
    assert because(decision(**different)) == words


def test_columns_are_as_wide_as_they_have_to_be() -> None:
    heading, first, second = lines([decision(), decision(action="iam:GetRole", via="cloudformation.amazonaws.com")])
    assert heading.index("principal") == first.index(JAMES) == second.index(JAMES)
    assert heading.index("because") == first.index("no identity") == second.index("no identity")
    assert f"{JAMES} via cloudformation.amazonaws.com  arn:aws:s3:::*" in second


def test_a_name_does_not_steer_the_terminal() -> None:
    _heading, line = lines([decision(resource="arn:aws:s3:::bucket/\x1b[2J\nkey")])
    assert "arn:aws:s3:::bucket/\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}key" in line
