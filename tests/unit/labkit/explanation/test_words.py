"""A decision in words: which statement of which policy, or which layer had no Allow, and by which condition."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iam_engine import Principal, PrincipalKind
from labkit.explanation.case import Case
from labkit.explanation.policies import Kind
from labkit.explanation.words import why
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

EXTERNAL = {"StringEquals": {"sts:ExternalId": "x-1"}}
BUCKET_POLICY = held(Kind.RESOURCE, holder="bucket b", name="").with_statements(
    [{"Effect": "Allow", "Principal": {"AWS": JAMES}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}]
)

SAID: dict[str, tuple[Case, str]] = {
    "allowed": (
        case_of(aws_managed(allow("ec2:*"), allow(["s3:Put*", "s3:Get*"], Sid="Read"))),
        "Statement 2 (Read) of the AWS managed policy A of user James allows s3:GetObject: s3:Get* on any resource.",
    ),
    "allowed within a boundary": (
        case_of(inline(allow("s3:*", OBJECT)), boundary=managed(allow("*"), boundary=True)),
        f"The statement of the inline policy P of user James allows s3:GetObject: s3:* on {OBJECT}. "
        "The statement of the permissions boundary M of user James allows it, too.",
    ),
    "allowed under a condition": (
        case_of(
            inline(allow("s3:*", Condition={"StringLike": {"aws:PrincipalTag/team": "r*"}})),
            context={"aws:PrincipalTag/team": "red"},
        ),
        "The statement of the inline policy P of user James allows s3:GetObject under its condition "
        "StringLike aws:PrincipalTag/team 'r*' (the request has 'red'): s3:* on any resource.",
    ),
    "allowed by the bucket": (
        case_of(on_resource=BUCKET_POLICY),
        "The statement of the resource policy of bucket b allows s3:GetObject: s3:* on arn:aws:s3:::b/*.",
    ),
    "explicitly denied": (
        case_of(inline(allow("s3:*"), deny("s3:Get*", "arn:aws:s3:::b/*"))),
        "Statement 2 of the inline policy P of user James denies s3:GetObject: s3:Get* on arn:aws:s3:::b/*. "
        "An explicit Deny wins over every Allow.",
    ),
    "no policy": (
        case_of(),
        f"James has no identity-based policy at all, so nothing allows s3:GetObject on {OBJECT}.",
    ),
    "a name with a small letter": (
        replace(case_of(), asker="james"),
        f"james has no identity-based policy at all, so nothing allows s3:GetObject on {OBJECT}.",
    ),
    "no action": (
        case_of(inline(allow("s3:Put*")), managed(allow("ec2:*"))),
        f"No identity-based policy of James allows s3:GetObject on {OBJECT}: no Allow in P, M names the action.",
    ),
    "no action without a resource": (
        case_of(inline(allow("ec2:*")), action="s3:ListAllMyBuckets", resource="arn:aws:s3:::*"),
        "No identity-based policy of James allows s3:ListAllMyBuckets: no Allow in P names the action.",
    ),
    "another resource": (
        case_of(inline(allow("s3:*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]))),
        f"No identity-based policy of James allows s3:GetObject on {OBJECT}: no Allow in P matches. The statement of "
        "the inline policy P of user James names the action, but not this resource: its Resource is arn:aws:s3:::a, "
        "arn:aws:s3:::a/*.",
    ),
    "a condition": (
        case_of(inline(allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))),
        f"No identity-based policy of James allows s3:GetObject on {OBJECT}: no Allow in P matches. The statement of "
        "the inline policy P of user James would allow it, but for its condition Bool aws:MultiFactorAuthPresent "
        "'true' (the request has none).",
    ),
    "a boundary": (
        case_of(inline(allow("*")), boundary=managed(allow("ec2:*"), boundary=True)),
        f"The permissions boundary M of user James allows no s3:GetObject on {OBJECT}; what the boundary leaves out, "
        "no other policy can give.",
    ),
    "a session policy": (
        case_of(
            inline(allow("*"), holder="role R"),
            as_role=True,
            session=(held(Kind.SESSION, allow("ec2:*"), holder="", name=""),),
        ),
        f"The session policy allows no s3:GetObject on {OBJECT}; what it leaves out, no other policy can give to this "
        "session.",
    ),
    "a federated user without a session policy": (
        case_of(inline(allow("*")), session=()),
        "No session policy was passed, and without one James has no permissions of its own.",
    ),
    "another account's bucket without a policy": (
        case_of(inline(allow("*")), account=PARTNER),
        f"There is no policy on the resource to allow s3:GetObject on {OBJECT} to James, and without it no policy of "
        "another account can.",
    ),
    "assumed by one's own name": (
        assume(trusts=trust(lets_in(JAMES))),
        "The statement of the trust policy of role R allows sts:AssumeRole. It names James itself, "
        "which within one account is enough: no other policy has to allow it.",
    ),
    "assumed by everyone": (
        assume(trusts=trust(lets_in("*"))),
        "The statement of the trust policy of role R allows sts:AssumeRole. It names everyone, which "
        "within one account is enough: no other policy has to allow it.",
    ),
    "assumed by the account's leave": (
        assume(inline(allow("sts:AssumeRole", ROLE)), trusts=trust(lets_in(HOME))),
        "The trust policy of role R names only the account, so James's own policies have to allow it, too. The "
        f"statement of the inline policy P of user James allows sts:AssumeRole: sts:AssumeRole on {ROLE}.",
    ),
    "assumed across accounts": (
        assume(inline(allow("sts:*")), trusts=trust(lets_in(JAMES)), account=PARTNER),
        "The statement of the trust policy of role R allows sts:AssumeRole. The role is in another "
        "account, so James's own policies had to allow it as well, and do.",
    ),
    "assumed with tags": (
        assume(
            trusts=trust(lets_in(JAMES) | {"Action": ["sts:AssumeRole", "sts:TagSession"]}),
            context={"aws:TagKeys": ("team",), "aws:RequestTag/team": "red"},
        ),
        "The statement of the trust policy of role R allows sts:AssumeRole. It names James itself, "
        "which within one account is enough: no other policy has to allow it. What the request passes makes "
        "sts:TagSession necessary, too; that is allowed as well.",
    ),
    "tags that may not be passed": (
        assume(trusts=trust(lets_in(JAMES)), context={"aws:TagKeys": ("team",), "aws:RequestTag/team": "red"}),
        "The trust policy of role R names James, but does not allow sts:TagSession.",
    ),
    "not assumed: another is named": (
        assume(trusts=trust(lets_in(f"arn:aws:iam::{HOME}:user/Other"))),
        f"The trust policy of role R does not let James in; it names arn:aws:iam::{HOME}:user/Other.",
    ),
    "not assumed: no external id": (
        assume(trusts=trust(lets_in(JAMES, Condition=EXTERNAL))),
        "The trust policy of role R lets James in under a condition only. The statement of the trust policy of role R "
        "would allow it, but for its condition StringEquals sts:ExternalId 'x-1' (the request has none).",
    ),
    "not assumed: the account is named only": (
        assume(trusts=trust(lets_in(HOME))),
        "The trust policy of role R names only the account, so James's own policies have to allow it, too. James has "
        f"no identity-based policy at all, so nothing allows sts:AssumeRole on {ROLE}.",
    ),
    "root": (
        Case(
            "the root user",
            "",
            Principal(PrincipalKind.ROOT, f"arn:aws:iam::{HOME}:root", HOME),
            "s3:Get",
            OBJECT,
            HOME,
        ),
        "The root user needs no policy: an account's root user may do everything in it.",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_why(name: str) -> None:
    case, expected = SAID[name]
    action, decision = case.decide()
    assert why(case, action, decision) == expected
