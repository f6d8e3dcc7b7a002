"""Condition operators. Sources: IAM User Guide; each table names its page.

Every row is asked with an Allow, and with a Deny over an Allow of everything: a condition that holds makes both
match, one that fails neither, and one that can't be told (None) makes the Deny match and the Allow not.
"""

from __future__ import annotations

from typing import Any

import pytest

from iam_engine import Decision, Policies, Policy, Principal, PrincipalKind, Request, decide

ACCOUNT = "123456789012"
JAMES = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/james", ACCOUNT)
EVERYTHING = Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, "everything")

OPERATORS = "reference_policies_elements_condition_operators"
LOGIC = "reference_policies_condition-logic-multiple-context-keys-or-values"
MULTIVALUED = "reference_policies_condition_examples-multi-valued-context-keys"
SINGLE_OR_MULTI = "reference_policies_condition-single-vs-multi-valued-context-keys"


def ask(effect: str, condition: Any, context: dict[str, Any]) -> Decision:
    statement = {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement}, "row")
    policies = (policy,) if effect == "Allow" else (EVERYTHING, policy)
    request = Request(JAMES, "s3:ListBucket", "arn:aws:s3:::bucket", ACCOUNT, context)
    return decide(request, Policies(identity=policies))


def outcome(condition: Any, context: dict[str, Any]) -> bool | None:
    allowed = ask("Allow", condition, context).allowed
    denied = not ask("Deny", condition, context).allowed
    return allowed if allowed is denied else None


# operator, the policy's value, the request's value, whether the condition holds
ONE_VALUE = [
    ("StringEquals", "james", "james", True),
    ("StringEquals", "james", "James", False),
    ("StringEquals", "j*", "james", False),
    ("StringEquals", "j*", "j*", True),
    ("StringEquals", "", "", True),
    ("StringNotEquals", "james", "james", False),
    ("StringNotEquals", "james", "James", True),
    ("StringEqualsIgnoreCase", "james", "James", True),
    ("StringEqualsIgnoreCase", "james", "jane", False),
    ("StringNotEqualsIgnoreCase", "james", "James", False),
    ("StringNotEqualsIgnoreCase", "james", "jane", True),
    ("StringLike", "j*s", "james", True),
    ("StringLike", "j*s", "James", False),
    ("StringLike", "j?m*", "james", True),
    ("StringLike", "j?s", "james", False),
    ("StringLike", "home/", "home/james", False),
    ("StringLike", "*", "", True),
    ("StringLike", "a.c", "abc", False),
    ("StringNotLike", "j*s", "james", False),
    ("StringNotLike", "j*s", "jane", True),
    ("stringequals", "james", "james", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", 10, "10", True),
    ("NumericNotEquals", "10", "11", True),
    ("NumericNotEquals", "10", "10", False),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericLessThanEquals", "10", "11", False),
    ("NumericGreaterThan", "9", "10", True),
    ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThanEquals", "3600", "3600", True),
    ("NumericGreaterThanEquals", "-1.5", "-2", False),
    ("NumericLessThan", "ten", "9", None),
    ("NumericLessThan", "10", "nine", None),
    ("NumericNotEquals", "10", "NaN", None),
    ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2025-12-31T19:00:00-05:00", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026", "2026-01-01T00:00Z", True),
    ("DateEquals", "1767225600", "2026-01-01T00:00:00Z", True),
    ("DateNotEquals", "2026-01", "2026-01-01T00:00:00Z", False),
    ("DateNotEquals", "2026-01", "2026-01-01T00:00:00.5Z", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "1767225600", False),
    ("DateGreaterThanEquals", "1767225600", "1767225600", True),
    ("DateLessThan", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00Z", None),
    ("DateLessThan", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00Z", None),
    ("DateLessThan", "2026-01-01T00:00:00", "2025-01-01T00:00:00Z", None),
    ("DateLessThan", "next week", "2025-01-01T00:00:00Z", None),
    ("DateLessThan", "99999999999999999999", "2025-01-01T00:00:00Z", None),
    ("Bool", "true", "true", True),
    ("Bool", True, "true", True),
    ("Bool", "True", "true", True),
    ("Bool", "false", "true", False),
    ("Bool", "false", "false", True),
    ("Bool", "yes", "true", None),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5", False),
    ("BinaryEquals", "no base64!", "QmluYXJ5", None),
    ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.7", False),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),
    ("IpAddress", "203.0.113.7", "203.0.113.8", False),
    ("IpAddress", "203.0.113.7/24", "203.0.113.8", True),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
    ("IpAddress", "2001:DB8:1234:5678::/64", "203.0.113.7", False),
    ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    ("NotIpAddress", "203.0.113.0/33", "198.51.100.1", None),
    ("NotIpAddress", "203.0.113.0/24", "cloudformation.amazonaws.com", None),
    ("ArnEquals", "arn:aws:iam::123456789012:user/james", "arn:aws:iam::123456789012:user/james", True),
    ("ArnEquals", "arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:user/james", True),
    ("ArnEquals", "arn:aws:iam::123456789012:user/JAMES", "arn:aws:iam::123456789012:user/james", False),
    ("ArnLike", "arn:aws:iam::*:user/j?mes", "arn:aws:iam::123456789012:user/james", True),
    ("ArnLike", "arn:*:iam::1*2:user/staff/*", "arn:aws:iam::123456789012:user/staff/a/b", True),
    ("ArnLike", "arn:aws:s3:::*", "arn:aws:s3:::bucket:with:colons", True),
    (
        "ArnLike",
        "arn:aws:someservice:*:111122223333:finance/*",
        "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
        False,
    ),
    (
        "StringLike",
        "arn:aws:someservice:*:111122223333:finance/*",
        "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
        True,
    ),
    ("ArnNotEquals", "arn:aws:iam::*:user/james", "arn:aws:iam::123456789012:user/james", False),
    ("ArnNotLike", "arn:aws:iam::*:user/jane", "arn:aws:iam::123456789012:user/james", True),
    ("ArnLike", "*", "arn:aws:iam::123456789012:user/james", None),
    ("ArnNotLike", "james", "arn:aws:iam::123456789012:user/james", None),
    ("ArnLike", "arn:aws:iam::*:user/james", "james", None),
]


@pytest.mark.parametrize(("operator", "written", "given", "expected"), ONE_VALUE)
def test_an_operator_with_one_value(operator: str, written: Any, given: str, expected: bool | None) -> None:
    assert outcome({operator: {"aws:Key": written}}, {"aws:Key": given}) is expected, OPERATORS


@pytest.mark.parametrize(("operator", "written", "given", "expected"), ONE_VALUE)
def test_if_exists_compares_a_key_that_is_there(operator: str, written: Any, given: str, expected: Any) -> None:
    assert outcome({f"{operator}IfExists": {"aws:Key": written}}, {"aws:Key": given}) is expected, OPERATORS
    assert outcome({f"{operator}IfExists": {"aws:Key": written}}, {"aws:Other": given}) is True, OPERATORS


NEGATED = {"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals"}
NEGATED |= {"NotIpAddress", "ArnNotEquals", "ArnNotLike"}


@pytest.mark.parametrize(("operator", "written"), sorted({(row[0], str(row[1])) for row in ONE_VALUE}))
def test_a_key_that_is_missing(operator: str, written: str) -> None:
    condition = {operator: {"aws:Key": written}}
    assert outcome(condition, {"aws:Other": written}) is (operator in NEGATED), OPERATORS
    assert outcome({f"ForAllValues:{operator}": {"aws:Key": written}}, {}) is True, MULTIVALUED
    assert outcome({f"ForAnyValue:{operator}": {"aws:Key": written}}, {}) is False, MULTIVALUED


ONE, TWO = "tag-one", "tag-two"
SEVERAL_VALUES = [
    (LOGIC, "StringEquals", ["a", "b"], "b", True),
    (LOGIC, "StringEquals", ["a", "b"], "c", False),
    (LOGIC, "StringNotEquals", ["a", "b"], "b", False),
    (LOGIC, "StringNotEquals", ["a", "b"], "c", True),
    (LOGIC, "NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "198.51.100.1", False),
    (LOGIC, "NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "192.0.2.1", True),
    (LOGIC, "NumericEquals", ["x", "1"], "1", True),
    (LOGIC, "NumericEquals", ["x", "1"], "2", None),
    (LOGIC, "NumericNotEquals", ["x", "1"], "1", False),
    (LOGIC, "NumericNotEquals", ["x", "1"], "2", None),
    (MULTIVALUED, "ForAllValues:StringEquals", [ONE, TWO], [ONE], True),
    (MULTIVALUED, "ForAllValues:StringEquals", [ONE, TWO], [ONE, TWO], True),
    (MULTIVALUED, "ForAllValues:StringEquals", [ONE, TWO], [ONE, "other"], False),
    (MULTIVALUED, "ForAllValues:StringEquals", [ONE, TWO], [], True),
    (MULTIVALUED, "ForAllValues:StringEquals", [ONE, TWO], [""], True),
    (MULTIVALUED, "ForAllValues:StringEquals", [ONE], "", True),
    (MULTIVALUED, "ForAllValues:StringLike", ["tag-*"], [ONE, TWO], True),
    (MULTIVALUED, "ForAllValues:StringNotEquals", [ONE], ["other", TWO], True),
    (MULTIVALUED, "ForAllValues:StringNotEquals", [ONE], ["other", ONE], False),
    (MULTIVALUED, "forallvalues:stringequals", [ONE], [ONE], True),
    (MULTIVALUED, "ForAllValues:StringEquals", ONE, ONE, True),
    (MULTIVALUED, "ForAnyValue:StringEquals", [ONE, TWO], [TWO, "other"], True),
    (MULTIVALUED, "ForAnyValue:StringEquals", [ONE, TWO], ["other"], False),
    (MULTIVALUED, "ForAnyValue:StringEquals", [ONE], [], False),
    (MULTIVALUED, "ForAnyValue:StringEquals", [ONE], [""], False),
    (MULTIVALUED, "ForAnyValue:StringNotEquals", [ONE], [ONE, "other"], True),
    (MULTIVALUED, "ForAnyValue:StringNotEquals", [ONE], [ONE], False),
    (MULTIVALUED, "ForAnyValue:StringEqualsIfExists", [ONE], [TWO], False),
    (MULTIVALUED, "ForAnyValue:StringEqualsIfExists", [ONE], [], False),
    (MULTIVALUED, "ForAllValues:StringEqualsIfExists", [ONE], [], True),
    (MULTIVALUED, "ForAnyValue:ArnLike", ["arn:aws:s3:::a*"], ["arn:aws:s3:::b", "arn:aws:s3:::a"], True),
    (MULTIVALUED, "ForAllValues:NumericLessThan", ["5"], ["4", "x"], None),
    (MULTIVALUED, "ForAllValues:NumericLessThan", ["5"], ["6", "x"], False),
    (SINGLE_OR_MULTI, "StringEquals", [ONE], [ONE], False),
    (SINGLE_OR_MULTI, "StringNotEquals", [ONE], [TWO], False),
]


@pytest.mark.parametrize(("page", "operator", "written", "given", "expected"), SEVERAL_VALUES)
def test_several_values(page: str, operator: str, written: Any, given: Any, expected: bool | None) -> None:
    assert outcome({operator: {"aws:TagKeys": written}}, {"aws:TagKeys": given}) is expected, page


NULL = [
    ("true", {}, True),
    ("false", {}, False),
    ("true", {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, False),
    ("false", {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, True),
    (False, {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, True),
    ("true", {"aws:TokenIssueTime": []}, True),
    ("false", {"aws:TokenIssueTime": ["", ""]}, False),
    (["true", "false"], {}, True),
    ("maybe", {}, None),
]


@pytest.mark.parametrize(("written", "context", "expected"), NULL)
def test_null(written: Any, context: dict[str, Any], expected: bool | None) -> None:
    assert outcome({"Null": {"aws:TokenIssueTime": written}}, context) is expected, OPERATORS


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"aws:username": "james", "aws:SourceIp": "203.0.113.7", "aws:SecureTransport": "true"}, True),
        ({"aws:username": "jane", "aws:SourceIp": "203.0.113.7", "aws:SecureTransport": "true"}, True),
        ({"aws:username": "joan", "aws:SourceIp": "203.0.113.7", "aws:SecureTransport": "true"}, False),
        ({"aws:username": "james", "aws:SourceIp": "192.0.2.1", "aws:SecureTransport": "true"}, False),
        ({"aws:username": "james", "aws:SourceIp": "203.0.113.7", "aws:SecureTransport": "false"}, False),
        ({"aws:username": "james", "aws:SourceIp": "203.0.113.7"}, False),
    ],
)
def test_operators_and_keys_are_joined_by_and(context: dict[str, str], expected: bool) -> None:
    condition = {
        "StringEquals": {"aws:username": ["james", "jane"]},
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        "Bool": {"aws:SecureTransport": "true"},
    }
    assert outcome(condition, context) is expected, LOGIC


@pytest.mark.parametrize("key", ["aws:SourceIp", "AWS:sourceip", "aws:SOURCEIP"])
def test_the_case_of_a_key_does_not_matter(key: str) -> None:
    condition = {"IpAddress": {key: "203.0.113.7"}}
    assert outcome(condition, {"aws:sourceIP": "203.0.113.7"}) is True, "reference_policies_elements_condition"
    assert outcome({"StringEquals": {"aws:PrincipalTag/Team": "a"}}, {"aws:principaltag/TEAM": "a"}) is True


@pytest.mark.parametrize(
    "condition",
    [
        {"StringMatches": {"aws:username": "james"}},
        {"StringEqualsIfexist": {"aws:username": "james"}},
        {"ForSomeValues:StringEquals": {"aws:username": "james"}},
        {"NullIfExists": {"aws:username": "true"}},
        {"StringEquals": "james"},
        {"StringEquals": {}},
        {"StringEquals": {"aws:username": []}},
        {"StringNotEquals": {"aws:username": []}},
        {"StringEquals": {"aws:username": {"is": "james"}}},
        {"StringEquals": {"aws:username": ["james", None]}},
        ["StringEquals"],
        "aws:username",
        None,
    ],
)
def test_a_condition_that_makes_no_sense_gives_no_access(condition: Any) -> None:
    assert outcome(condition, {"aws:username": "james"}) is None
    refused = ask("Deny", condition, {"aws:username": "james"})
    assert refused.conditions[0].note


def test_a_condition_that_fails_for_certain_outweighs_one_that_can_not_be_told() -> None:
    condition = {"StringMatches": {"aws:username": "james"}, "StringEquals": {"aws:username": "jane"}}
    assert outcome(condition, {"aws:username": "james"}) is False
    assert outcome(condition, {"aws:username": "jane"}) is None


def test_the_trace_of_a_condition() -> None:
    condition = {"StringEquals": {"aws:TagKeys": ["a", "b"]}, "NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}
    context = {"aws:TagKeys": ["a"], "aws:MultiFactorAuthAge": "60"}
    tags, age = ask("Allow", condition, context).trace[0].statements[0].conditions
    assert (tags.operator, tags.key, tags.actual, tags.expected, tags.held) == (
        "StringEquals",
        "aws:TagKeys",
        ("a",),
        ("a", "b"),
        False,
    )
    assert "ForAllValues" in tags.note
    assert (age.actual, age.expected, age.held, age.note) == (("60",), ("3600",), True, "")
