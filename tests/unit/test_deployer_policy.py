"""What the AWS workflow's role may do: all that deploying, verifying and destroying takes, and nothing else.

NEEDED says who asks for what. Sources: the CDK CLI's own calls; the `handlers` of the resource types' schemas in the
CloudFormation registry, for the properties that the stack uses; labkit. tests/local/test_deployer_policy.py proves it
with the real commands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from iam_engine import Decision, Policies, Policy, Principal, PrincipalKind, Request, decide
from lab_stacks.policy_parts import MANAGED_POLICY_QUOTA, policy_size
from labkit.teardown import absence, additions
from labkit.teardown.declarations import ROLE, USER
from tests.ci_policies import ACCOUNT, DEPLOYER, PLACEHOLDERS, REGION, document, filled, texts

SESSION = Principal(
    PrincipalKind.ASSUMED_ROLE,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/assumerole-lab-ci/assumerole-lab-1",
    ACCOUNT,
    f"arn:aws:iam::{ACCOUNT}:role/assumerole-lab-ci",
)
POLICY = Policy.parse(document(DEPLOYER), DEPLOYER)


def iam_arn(rest: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:{rest}"


def stack_arn(name: str) -> str:
    return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/5f0c2d10-0000-11f1-8000-0123456789ab"


def secret_arn(name: str) -> str:
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-R7aao5xJupze-Lkf02d"


STACK = stack_arn("JamesS3")
JAMES, S3_ROLE = iam_arn("user/James"), iam_arn("role/James-custom-S3-role")
VIEW_ONLY, VIEW_ONLY_2 = iam_arn("policy/James-custom-viewonly"), iam_arn("policy/James-custom-viewonly-2")
S3_READ_ONLY, ADMINISTRATOR = (
    iam_arn("policy/AmazonS3ReadOnlyAccess", "aws"),
    iam_arn("policy/AdministratorAccess", "aws"),
)
KEY, PASSWORD = secret_arn("JamesAccessKeySecretC62309E6"), secret_arn("JamesPassword8334E85D")
BUCKET = "arn:aws:s3:::jamess3-bucket83908e77-h5xk2qzv7wpl"
MFA_DEVICE = iam_arn("mfa/James")

Context = Mapping[str, Any]
DIRECT: Context = {}
BY_CLOUDFORMATION: Context = {"aws:ViaAWSService": "true", "aws:CalledVia": ["cloudformation.amazonaws.com"]}
ATTACH_VIEW_ONLY: Context = {**BY_CLOUDFORMATION, "iam:PolicyARN": VIEW_ONLY_2}
ATTACH_S3_READ_ONLY: Context = {**BY_CLOUDFORMATION, "iam:PolicyARN": S3_READ_ONLY}

# Who asks for it, on what, under which circumstances, and the actions.
NEEDED: tuple[tuple[str, tuple[str, ...], Context, str], ...] = (
    (
        "cdk deploy, --method=direct",
        (STACK,),
        DIRECT,
        "cloudformation: CreateStack UpdateStack TagResource UntagResource",
    ),
    (
        "cdk deploy, by change set",
        (STACK,),
        DIRECT,
        "cloudformation: CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet",
    ),
    (
        "cdk deploy and destroy",
        (STACK, f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/JamesS3/*"),
        DIRECT,
        "cloudformation: DescribeStacks DescribeStackEvents DescribeStackResources GetTemplate DeleteStack",
    ),
    ("lab down: what existed", (STACK,), DIRECT, "cloudformation: ListStackResources"),
    ("lab down: the stack deleted last", ("*",), DIRECT, "cloudformation: ListStacks"),
    (
        "AWS::IAM::ManagedPolicy",
        (VIEW_ONLY, VIEW_ONLY_2),
        BY_CLOUDFORMATION,
        "iam: CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy GetPolicyVersion"
        " ListPolicyVersions ListEntitiesForPolicy",
    ),
    (
        "AWS::IAM::User",
        (JAMES,),
        BY_CLOUDFORMATION,
        "iam: CreateUser TagUser UntagUser GetUser DeleteUser CreateLoginProfile UpdateLoginProfile GetLoginProfile"
        " DeleteLoginProfile ListUserPolicies GetUserPolicy ListAttachedUserPolicies ListGroupsForUser ListUserTags"
        " ListAccessKeys DeleteAccessKey DetachUserPolicy",
    ),
    ("AWS::IAM::User: its policies", (JAMES,), ATTACH_VIEW_ONLY, "iam: AttachUserPolicy"),
    ("AWS::IAM::AccessKey", (JAMES,), BY_CLOUDFORMATION, "iam: CreateAccessKey DeleteAccessKey"),
    (
        "AWS::IAM::Role",
        (S3_ROLE,),
        BY_CLOUDFORMATION,
        "iam: CreateRole TagRole UntagRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole"
        " ListAttachedRolePolicies ListRolePolicies GetRolePolicy DetachRolePolicy DeleteRolePolicy",
    ),
    ("AWS::IAM::Role: its policy", (S3_ROLE,), ATTACH_S3_READ_ONLY, "iam: AttachRolePolicy"),
    (
        "AWS::SecretsManager::Secret",
        (KEY, PASSWORD),
        BY_CLOUDFORMATION,
        "secretsmanager: CreateSecret DescribeSecret GetSecretValue UpdateSecret DeleteSecret TagResource"
        " UntagResource",
    ),
    ("AWS::SecretsManager::Secret", ("*",), BY_CLOUDFORMATION, "secretsmanager: GetRandomPassword"),
    (
        "AWS::S3::Bucket",
        (BUCKET,),
        BY_CLOUDFORMATION,
        "s3: CreateBucket PutBucketTagging TagResource UntagResource ListTagsForResource PutBucketPublicAccessBlock"
        " GetBucketPublicAccessBlock GetBucketTagging GetBucketAcl GetBucketVersioning GetBucketOwnershipControls"
        " GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListBucket DeleteBucket",
    ),
    ("lab verify: James's key and password", (KEY, PASSWORD), DIRECT, "secretsmanager: GetSecretValue DescribeSecret"),
    (
        "lab verify: the bucket's shape",
        (BUCKET,),
        DIRECT,
        "s3: GetBucketTagging GetBucketPolicy GetBucketPublicAccessBlock",
    ),
    ("lab verify: every bucket", ("arn:aws:s3:::*",), DIRECT, "s3: ListAllMyBuckets"),
    ("lab verify: refused by the trust policy alone", (S3_ROLE,), DIRECT, "sts: AssumeRole"),
    ("lab verify: the shape of James", (JAMES,), DIRECT, "iam: GetUser GetLoginProfile ListAccessKeys"),
    ("lab verify: the shape of the role", (S3_ROLE,), DIRECT, "iam: GetRole ListAttachedRolePolicies ListRolePolicies"),
    ("lab verify: the parts", (VIEW_ONLY, VIEW_ONLY_2), DIRECT, "iam: GetPolicy GetPolicyVersion"),
    ("lab verify: undoing a write that was allowed", (f"{BUCKET}/assumerole-lab/probe",), DIRECT, "s3: DeleteObject"),
    ("lab verify: undoing a tag that was allowed", (JAMES,), DIRECT, "iam: UntagUser"),
    ("lab down: what lies in the bucket", (BUCKET,), DIRECT, "s3: ListBucketVersions"),
    ("lab down: what lies in the bucket", (f"{BUCKET}/left",), DIRECT, "s3: DeleteObject DeleteObjectVersion"),
)
# IAM takes no other resource for these.
WITHOUT_RESOURCE = {"cloudformation:ListStacks", "s3:ListAllMyBuckets", "secretsmanager:GetRandomPassword"}
# The resource of the first two is the group or the instance profile, and the role has nothing to do with those of
# others; a boundary that somebody put there must not fall to whoever may change the stack.
LEFT_TO_AN_ADMINISTRATOR = {
    "iam:RemoveUserFromGroup",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
}
STANDS = {
    "AWS::IAM::User": JAMES,
    "AWS::IAM::Role": S3_ROLE,
    "AWS::IAM::ManagedPolicy": VIEW_ONLY,
    "AWS::SecretsManager::Secret": KEY,
    "AWS::S3::Bucket": BUCKET,
}
OWN = {USER: JAMES, ROLE: S3_ROLE, "AWS::IAM::ManagedPolicy": VIEW_ONLY}


def decision(action: str, resource: str, context: Context = DIRECT) -> Decision:
    owner = ACCOUNT if resource == "*" or resource.startswith("arn:aws:s3:") else resource.split(":")[4]
    return decide(Request(SESSION, action, resource, owner, context), Policies(identity=(POLICY,)))


def needed() -> Iterator[tuple[str, str, str, Context]]:
    """Who needs which action on what, under which circumstances."""
    for who, resources, context, actions in NEEDED:
        service, *names = actions.split()
        yield from ((who, f"{service}{name}", resource, context) for name in names for resource in resources)
    for resource_type, own in OWN.items():
        for kind in additions._KINDS[resource_type][1]:
            yield f"lab down: {kind.what}", f"iam:{kind.lists}", own, DIRECT
            for operation, _, with_name in kind.removals:
                resource = own if with_name else MFA_DEVICE
                if f"iam:{operation}" not in LEFT_TO_AN_ADMINISTRATOR:
                    yield f"lab down: {kind.what}", f"iam:{operation}", resource, DIRECT
    for resource_type, resource in STANDS.items():
        probe = absence._PROBES[resource_type]
        yield "lab down: proof of absence", f"{probe.service}:{probe.operation}", resource, DIRECT


@pytest.mark.parametrize(("who", "action", "resource", "context"), list(needed()))
def test_what_is_needed_is_allowed(who: str, action: str, resource: str, context: Context) -> None:
    assert decision(action, resource, context).allowed, f"{who} needs {action}"


def test_nothing_is_allowed_that_nobody_asks_for() -> None:
    asked = {action for _, action, _, _ in needed()}
    granted = {action for statement in document(DEPLOYER)["Statement"] for action in texts(statement["Action"])}
    # What CloudFormation reads of a bucket's settings grows with S3.
    assert granted - asked == {"s3:GetBucket*", "s3:Get*Configuration"}


# An action; where it is allowed; where it must not be.
BOUNDED: tuple[tuple[str, tuple[str, Context], tuple[tuple[str, Context], ...]], ...] = (
    (
        "iam:AttachUserPolicy",
        (JAMES, ATTACH_VIEW_ONLY),
        (
            (JAMES, {**BY_CLOUDFORMATION, "iam:PolicyARN": ADMINISTRATOR}),
            (JAMES, {**BY_CLOUDFORMATION, "iam:PolicyARN": S3_READ_ONLY}),
            (JAMES, {**BY_CLOUDFORMATION, "iam:PolicyARN": iam_arn("policy/James-custom-viewonly-and-more")}),
            (JAMES, {**BY_CLOUDFORMATION, "iam:PolicyARN": iam_arn("policy/James-custom-viewonly", "aws")}),
            (JAMES, BY_CLOUDFORMATION),
            (JAMES, {"iam:PolicyARN": VIEW_ONLY_2}),
            (iam_arn("user/Jane"), ATTACH_VIEW_ONLY),
            (iam_arn("user/James-bystander"), ATTACH_VIEW_ONLY),
        ),
    ),
    (
        "iam:AttachRolePolicy",
        (S3_ROLE, ATTACH_S3_READ_ONLY),
        (
            (S3_ROLE, {**BY_CLOUDFORMATION, "iam:PolicyARN": ADMINISTRATOR}),
            (S3_ROLE, ATTACH_VIEW_ONLY),
            (S3_ROLE, BY_CLOUDFORMATION),
            (S3_ROLE, {"iam:PolicyARN": S3_READ_ONLY}),
            (iam_arn("role/assumerole-lab-ci"), ATTACH_S3_READ_ONLY),
        ),
    ),
    (
        "iam:CreateUser",
        (JAMES, BY_CLOUDFORMATION),
        ((JAMES, DIRECT), (iam_arn("user/Jane"), BY_CLOUDFORMATION), (iam_arn("user/staff/James"), BY_CLOUDFORMATION)),
    ),
    (
        "iam:CreateAccessKey",
        (JAMES, BY_CLOUDFORMATION),
        (
            (JAMES, DIRECT),
            (JAMES, {"aws:ViaAWSService": "true", "aws:CalledVia": ["athena.amazonaws.com"]}),
            (iam_arn("user/Jane"), BY_CLOUDFORMATION),
        ),
    ),
    (
        "iam:CreateLoginProfile",
        (JAMES, BY_CLOUDFORMATION),
        ((JAMES, DIRECT), (iam_arn("user/Jane"), BY_CLOUDFORMATION)),
    ),
    (
        "iam:CreateRole",
        (S3_ROLE, BY_CLOUDFORMATION),
        ((S3_ROLE, DIRECT), (iam_arn("role/James-custom-admin-role"), BY_CLOUDFORMATION)),
    ),
    (
        "iam:UpdateAssumeRolePolicy",
        (S3_ROLE, BY_CLOUDFORMATION),
        (
            (S3_ROLE, DIRECT),
            (iam_arn("role/assumerole-lab-ci"), BY_CLOUDFORMATION),
            (iam_arn("role/OrganizationAccountAccessRole"), BY_CLOUDFORMATION),
        ),
    ),
    (
        "iam:CreatePolicyVersion",
        (VIEW_ONLY, BY_CLOUDFORMATION),
        ((VIEW_ONLY, DIRECT), (iam_arn("policy/assumerole-lab-deployer"), BY_CLOUDFORMATION)),
    ),
    ("iam:DeleteUser", (JAMES, DIRECT), ((iam_arn("user/James-bystander"), DIRECT),)),
    ("iam:DeactivateMFADevice", (JAMES, DIRECT), ((iam_arn("user/Jane"), DIRECT),)),
    ("iam:DeleteVirtualMFADevice", (MFA_DEVICE, DIRECT), ((iam_arn("mfa/Jane"), DIRECT),)),
    ("iam:DetachUserPolicy", (JAMES, DIRECT), ((iam_arn("user/Jane"), DIRECT),)),
    ("sts:AssumeRole", (S3_ROLE, DIRECT), ((iam_arn("role/OrganizationAccountAccessRole"), DIRECT),)),
    (
        "cloudformation:CreateStack",
        (STACK, DIRECT),
        ((stack_arn("Other"), DIRECT), (stack_arn("JamesS3Partner"), DIRECT)),
    ),
    ("cloudformation:DeleteStack", (STACK, DIRECT), ((stack_arn("Other"), DIRECT),)),
    ("secretsmanager:GetSecretValue", (KEY, DIRECT), ((secret_arn("DatabasePassword"), DIRECT),)),
    (
        "s3:CreateBucket",
        (BUCKET, BY_CLOUDFORMATION),
        (("arn:aws:s3:::somebody-elses", BY_CLOUDFORMATION),),
    ),
    ("s3:DeleteBucket", (BUCKET, BY_CLOUDFORMATION), (("arn:aws:s3:::somebody-elses", BY_CLOUDFORMATION),)),
    ("s3:DeleteObject", (f"{BUCKET}/left", DIRECT), (("arn:aws:s3:::somebody-elses/left", DIRECT),)),
)


@pytest.mark.parametrize(("action", "own", "others"), BOUNDED, ids=[row[0] for row in BOUNDED])
def test_what_is_not_the_labs_is_out_of_reach(
    action: str, own: tuple[str, Context], others: tuple[tuple[str, Context], ...]
) -> None:
    assert decision(action, *own).allowed
    for resource, context in others:
        assert not decision(action, resource, context).allowed, (resource, context)


@pytest.mark.parametrize(
    "action",
    [
        "cloudformation:SetStackPolicy",
        "iam:AddUserToGroup",
        "iam:CreateServiceSpecificCredential",
        "iam:DeleteUserPermissionsBoundary",
        "iam:PassRole",
        "iam:PutRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutUserPermissionsBoundary",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateUser",
        "iam:UploadSSHPublicKey",
        "s3:GetObject",
        "s3:PutBucketPolicy",
        "secretsmanager:PutResourcePolicy",
        "sts:TagSession",
    ],
)
def test_not_even_on_the_labs_own_resources(action: str) -> None:
    for resource in (STACK, JAMES, S3_ROLE, VIEW_ONLY, KEY, BUCKET, f"{BUCKET}/key", "*"):
        for context in (DIRECT, ATTACH_VIEW_ONLY, ATTACH_S3_READ_ONLY):
            assert not decision(action, resource, context).allowed, resource
    assert decision("cloudformation:DescribeStacks", STACK).allowed


def test_it_fits_in_one_managed_policy() -> None:
    longest = filled(DEPLOYER, {**PLACEHOLDERS, "REGION": "ap-southeast-1"})
    assert policy_size(json.loads(longest)) <= MANAGED_POLICY_QUOTA


def test_every_statement_is_narrow() -> None:
    for statement in document(DEPLOYER)["Statement"]:
        actions, sid = texts(statement["Action"]), statement["Sid"]
        assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}, sid
        assert statement["Effect"] == "Allow", sid
        assert all(action.split(":")[1].rstrip("*") for action in actions), f"{sid} allows a whole service"
        wild = {action for action in actions if "*" in action}
        assert all(action.startswith("s3:Get") for action in wild), f"{sid} allows {wild}"
        if "*" in texts(statement["Resource"]):
            assert set(actions) == {
                "cloudformation:ListStacks",
                "s3:ListAllMyBuckets",
                "secretsmanager:GetRandomPassword",
            }
        if any(action.startswith("iam:Attach") for action in actions):
            assert {"iam:PolicyARN"} <= {key for test in statement["Condition"].values() for key in test}, sid
            assert len(actions) == 1, sid
