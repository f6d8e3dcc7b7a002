"""AWS's refusals: IAM User Guide, troubleshoot_access-denied; Amazon S3 User Guide, troubleshoot-403-errors."""

from __future__ import annotations

import pytest

from iam_engine import (
    Decision,
    Effect,
    Layer,
    Principal,
    PrincipalKind,
    Request,
    access_denied_message,
)

ACCOUNT, PARTNER = "123456789012", "210987654321"
JOHN = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/JohnDoe", ACCOUNT)
SESSION = Principal(
    PrincipalKind.ASSUMED_ROLE,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/john",
    ACCOUNT,
    f"arn:aws:iam::{ACCOUNT}:role/reader",
)
EXPLICIT, IMPLICIT = Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY
START = f"User: {JOHN.arn} is not authorized to perform: "
GROUP = f"arn:aws:codedeploy:us-east-1:{ACCOUNT}:deploymentgroup:*"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:*"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/S3ReadOnlyRole"

ROWS = [
    (
        "codecommit:ListRepositories",
        "*",
        EXPLICIT,
        Layer.SERVICE_CONTROL,
        "codecommit:ListRepositories with an explicit deny in a service control policy",
    ),
    (
        "codedeploy:ListDeployments",
        GROUP,
        IMPLICIT,
        Layer.BOUNDARY,
        f"codedeploy:ListDeployments on resource: {GROUP} because no permissions boundary allows the "
        "codedeploy:ListDeployments action",
    ),
    (
        "sagemaker:ListModels",
        "*",
        EXPLICIT,
        Layer.BOUNDARY,
        "sagemaker:ListModels with an explicit deny in a permissions boundary",
    ),
    (
        "codecommit:ListRepositories",
        "*",
        IMPLICIT,
        Layer.SESSION,
        "codecommit:ListRepositories because no session policy allows the codecommit:ListRepositories action",
    ),
    (
        "codedeploy:ListDeployments",
        GROUP,
        EXPLICIT,
        Layer.SESSION,
        f"codedeploy:ListDeployments on resource: {GROUP} with an explicit deny in a session policy",
    ),
    (
        "secretsmanager:GetSecretValue",
        "*",
        IMPLICIT,
        Layer.RESOURCE,
        "secretsmanager:GetSecretValue because no resource-based policy allows the "
        "secretsmanager:GetSecretValue action",
    ),
    (
        "secretsmanager:GetSecretValue",
        SECRET,
        EXPLICIT,
        Layer.RESOURCE,
        f"secretsmanager:GetSecretValue on resource: {SECRET} with an explicit deny in a resource-based policy",
    ),
    (
        "codecommit:ListRepositories",
        "*",
        IMPLICIT,
        Layer.IDENTITY,
        "codecommit:ListRepositories because no identity-based policy allows the codecommit:ListRepositories action",
    ),
    (
        "codedeploy:ListDeployments",
        GROUP,
        EXPLICIT,
        Layer.IDENTITY,
        f"codedeploy:ListDeployments on resource: {GROUP} with an explicit deny in an identity-based policy",
    ),
    (
        "s3:ListAllMyBuckets",
        "arn:aws:s3:::*",
        IMPLICIT,
        Layer.IDENTITY,
        "s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action",
    ),
    ("sts:AssumeRole", ROLE, IMPLICIT, Layer.TRUST, f"sts:AssumeRole on resource: {ROLE}"),
    ("sts:AssumeRole", ROLE, IMPLICIT, Layer.IDENTITY, f"sts:AssumeRole on resource: {ROLE}"),
    ("sts:TagSession", ROLE, IMPLICIT, Layer.TRUST, f"sts:TagSession on resource: {ROLE}"),
    (
        "sts:AssumeRole",
        ROLE,
        EXPLICIT,
        Layer.TRUST,
        f"sts:AssumeRole on resource: {ROLE} with an explicit deny in the role trust policy",
    ),
    (
        "sts:AssumeRole",
        ROLE,
        EXPLICIT,
        Layer.IDENTITY,
        f"sts:AssumeRole on resource: {ROLE} with an explicit deny in an identity-based policy",
    ),
]


@pytest.mark.parametrize(("action", "resource", "effect", "layer", "rest"), ROWS)
def test_a_refusal_within_an_account(action: str, resource: str, effect: Effect, layer: Layer, rest: str) -> None:
    request = Request(JOHN, action, resource, ACCOUNT)
    assert access_denied_message(request, Decision(effect, layer)) == START + rest


def test_a_session_is_named_as_itself() -> None:
    request = Request(SESSION, "s3:GetObject", "arn:aws:s3:::bucket/key", ACCOUNT)
    message = access_denied_message(request, Decision(IMPLICIT, Layer.IDENTITY))
    assert message.startswith(f"User: {SESSION.arn} is not authorized to perform: s3:GetObject on resource: ")


def test_ec2_begins_with_a_sentence_of_its_own() -> None:
    request = Request(JOHN, "ec2:DescribeInstances", "*", ACCOUNT)
    message = access_denied_message(request, Decision(IMPLICIT, Layer.IDENTITY))
    assert message.startswith("You are not authorized to perform this operation. " + START)


def test_s3_says_no_more_than_access_denied_across_accounts() -> None:
    request = Request(JOHN, "s3:GetObject", "arn:aws:s3:::bucket/key", PARTNER)
    assert access_denied_message(request, Decision(IMPLICIT, Layer.RESOURCE)) == "Access Denied"


def test_an_identity_provider_is_not_named() -> None:
    provider = Principal(PrincipalKind.IDENTITY_PROVIDER, "accounts.google.com", "")
    request = Request(provider, "sts:AssumeRoleWithWebIdentity", ROLE, ACCOUNT)
    message = access_denied_message(request, Decision(IMPLICIT, Layer.TRUST))
    assert message == "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def test_there_is_no_refusal_of_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="allows"):
        access_denied_message(Request(JOHN, "s3:GetObject", "*", ACCOUNT), Decision(Effect.ALLOW, Layer.IDENTITY))


@pytest.mark.parametrize(
    ("action", "resource", "shown"),
    [
        ("s3:GetObject", "arn:aws:s3:::bucket/key", 's3:GetObject on resource: "arn:aws:s3:::bucket/key"'),
        ("sqs:ReceiveMessage", "arn:aws:sqs:x:1:q", "sqs:receivemessage on resource: arn:aws:sqs:x:1:q"),
        ("sqs:ListQueues", "*", f"sqs:listqueues on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:"),
        ("sns:Publish", "arn:aws:sns:x:1:t", "SNS:Publish on resource: arn:aws:sns:x:1:t"),
        ("sns:ListTopics", "*", f"SNS:ListTopics on resource: arn:aws:sns:eu-west-1:{ACCOUNT}:*"),
        ("dynamodb:ListTables", "*", f"dynamodb:ListTables on resource: arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/*"),
        ("lambda:ListFunctions", "*", "lambda:ListFunctions on resource: *"),
        ("cloudformation:DescribeStacks", "*", "cloudformation:DescribeStacks"),
    ],
)
def test_services_spell_in_their_own_ways(action: str, resource: str, shown: str) -> None:
    request = Request(JOHN, action, resource, ACCOUNT, {"aws:RequestedRegion": "eu-west-1"})
    message = access_denied_message(request, Decision(IMPLICIT, Layer.IDENTITY))
    spelled = shown.partition(" ")[0]
    assert message == f"{START}{shown} because no identity-based policy allows the {spelled} action"
