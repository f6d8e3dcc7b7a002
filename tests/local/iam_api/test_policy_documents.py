"""The grammar of policies and trust policies. Each malformed document stands beside its well-formed neighbour."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.callers import Name, allow, policy, refusal, trust

VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
SYNTAX = "Syntax errors in policy."
SIDS = "Statement IDs (SID) in a single policy must be unique."


def statements(*given: Any, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(given), **more})


def view(**more: Any) -> dict[str, Any]:
    return {**allow("s3:GetObject", "arn:aws:s3:::bucket/*"), **more}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in view().items() if name != key}


def nested(depth: int) -> str:
    return policy(view(Condition={"StringEquals": {"aws:username": "x"}})).replace('"x"', "[" * depth + "]" * depth)


# (malformed, well-formed, IAM's complaint)
IDENTITY = [
    ("", policy(view()), "Member must have length greater than or equal to 1"),
    ("{", policy(view()), SYNTAX),
    ("[]", policy(view()), SYNTAX),
    (nested(50_000), policy(view()), SYNTAX),
    (statements(), statements(view()), SYNTAX),
    (statements(view(), Version="2012-10-18"), statements(view(), Version="2008-10-17"), "valid version string"),
    (statements(view(), Comment="x"), statements(view(), Id="x"), SYNTAX),
    (statements(view(Effect="allow")), statements(view(Effect="Allow")), SYNTAX),
    (statements(without("Effect")), statements(view()), SYNTAX),
    (statements(without("Action")), statements(view()), "Policy statement must contain actions."),
    (statements(without("Resource")), statements(view()), "Policy statement must contain resources."),
    (statements(view(NotAction="s3:*")), statements({**without("Action"), "NotAction": "s3:*"}), SYNTAX),
    (statements(view(NotResource="*")), statements({**without("Resource"), "NotResource": "*"}), SYNTAX),
    (statements(view(Principal="*")), statements(view()), "Policy document should not specify a principal."),
    (statements(view(NotPrincipal="*")), statements(view()), "Policy document should not specify a principal."),
    (statements(view(Action="GetObject")), statements(view(Action="s3:GetObject")), VENDOR),
    (statements(view(Action="s3:")), statements(view(Action="s3:*")), SYNTAX),
    (statements(view(Action=[])), statements(view(Action=["s3:*"])), "Policy statement must contain actions."),
    (statements(view(Action=[7])), statements(view(Action=["*"])), SYNTAX),
    (statements(view(Action="s3:Get:Object")), statements(view(Action="s3:GetObject")), "only one colon"),
    (statements(view(Action="s3 :Get")), statements(view(Action="s3:Get*")), "Vendor s3  is not valid"),
    (
        statements(view(Resource="bucket/*")),
        statements(view(Resource="arn:aws:s3:::bucket/*")),
        'Resource bucket/* must be in ARN format or "*".',
    ),
    (
        statements(view(Resource="arn:aws:s3:us-east-1::bucket")),
        statements(view(Resource="arn:aws:s3:us-east-1:123456789012:accesspoint/x")),
        "can not contain region information",
    ),
    (
        statements(view(Resource="arn:aws:iam:us-east-1:123456789012:user/x")),
        statements(view(Resource="arn:aws:iam::123456789012:user/x")),
        "cannot contain region information",
    ),
    (
        statements(view(Resource="arn:aws:iam::123456789012:James")),
        statements(view(Resource="arn:aws:iam::123456789012:user/James")),
        'IAM resource path must either be "*" or start with user/',
    ),
    (
        statements(view(Resource="arn:amazon:s3:::bucket")),
        statements(view(Resource="arn:aws-cn:s3:::bucket")),
        'Partition "amazon" is not valid',
    ),
    (
        statements(view(Resource="arn:aws:s*:::bucket")),
        statements(view(Resource="arn:aws:s3:*:*:b?cket*")),
        "Resource vendor must be fully qualified and cannot contain regexes.",
    ),
    (statements(view(Resource="arn:aws:s3")), statements(view(Resource="arn:aws:s3:::b")), "failed legacy parsing"),
    (statements(view(Sid="a b")), statements(view(Sid="aB7")), "Statement IDs (SID) must be alpha-numeric."),
    (statements(view(Sid="a"), view(Sid="a")), statements(view(Sid="a"), view(Sid="A")), SIDS),
    (statements(view(Sid=7)), statements(view(Sid="7")), SYNTAX),
    (
        statements(view(Condition={"StringSame": {"aws:username": "x"}})),
        statements(view(Condition={"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "x"}})),
        SYNTAX,
    ),
    (
        statements(view(Condition={"NullIfExists": {"aws:username": "true"}})),
        statements(view(Condition={"Null": {"aws:username": "true"}})),
        SYNTAX,
    ),
    (
        statements(view(Condition={"StringEquals": {"username": "x"}})),
        statements(view(Condition={"StringEquals": {"aws:username": ["x", "y"]}})),
        VENDOR,
    ),
    (
        statements(view(Condition={"Bool": {"aws:SecureTransport": None}})),
        statements(view(Condition={"Bool": {"aws:SecureTransport": True}})),
        SYNTAX,
    ),
    (statements(view(Condition=["x"])), statements(view(Condition={})), SYNTAX),
    ('{"Statement": [], "Statement": ' + json.dumps(view()) + "}", json.dumps({"Statement": view()}), SYNTAX),
]


@pytest.mark.parametrize(("malformed", "well_formed", "complaint"), IDENTITY)
def test_managed_policies(iam: Any, name: Name, malformed: str, well_formed: str, complaint: str) -> None:
    code, message = refusal(iam.create_policy, PolicyName=name("p"), PolicyDocument=malformed)
    assert (code, complaint in message) == ("ValidationError" if not malformed else "MalformedPolicyDocument", True)
    assert iam.create_policy(PolicyName=name("p"), PolicyDocument=well_formed)["Policy"]


@pytest.mark.parametrize("operation", ["user", "role", "group", "version"])
def test_every_call_that_takes_a_policy_looks_at_it(
    iam: Any, name: Name, user: str, role: str, group: str, operation: str
) -> None:
    holders = {"user": user, "role": role, "group": group}
    if operation == "version":
        arn = iam.create_policy(PolicyName=name("p"), PolicyDocument=policy(view()))["Policy"]["Arn"]
        put, named = iam.create_policy_version, {"PolicyArn": arn}
    else:
        put = getattr(iam, f"put_{operation}_policy")
        named = {f"{operation.title()}Name": holders[operation], "PolicyName": "p"}
    assert refusal(put, **named, PolicyDocument=policy(view(Action="Get"))) == ("MalformedPolicyDocument", VENDOR)
    put(**named, PolicyDocument=policy(view()))


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_who_is_not_there_is_said_before_the_document_is_read(iam: Any, kind: str) -> None:
    put, name = getattr(iam, f"put_{kind}_policy"), f"{kind.title()}Name"
    assert refusal(put, **{name: "nobody"}, PolicyName="p", PolicyDocument="{")[0] == "NoSuchEntity"


def trusting(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole", **more}


def trusting_without(key: str) -> dict[str, Any]:
    return {name: value for name, value in trusting().items() if name != key}


STS_ONLY = "AssumeRole policy may only specify STS AssumeRole actions."
TRUST = [
    ("{", statements(trusting()), "This policy contains invalid Json"),
    (statements(trusting(Resource="*")), statements(trusting()), "Has prohibited field Resource"),
    (statements(trusting(NotResource="*")), statements(trusting()), "Has prohibited field NotResource"),
    (statements(trusting_without("Principal")), statements(trusting()), "Missing required field Principal"),
    (
        statements({**trusting_without("Principal"), "NotPrincipal": {"AWS": "123456789012"}}),
        statements(trusting()),
        "Allow with NotPrincipal is not allowed.",
    ),
    (statements(trusting_without("Action")), statements(trusting()), "Policy statement must contain actions."),
    (statements(trusting(Action="s3:GetObject")), statements(trusting(Action="sts:TagSession")), STS_ONLY),
    (
        statements(trusting(Action="sts:GetCallerIdentity")),
        statements(trusting(Action=["sts:AssumeRole", "sts:SetSourceIdentity"])),
        STS_ONLY,
    ),
    (statements(trusting(Effect="Permit")), statements(trusting(Effect="Deny")), SYNTAX),
    (statements(trusting(Sid="a"), trusting(Sid="a")), statements(trusting(Sid="a"), trusting(Sid="b")), SIDS),
    (
        statements(trusting(Condition={"StringIs": {"sts:ExternalId": "x"}})),
        statements(trusting(Condition={"StringEquals": {"sts:ExternalId": "x"}})),
        SYNTAX,
    ),
    (statements(trusting(), Version="1"), statements(trusting()), "valid version string"),
    (
        statements(trusting(Principal="123456789012")),
        statements(trusting(Principal="*")),
        'Invalid principal in policy: "AWS":"123456789012"',
    ),
    (
        statements(trusting(Principal={"User": "123456789012"})),
        statements(trusting(Principal={"Service": "ec2.amazonaws.com"})),
        'Invalid principal in policy: "USER":"123456789012"',
    ),
]


@pytest.mark.parametrize(("malformed", "well_formed", "complaint"), TRUST)
def test_trust_policies(iam: Any, name: Name, role: str, malformed: str, well_formed: str, complaint: str) -> None:
    for call, named, parameter in (
        (iam.create_role, {"RoleName": name("role")}, "AssumeRolePolicyDocument"),
        (iam.update_assume_role_policy, {"RoleName": role}, "PolicyDocument"),
    ):
        code, message = refusal(call, **named, **{parameter: malformed})
        assert (code, complaint in message) == ("MalformedPolicyDocument", True)
        assert call(**named, **{parameter: well_formed})


def test_a_refused_trust_policy_leaves_the_old_one(iam: Any, role: str) -> None:
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    nobody = trust("arn:aws:iam::123456789012:user/nobody")
    assert refusal(iam.update_assume_role_policy, RoleName=role, PolicyDocument=nobody)[0] == (
        "MalformedPolicyDocument"
    )
    assert iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"] == before
