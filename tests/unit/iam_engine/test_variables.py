"""Policy variables. Source of every row: IAM User Guide, reference_policies_variables, by section."""

from __future__ import annotations

from typing import Any

import pytest

from iam_engine import Policies, Policy, Principal, PrincipalKind, Request, decide

ACCOUNT = "123456789012"
JAMES = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/james", ACCOUNT)
BUCKET = "arn:aws:s3:::bucket"


def effect(
    resource: str, context: dict[str, Any], version: str = "2012-10-17", verb: str = "Allow", **elements: Any
) -> bool:
    """Whether the statement matches: True where its Allow allows, or its Deny denies."""
    statement = {"Effect": verb, "Action": "*", **elements}
    policy = Policy.parse({"Version": version, "Statement": statement}, "row")
    everything = Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, "all")
    policies = (policy,) if verb == "Allow" else (policy, everything)
    decision = decide(Request(JAMES, "s3:GetObject", resource, ACCOUNT, context), Policies(identity=policies))
    return decision.allowed is (verb == "Allow")


TEAM = {"aws:PrincipalTag/team": "yellow"}
IN_RESOURCES = [
    ("Resource element", f"{BUCKET}/${{aws:username}}/*", {"aws:username": "james"}, f"{BUCKET}/james/a", True),
    ("Resource element", f"{BUCKET}/${{aws:username}}/*", {"aws:username": "james"}, f"{BUCKET}/jane/a", False),
    ("Using variables", f"{BUCKET}/${{AWS:UserName}}", {"aws:username": "james"}, f"{BUCKET}/james", True),
    ("Resource element", f"{BUCKET}-${{aws:PrincipalTag/Team}}", TEAM, f"{BUCKET}-yellow", True),
    (
        "Resource element",
        f"{BUCKET}/${{aws:userid}}",
        {"aws:userid": "AROAEXAMPLE:james"},
        f"{BUCKET}/AROAEXAMPLE:james",
        True,
    ),
    ("No value", f"{BUCKET}/${{aws:username}}", {}, f"{BUCKET}/${{aws:username}}", False),
    ("No value", f"{BUCKET}/${{aws:username}}*", {}, f"{BUCKET}/", False),
    ("Multivalued", f"{BUCKET}/${{aws:TagKeys}}", {"aws:TagKeys": ["a"]}, f"{BUCKET}/a", False),
    ("Default values", f"{BUCKET}-${{aws:PrincipalTag/team, 'company-wide'}}", {}, f"{BUCKET}-company-wide", True),
    ("Default values", f"{BUCKET}-${{aws:PrincipalTag/team, 'company-wide'}}", TEAM, f"{BUCKET}-yellow", True),
    ("Default values", f"{BUCKET}-${{aws:PrincipalTag/team, 'company-wide'}}", TEAM, f"{BUCKET}-company-wide", False),
    ("Special characters", f"{BUCKET}/${{*}}", {}, f"{BUCKET}/*", True),
    ("Special characters", f"{BUCKET}/${{*}}", {}, f"{BUCKET}/a", False),
    ("Special characters", f"{BUCKET}/${{?}}", {}, f"{BUCKET}/?", True),
    ("Special characters", f"{BUCKET}/${{?}}", {}, f"{BUCKET}/a", False),
    ("Special characters", f"{BUCKET}/${{$}}{{aws:username}}", {}, f"{BUCKET}/${{aws:username}}", True),
    ("A value is literal", f"{BUCKET}/${{aws:username}}", {"aws:username": "*"}, f"{BUCKET}/jane", False),
    ("A value is literal", f"{BUCKET}/${{aws:username}}/?", {"aws:username": "*"}, f"{BUCKET}/*/a", True),
    ("Before the fifth colon", "arn:aws:s3:${aws:username}::bucket", {"aws:username": ""}, BUCKET, False),
    ("Before the fifth colon", "${aws:username}", {"aws:username": BUCKET}, BUCKET, False),
]


@pytest.mark.parametrize(("section", "written", "context", "asked", "expected"), IN_RESOURCES)
def test_in_resources(section: str, written: str, context: dict[str, Any], asked: str, expected: bool) -> None:
    assert effect(asked, context, Resource=written) is expected, section
    assert effect(asked, context, Resource=written, verb="Deny") is expected, section


@pytest.mark.parametrize("version", ["2008-10-17", "2012-10-17"])
def test_only_the_newer_version_of_the_language_has_variables(version: str) -> None:
    text = f"{BUCKET}/${{aws:username}}"
    newer = version == "2012-10-17"
    assert effect(f"{BUCKET}/james", {"aws:username": "james"}, version, Resource=text) is newer
    assert effect(text, {"aws:username": "james"}, version, Resource=text) is not newer
    condition = {"StringEquals": {"aws:PrincipalTag/name": "${aws:username}"}}
    tagged = {"aws:username": "james", "aws:PrincipalTag/name": "james"}
    assert effect(BUCKET, tagged, version, Resource="*", Condition=condition) is newer


def test_not_resource_with_a_variable_without_value_gives_no_access() -> None:
    text = f"{BUCKET}/${{aws:username}}"
    assert effect(f"{BUCKET}/a", {"aws:username": "james"}, NotResource=text)
    assert not effect(f"{BUCKET}/james", {"aws:username": "james"}, NotResource=text)
    assert not effect(f"{BUCKET}/a", {}, NotResource=text)
    assert effect(f"{BUCKET}/a", {}, NotResource=text, verb="Deny")


ARN = "arn:aws:iam::123456789012:user/${aws:username}"
TAGS = {"aws:PrincipalTag/team": "red", "aws:ResourceTag/team": "red"}
SAME_TEAM = "${aws:PrincipalTag/team}"
IN_CONDITIONS = [
    ("StringEquals", "aws:ResourceTag/team", SAME_TEAM, TAGS, True),
    ("StringEquals", "aws:ResourceTag/team", SAME_TEAM, {"aws:ResourceTag/team": "red"}, False),
    ("StringEquals", "aws:ResourceTag/team", SAME_TEAM, {"aws:ResourceTag/team": SAME_TEAM}, False),
    ("StringEquals", "aws:ResourceTag/team", [SAME_TEAM, "red"], {"aws:ResourceTag/team": "red"}, True),
    ("StringNotEquals", "aws:ResourceTag/team", SAME_TEAM, TAGS, False),
    ("StringNotEquals", "aws:ResourceTag/team", SAME_TEAM, {"aws:ResourceTag/team": "red"}, True),
    ("StringNotLike", "aws:ResourceTag/team", SAME_TEAM, {"aws:ResourceTag/team": "red"}, True),
    ("StringEqualsIgnoreCase", "aws:ResourceTag/team", SAME_TEAM, {**TAGS, "aws:ResourceTag/team": "RED"}, True),
    ("StringLike", "s3:prefix", "home/${aws:username}/*", {"aws:username": "james", "s3:prefix": "home/james/a"}, True),
    ("StringLike", "s3:prefix", "home/${aws:username}/*", {"aws:username": "*", "s3:prefix": "home/james/a"}, False),
    ("StringLike", "s3:prefix", "${*}${aws:username, 'x'}", {"s3:prefix": "*x"}, True),
    ("StringEquals", "s3:prefix", "a${*}", {"s3:prefix": "a*"}, True),
    ("ArnLike", "aws:PrincipalArn", ARN, {"aws:username": "james", "aws:PrincipalArn": JAMES.arn}, True),
    ("ArnLike", "aws:PrincipalArn", ARN, {"aws:username": "*", "aws:PrincipalArn": JAMES.arn}, False),
    ("ArnLike", "aws:PrincipalArn", ARN, {"aws:PrincipalArn": JAMES.arn}, False),
    ("ArnNotLike", "aws:PrincipalArn", ARN, {"aws:username": "jane", "aws:PrincipalArn": JAMES.arn}, True),
    (
        "ArnEquals",
        "aws:PrincipalArn",
        "arn:aws:iam::${aws:PrincipalAccount}:*",
        {"aws:PrincipalAccount": ACCOUNT, "aws:PrincipalArn": JAMES.arn},
        True,
    ),
    (
        "Bool",
        "aws:SecureTransport",
        "${aws:PrincipalTag/tls}",
        {"aws:PrincipalTag/tls": "true", "aws:SecureTransport": "true"},
        True,
    ),
]


@pytest.mark.parametrize(("operator", "key", "written", "context", "expected"), IN_CONDITIONS)
def test_in_conditions(operator: str, key: str, written: Any, context: dict[str, Any], expected: bool) -> None:
    condition = {operator: {key: written}}
    assert effect(BUCKET, context, Resource="*", Condition=condition) is expected
    assert effect(BUCKET, context, Resource="*", Condition=condition, verb="Deny") is expected


def test_operators_that_take_no_variables_treat_them_as_malformed() -> None:
    context = {"aws:PrincipalTag/age": "10", "aws:MultiFactorAuthAge": "5"}
    condition = {"NumericLessThan": {"aws:MultiFactorAuthAge": "${aws:PrincipalTag/age}"}}
    assert not effect(BUCKET, context, Resource="*", Condition=condition)
    assert effect(BUCKET, context, Resource="*", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "10"}})


def test_the_trace_shows_what_a_variable_became() -> None:
    condition = {"StringEquals": {"s3:prefix": ["${aws:username}/", "${aws:nothing}", "${aws:userid, 'x'}"]}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement}, "row")
    context = {"aws:username": "james", "s3:prefix": "jane/"}
    decision = decide(Request(JAMES, "s3:ListBucket", BUCKET, ACCOUNT, context), Policies(identity=(policy,)))
    assert decision.conditions[0].actual == ("jane/",)
    assert decision.conditions[0].expected == ("james/", "${aws:nothing}", "x")
