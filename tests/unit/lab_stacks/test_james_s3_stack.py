"""The James lab's template, resource by resource."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from aws_cdk import assertions

from lab_stacks.aws_policy import load_aws_policy
from lab_stacks.james_s3.stack import VIEW_ONLY_ACCESS
from lab_stacks.policy_parts import MANAGED_POLICY_QUOTA, policy_size
from tests.unit.lab_stacks.synthesis import Synthesized, Template, resources_of

TAGS = [{"Key": "lab", "Value": "james-s3"}]
POLICY_NAMES = [f"James-custom-viewonly{suffix}" for suffix in ("", "-2", "-3", "-4")]


@pytest.fixture(scope="module")
def template(labs: Synthesized) -> assertions.Template:
    return assertions.Template.from_stack(labs.stacks["JamesS3"])


def only(template: Template, kind: str) -> tuple[str, dict[str, Any]]:
    """The logical id and the properties of the only resource of a type."""
    (found,) = resources_of(template, kind).items()
    return found


def pairs(*documents: Any) -> Counter[tuple[str, str, str, str]]:
    """Every (Sid, effect, action, resource), as often as it stands there; statements with more are refused."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for document in documents:
        assert set(document) == {"Version", "Statement"}
        assert document["Version"] == "2012-10-17"
        for statement in document["Statement"]:
            assert set(statement) == {"Sid", "Effect", "Action", "Resource"}
            resources = statement["Resource"]
            for action in statement["Action"]:
                for resource in [resources] if isinstance(resources, str) else resources:
                    found[statement["Sid"], statement["Effect"], action, resource] += 1
    return found


def view_only_policies(james: Template) -> list[dict[str, Any]]:
    return list(resources_of(james, "AWS::IAM::ManagedPolicy").values())


def test_nothing_but_the_lab(james: Template) -> None:
    kinds = Counter(resource["Type"] for resource in james["Resources"].values())
    assert kinds == {
        "AWS::IAM::ManagedPolicy": 4,
        "AWS::IAM::User": 1,
        "AWS::IAM::AccessKey": 1,
        "AWS::IAM::Role": 1,
        "AWS::S3::Bucket": 1,
        "AWS::SecretsManager::Secret": 2,
    }
    assert set(james) == {"Description", "Resources", "Outputs"}


def test_the_parts_have_their_names_and_are_attached_to_nobody_but_james(james: Template) -> None:
    policies = resources_of(james, "AWS::IAM::ManagedPolicy")
    assert [policy["ManagedPolicyName"] for policy in policies.values()] == POLICY_NAMES
    for policy in policies.values():
        assert set(policy) == {"ManagedPolicyName", "Description", "PolicyDocument"}
    _, user = only(james, "AWS::IAM::User")
    assert user["ManagedPolicyArns"] == [{"Ref": logical_id} for logical_id in policies]


def test_the_parts_together_are_view_only_access_without_s3(james: Template) -> None:
    aws = pairs(load_aws_policy(VIEW_ONLY_ACCESS).document)
    s3 = {pair for pair in aws if pair[2].startswith("s3:")}
    assert {action for _, _, action, _ in s3} == {
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
        "s3:ListMultiRegionAccessPoints",
    }
    wanted = Counter({pair: count for pair, count in aws.items() if pair not in s3})
    assert pairs(*(policy["PolicyDocument"] for policy in view_only_policies(james))) == wanted


def test_the_parts_are_as_few_as_the_quota_allows(james: Template) -> None:
    parts = [policy["PolicyDocument"] for policy in view_only_policies(james)]
    assert all(policy_size(part) <= MANAGED_POLICY_QUOTA for part in parts)
    # What one statement costs at least: its values with their quotes and commas. Not even that fits in one part less.
    lists = [statement[name] for part in parts for statement in part["Statement"] for name in ("Action", "Resource")]
    values = [value for found in lists if isinstance(found, list) for value in found]
    assert sum(len(json.dumps(value)) + 1 for value in values) > MANAGED_POLICY_QUOTA * (len(parts) - 1)


def test_a_refreshed_document_never_replaces_a_policy(james: Template) -> None:
    version = load_aws_policy(VIEW_ONLY_ACCESS).version_id
    assert version in james["Description"]
    assert all(version not in policy["Description"] for policy in view_only_policies(james))


def test_the_role_trusts_james_alone(james: Template) -> None:
    user_id, _ = only(james, "AWS::IAM::User")
    _, role = only(james, "AWS::IAM::Role")
    assert role.pop("Description")
    assert role == {
        "RoleName": "James-custom-S3-role",
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": {"Fn::GetAtt": [user_id, "Arn"]}},
                }
            ],
        },
        "ManagedPolicyArns": [
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AmazonS3ReadOnlyAccess"]]}
        ],
        "Tags": TAGS,
    }


def test_the_role_waits_for_what_comes_after_its_principal(james: Template) -> None:
    ((_, role),) = ((key, value) for key, value in james["Resources"].items() if value["Type"] == "AWS::IAM::Role")
    (before,) = role["DependsOn"]
    key_id, _ = only(james, "AWS::IAM::AccessKey")
    assert {"Fn::GetAtt": [key_id, "SecretAccessKey"]} in james["Resources"][before]["Properties"]["SecretString"][
        "Fn::Join"
    ][1]


def test_james_has_a_generated_console_password_and_nothing_else(james: Template) -> None:
    _, user = only(james, "AWS::IAM::User")
    (password_id,) = (
        logical_id
        for logical_id, secret in resources_of(james, "AWS::SecretsManager::Secret").items()
        if "GenerateSecretString" in secret
    )
    assert set(user) == {"UserName", "LoginProfile", "ManagedPolicyArns", "Tags"}
    assert (user["UserName"], user["Tags"]) == ("James", TAGS)
    reference = ["{{resolve:secretsmanager:", {"Ref": password_id}, ":SecretString:password::}}"]
    assert user["LoginProfile"] == {"Password": {"Fn::Join": ["", reference]}, "PasswordResetRequired": False}


def test_james_has_one_access_key(template: assertions.Template, james: Template) -> None:
    user_id, _ = only(james, "AWS::IAM::User")
    template.has_resource_properties("AWS::IAM::AccessKey", {"UserName": {"Ref": user_id}})
    template.resource_count_is("AWS::IAM::AccessKey", 1)


def test_the_bucket_is_private_and_goes_with_the_stack(template: assertions.Template) -> None:
    template.has_resource(
        "AWS::S3::Bucket",
        {
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "BucketName": assertions.Match.absent(),
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
                "Tags": TAGS,
            },
        },
    )
    # Its answer would be an explicit deny where the lab shows that nothing allows.
    template.resource_count_is("AWS::S3::BucketPolicy", 0)


def test_outputs(template: assertions.Template, james: Template) -> None:
    ids = {kind: only(james, f"AWS::IAM::{kind}")[0] for kind in ("User", "Role")}
    bucket_id, _ = only(james, "AWS::S3::Bucket")
    secrets = resources_of(james, "AWS::SecretsManager::Secret")
    (password,) = (logical_id for logical_id, secret in secrets.items() if "GenerateSecretString" in secret)
    (access_key,) = set(secrets) - {password}
    account = {"Ref": "AWS::AccountId"}
    switch_role = [
        "https://signin.aws.amazon.com/switchrole?account=",
        account,
        "&roleName=",
        {"Ref": ids["Role"]},
        "&displayName=James%20S3%20read-only&color=B7CA9D",
    ]
    assert {key: output["Value"] for key, output in template.find_outputs("*").items()} == {
        "UserName": {"Ref": ids["User"]},
        "UserArn": {"Fn::GetAtt": [ids["User"], "Arn"]},
        "RoleName": {"Ref": ids["Role"]},
        "RoleArn": {"Fn::GetAtt": [ids["Role"], "Arn"]},
        "BucketName": {"Ref": bucket_id},
        "AccessKeySecretArn": {"Ref": access_key},
        "PasswordSecretArn": {"Ref": password},
        "ConsoleSignInUrl": {"Fn::Join": ["", ["https://", account, ".signin.aws.amazon.com/console"]]},
        "SwitchRoleUrl": {"Fn::Join": ["", switch_role]},
    }
