"""Who gets the AWS workflow's role, and what the account guard leaves to the lab's principals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from iam_engine import Decision, Effect, Layer, Policies, Policy, Principal, PrincipalKind, Request, decide
from lab_stacks.james_s3.checks import AS_ROLE, JAMES, LAB
from tests.ci_policies import ACCOUNT, FOLDER, GUARD, PLACEHOLDERS, TRUST, document, filled

PROVIDER = "token.actions.githubusercontent.com"
CI_ROLE = f"arn:aws:iam::{ACCOUNT}:role/assumerole-lab-ci"
MAIN = "repo:my-organization/assumerole-lab:ref:refs/heads/main"
MAIN_BY_NUMBERS = "repo:my-organization@1234567/assumerole-lab@7654321:ref:refs/heads/main"
AUDIENCE = "sts.amazonaws.com"


def assumed(sub: str, aud: str = AUDIENCE, provider: str = PROVIDER) -> Decision:
    principal = Principal(PrincipalKind.IDENTITY_PROVIDER, f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}", ACCOUNT)
    context = {f"{provider}:sub": sub, f"{provider}:aud": aud}
    request = Request(principal, "sts:AssumeRoleWithWebIdentity", CI_ROLE, ACCOUNT, context)
    trust = Policy.parse(document(TRUST), TRUST)
    return decide(request, Policies(resource=trust, resource_is_trust=True))


@pytest.mark.parametrize("sub", [MAIN, MAIN_BY_NUMBERS])
def test_workflows_on_main_get_the_role(sub: str) -> None:
    assert assumed(sub).allowed
    assert not assumed(sub, aud="https://github.com/my-organization").allowed
    assert not assumed(sub, provider="gitlab.com").allowed


@pytest.mark.parametrize(
    "sub",
    [
        "repo:my-organization/assumerole-lab:pull_request",
        "repo:my-organization/assumerole-lab:ref:refs/heads/main-2",
        "repo:my-organization/assumerole-lab:ref:refs/tags/main",
        "repo:my-organization/assumerole-lab:environment:aws",
        "repo:my-organization/assumerole-lab-2:ref:refs/heads/main",
        "repo:somebody/assumerole-lab:ref:refs/heads/main",
        "repo:my-organization@1234568/assumerole-lab@7654321:ref:refs/heads/main",
        "repo:my-organization@1234567/assumerole-lab@7654322:ref:refs/heads/main",
        "repo:my-organization@1234567/assumerole-lab@7654321:pull_request",
        "",
    ],
)
def test_nothing_else_gets_the_role(sub: str) -> None:
    assert assumed(MAIN).allowed
    assert not assumed(sub).allowed


def test_the_trust_policy_has_no_wildcard() -> None:
    assert not re.search(r"[*?]", filled(TRUST))


# James as a changed stack could make him: an administrator.
ADMINISTRATOR = Policy.parse(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, "administrator"
)
GUARDED = Policies(identity=(ADMINISTRATOR,), service_control=((ADMINISTRATOR, Policy.parse(document(GUARD), GUARD)),))
JAMES_ARN = f"arn:aws:iam::{ACCOUNT}:user/James"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/James-custom-S3-role"
BUCKET = "arn:aws:s3:::jamess3-bucket83908e77-h5xk2qzv7wpl"
PRINCIPALS = {
    "James": (Principal(PrincipalKind.USER, JAMES_ARN, ACCOUNT), JAMES_ARN),
    "the role": (
        Principal(
            PrincipalKind.ASSUMED_ROLE,
            f"arn:aws:sts::{ACCOUNT}:assumed-role/James-custom-S3-role/Radkowski-CLI-test",
            ACCOUNT,
            ROLE_ARN,
        ),
        ROLE_ARN,
    ),
    "somebody else": (
        Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/Jane", ACCOUNT),
        f"arn:aws:iam::{ACCOUNT}:user/Jane",
    ),
}
ASKED_ABOUT: Mapping[str, str] = {
    "s3:ListAllMyBuckets": "arn:aws:s3:::*",
    "s3:ListBucket": BUCKET,
    "s3:GetObject": f"{BUCKET}/assumerole-lab/no-such-object",
    "s3:PutObject": f"{BUCKET}/assumerole-lab/probe",
    "s3:DeleteObject": f"{BUCKET}/assumerole-lab/probe",
    "iam:TagUser": JAMES_ARN,
    "sts:AssumeRole": ROLE_ARN,
}


def guarded(who: str, action: str, resource: str) -> Decision:
    principal, arn = PRINCIPALS[who]
    return decide(Request(principal, action, resource, ACCOUNT, {"aws:PrincipalArn": arn}), GUARDED)


def asked_by(who: Any) -> list[str]:
    """The actions that the lab's checks ask about as `who`."""
    calls = [check.call for check in LAB.story if getattr(check, "who", None) == who and hasattr(check, "call")]
    return sorted({call.iam_action for call in calls})


def test_the_guard_leaves_every_answer_of_the_checks_as_it_is() -> None:
    """Its deny would be an answer for another reason than the one that the lab teaches."""
    as_james, as_role = asked_by(JAMES), asked_by(AS_ROLE)
    assert {"s3:ListAllMyBuckets", "iam:ListRoles", "iam:TagUser"} <= set(as_james)
    assert {"s3:ListAllMyBuckets", "s3:PutObject", "iam:ListRoles"} <= set(as_role)
    for who, actions in (("James", [*as_james, "sts:AssumeRole", "sts:GetCallerIdentity"]), ("the role", as_role)):
        for action in actions:
            assert guarded(who, action, ASKED_ABOUT.get(action, "*")).allowed, f"{who}: {action}"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:AttachUserPolicy", JAMES_ARN),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/Jane"),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/Mallory"),
        ("iam:PassRole", ROLE_ARN),
        ("iam:TagUser", f"arn:aws:iam::{ACCOUNT}:user/Jane"),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/OrganizationAccountAccessRole"),
        ("sts:GetFederationToken", f"arn:aws:sts::{ACCOUNT}:federated-user/James"),
        ("ec2:RunInstances", "*"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:database-AbCdEf"),
        ("s3:GetObject", "arn:aws:s3:::somebody-elses/key"),
        ("s3:ListBucket", "arn:aws:s3:::somebody-elses"),
        ("s3:DeleteBucket", BUCKET),
    ],
)
def test_the_guard_stops_james_whatever_his_policies_say(action: str, resource: str) -> None:
    stopped = guarded("James", action, resource)
    assert (stopped.effect, stopped.layer) == (Effect.EXPLICIT_DENY, Layer.SERVICE_CONTROL)
    assert guarded("somebody else", action, resource).allowed


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"])
def test_the_guard_keeps_the_role_in_the_labs_bucket(action: str) -> None:
    resource = "arn:aws:s3:::{}" if action == "s3:ListBucket" else "arn:aws:s3:::{}/key"
    assert guarded("the role", action, resource.format(BUCKET.rsplit(":", 1)[1])).allowed
    assert not guarded("the role", action, resource.format("somebody-elses")).allowed
    assert guarded("somebody else", action, resource.format("somebody-elses")).allowed


def test_the_guide_names_every_file_and_every_placeholder() -> None:
    guide = (FOLDER / "README.md").read_text(encoding="utf-8")
    for file in FOLDER.glob("*.json"):
        assert f"`{file.name}`" in guide
        assert not re.search(r"ACCOUNT_ID|REGION|OWNER|REPOSITORY", filled(file.name)), file.name
    for placeholder in PLACEHOLDERS:
        assert f"s/{placeholder}/" in guide
