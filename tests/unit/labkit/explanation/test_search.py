"""The smallest change is found, is said, and really turns the answer around."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iam_engine import Principal, PrincipalKind
from labkit.explanation.case import Case
from labkit.explanation.policies import Kind, fits
from labkit.explanation.search import smallest_change
from tests.unit.labkit.explanation.cases import (
    HOME,
    JAMES,
    OBJECT,
    PARTNER,
    ROLE,
    allow,
    assume,
    aws_managed,
    case_of,
    deny,
    held,
    inline,
    lets_in,
    managed,
    trust,
)

GET = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}
GIVE_GET = f"give user James an inline policy with {json.dumps(GET)}"
ROLE_GET = f"give role R an inline policy with {json.dumps(GET)}"
NO_GET = f"give user James an inline policy with {json.dumps({**GET, 'Effect': 'Deny'})}"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
FRESH_MFA = {**MFA, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
EXTERNAL = {"StringEquals": {"sts:ExternalId": "x-1"}}
OWN_ASSUME = allow("sts:AssumeRole", ROLE)
# 53 characters each in a document, with quotes and comma: 114 fill a managed policy, 36 a user's inline policies.
LONG = [f"ec2:{'D' * 43}{number:03}" for number in range(114)]
OTHER = f"arn:aws:iam::{HOME}:user/Other"

DENIED: dict[str, tuple[Case, list[str]]] = {
    "nothing at all": (case_of(), [GIVE_GET]),
    "other actions, on everything": (case_of(inline(allow("s3:PutObject"))), [GIVE_GET]),
    "other actions, on this very resource": (
        case_of(inline(allow("s3:PutObject", OBJECT))),
        ["add s3:GetObject to the statement of the inline policy P of user James"],
    ),
    "an action without a resource": (
        case_of(managed(allow(["ec2:DescribeVpcs"])), action="ec2:DescribeInstances", resource="*"),
        ["add ec2:DescribeInstances to the statement of the managed policy M of user James"],
    ),
    "AWS's own policies can't be edited": (case_of(aws_managed(allow("s3:PutObject", OBJECT))), [GIVE_GET]),
    "a policy that others hold is left alone": (
        case_of(managed(allow("s3:PutObject", OBJECT), shared=True)),
        [GIVE_GET],
    ),
    "a policy that is full is left alone": (case_of(managed(allow(LONG, OBJECT))), [GIVE_GET]),
    "inline policies that are full make room for a managed one": (
        case_of(inline(allow(LONG[:36]))),
        [f"attach to user James a policy with {json.dumps(GET)}"],
    ),
    "the action on another resource": (
        case_of(inline(allow("s3:GetObject", "arn:aws:s3:::b/other"))),
        [f"add {OBJECT} to the Resource of the statement of the inline policy P of user James"],
    ),
    "the action among others on another resource": (
        case_of(inline(allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::b/other"))),
        [GIVE_GET],
    ),
    "MFA is missing": (case_of(inline(allow("s3:*", Condition=MFA))), ["sign in with MFA"]),
    "a tag is missing": (
        case_of(inline(allow("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))),
        ["give James the tag team=red"],
    ),
    "a prefix": (
        case_of(
            inline(allow("s3:ListBucket", Condition={"StringEquals": {"s3:prefix": "home/"}})),
            action="s3:ListBucket",
            resource="arn:aws:s3:::b",
        ),
        ["ask for the prefix home/"],
    ),
    "a prefix with a wildcard": (
        case_of(
            inline(allow("s3:ListBucket", Condition={"StringLike": {"s3:prefix": "home/*"}})),
            action="s3:ListBucket",
            resource="arn:aws:s3:::b",
        ),
        ["ask for the prefix home/"],
    ),
    "a tag too many": (
        assume(
            trusts=trust(
                lets_in(JAMES, Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "team"}})
                | {"Action": ["sts:AssumeRole", "sts:TagSession"]}
            ),
            context={"aws:RequestTag/team": "red", "aws:RequestTag/more": "x", "aws:TagKeys": ("team", "more")},
        ),
        ["leave out the tag more"],
    ),
    "MFA within the hour is missing": (case_of(inline(allow("s3:*", Condition=FRESH_MFA))), ["sign in with MFA"]),
    "MFA is too long ago": (
        case_of(
            inline(allow("s3:*", Condition=FRESH_MFA)),
            context={"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "3600"},
        ),
        ["sign in with MFA anew"],
    ),
    "a Deny without MFA": (
        case_of(
            inline(allow("s3:*"), deny("s3:*", Condition=WITHOUT_MFA)), context={"aws:MultiFactorAuthPresent": "false"}
        ),
        ["sign in with MFA"],
    ),
    "a Deny among other actions": (
        case_of(inline(allow("s3:*"), deny(["s3:GetObject", "s3:PutObject"]))),
        ["take s3:GetObject out of statement 2 of the inline policy P of user James"],
    ),
    "a Deny by itself": (
        case_of(aws_managed(allow("s3:*")), inline(deny("s3:*"), name="D")),
        ["delete the inline policy D of user James"],
    ),
    "a Deny of AWS's": (
        case_of(inline(allow("s3:*")), aws_managed(deny("*"))),
        ["detach the AWS managed policy A from user James"],
    ),
    "a Deny and no Allow": (
        case_of(inline(deny("s3:Get*"), allow("s3:Put*"))),
        ["remove statement 1 of the inline policy P of user James", GIVE_GET],
    ),
    "a session older than its revocation": (
        case_of(
            inline(
                allow("s3:*"),
                deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2025-12-31T00:00:00Z"}}),
                holder="role R",
            ),
            as_role=True,
            context={"aws:TokenIssueTime": "2025-12-30T00:00:00Z"},
        ),
        ["assume the role anew"],
    ),
    "a boundary that leaves it out": (
        case_of(inline(allow("s3:*")), boundary=managed(allow("ec2:*"), boundary=True)),
        [f"add the statement {json.dumps(GET)} to the permissions boundary M of user James"],
    ),
    "a boundary and no Allow": (
        case_of(boundary=managed(allow("ec2:*"), boundary=True)),
        [GIVE_GET, f"add the statement {json.dumps(GET)} to the permissions boundary M of user James"],
    ),
    "a session policy that leaves it out": (
        case_of(
            inline(allow("s3:*"), holder="role R"),
            as_role=True,
            session=(held(Kind.SESSION, allow("ec2:*"), holder="", name=""),),
        ),
        [f"put {json.dumps(GET)} into the session policy that is passed"],
    ),
    "a federated user without a session policy": (
        case_of(inline(allow("s3:*")), session=()),
        [f"put {json.dumps(GET)} into the session policy that is passed"],
    ),
    "a session policy that denies": (
        case_of(
            inline(allow("s3:*"), holder="role R"),
            as_role=True,
            session=(held(Kind.SESSION, allow("*"), deny("s3:*"), holder="", name=""),),
        ),
        ["assume the role without a session policy"],
    ),
    "a session whose role may not": (case_of(as_role=True), [ROLE_GET]),
    "a trust policy that names another": (
        assume(trusts=trust(lets_in(OTHER))),
        [f"name {JAMES} in the Principal of the statement of the trust policy of role R"],
    ),
    "a trust policy that names the account": (
        assume(trusts=trust(lets_in(HOME))),
        [f"give user James an inline policy with {json.dumps({**GET, 'Action': 'sts:AssumeRole', 'Resource': ROLE})}"],
    ),
    "an external id": (assume(trusts=trust(lets_in(JAMES, Condition=EXTERNAL))), ["pass the external id x-1"]),
    "another external id": (
        assume(trusts=trust(lets_in(JAMES, Condition=EXTERNAL)), context={"sts:ExternalId": "y"}),
        ["pass the external id x-1"],
    ),
    "another, and an external id": (
        assume(trusts=trust(lets_in(OTHER, Condition=EXTERNAL))),
        [
            f"name {JAMES} in the Principal of the statement of the trust policy of role R",
            "pass the external id x-1",
        ],
    ),
    "tags that may not be passed": (
        assume(trusts=trust(lets_in(JAMES)), context={"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}),
        ["add sts:TagSession to the statement of the trust policy of role R"],
    ),
    "another account, which trusts": (
        assume(trusts=trust(lets_in(JAMES)), account=PARTNER),
        [
            "give user James an inline policy with "
            + json.dumps({**GET, "Action": "sts:AssumeRole", "Resource": ROLE.replace(HOME, PARTNER)})
        ],
    ),
    "another account, which does not trust": (
        assume(inline(allow("sts:*")), trusts=trust(lets_in(OTHER)), account=PARTNER),
        [f"name {JAMES} in the Principal of the statement of the trust policy of role R"],
    ),
}

ALLOWED: dict[str, tuple[Case, list[str]]] = {
    "by AWS's policy": (case_of(aws_managed(allow("s3:Get*"))), [NO_GET]),
    "by a statement that reaches further": (case_of(inline(allow(["s3:GetObject", "s3:PutObject"]))), [NO_GET]),
    "by name among others": (
        case_of(inline(allow(["s3:GetObject", "s3:PutObject"], OBJECT))),
        ["take s3:GetObject out of the statement of the inline policy P of user James"],
    ),
    "by two policies": (case_of(inline(allow("s3:GetObject", OBJECT)), aws_managed(allow("s3:*"))), [NO_GET]),
    "with MFA": (
        case_of(inline(allow("s3:*", Condition=MFA)), context={"aws:MultiFactorAuthPresent": "true"}),
        ["do without MFA"],
    ),
    "with an external id": (
        assume(trusts=trust(lets_in(JAMES, Condition=EXTERNAL)), context={"sts:ExternalId": "x-1"}),
        ["leave out the external id"],
    ),
    "by name in a trust policy, among others": (
        assume(trusts=trust(lets_in([JAMES, OTHER]))),
        [f"take {JAMES} out of the Principal of the statement of the trust policy of role R"],
    ),
    "by a trust policy's only name": (
        assume(trusts=trust(lets_in(JAMES))),
        [
            "give user James an inline policy with "
            + json.dumps({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": ROLE})
        ],
    ),
    "by a trust policy's and one's own": (
        assume(inline(OWN_ASSUME), trusts=trust(lets_in(HOME))),
        [
            "give user James an inline policy with "
            + json.dumps({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": ROLE})
        ],
    ),
}


def words(case: Case) -> list[str]:
    return [step.words for step in smallest_change(case)]


@pytest.mark.parametrize("name", DENIED)
def test_what_would_allow_it(name: str) -> None:
    case, expected = DENIED[name]
    assert all(fits(held, case.held) for held in case.held if held.editable)
    assert not case.decide()[1].allowed
    assert words(case) == expected
    assert smallest_change(case)[-1].case.decide()[1].allowed


@pytest.mark.parametrize("name", ALLOWED)
def test_what_would_deny_it(name: str) -> None:
    case, expected = ALLOWED[name]
    assert case.decide()[1].allowed
    assert words(case) == expected
    assert not smallest_change(case)[-1].case.decide()[1].allowed


@pytest.mark.parametrize("name", DENIED)
def test_of_several_steps_none_can_be_left_out(name: str) -> None:
    case, _ = DENIED[name]
    for step in smallest_change(case)[:-1]:
        assert not step.case.decide()[1].allowed


def test_where_nothing_helps_nothing_is_proposed() -> None:
    root: dict[str, Any] = {"principal": Principal(PrincipalKind.ROOT, f"arn:aws:iam::{HOME}:root", HOME)}
    case = assume(trusts=trust(lets_in(HOME)))
    as_root = Case(**{**{name: getattr(case, name) for name in case.__dataclass_fields__}, **root, "home": ""})
    assert not as_root.decide()[1].allowed
    assert words(as_root) == []
