"""Stock MiniStack's CloudFormation still gets this wrong. A test that fails here says that a module can go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, allow, make_role, make_user, policy, refusal, trust
from tests.local.stacks import Stack, document, exists, ref, resource

TRUST = document(trust("000000000000"))
VIEW = document(policy(allow("s3:ListAllMyBuckets")))


@pytest.fixture
def stack(stock_admin: Caller, name: Name) -> Stack:
    return Stack(name("stack"), stock_admin, stock_admin)


@pytest.fixture
def iam(stock_admin: Caller) -> Any:
    return stock_admin.client("iam")


def test_cloudformation_caller_needs_no_permission(stack: Stack, stock_admin: Caller, name: Name) -> None:
    stack.caller = make_user(stock_admin, name("deployer"), policy(allow("cloudformation:*")))
    assert stack.create({"Topic": resource("SNS::Topic")}) == "CREATE_COMPLETE"


def test_cloudformation_tags_on_principals(stack: Stack, iam: Any, name: Name) -> None:
    user_name = name("tagged")
    assert stack.create({"User": resource("IAM::User", UserName=user_name)}) == "CREATE_COMPLETE"
    keys = {tag["Key"] for tag in iam.list_user_tags(UserName=user_name)["Tags"]}
    assert "aws:cloudformation:stack-name" in keys


def test_cloudformation_deletion_goes_on_after_a_failure(stack: Stack, stock_admin: Caller, name: Name) -> None:
    user_name, secret = name("James"), name("needed")
    resources = {
        "Secret": resource("SecretsManager::Secret", Name=secret, SecretString="x"),
        "User": {**resource("IAM::User", UserName=user_name), "DependsOn": "Secret"},
    }
    assert stack.create(resources) == "CREATE_COMPLETE"
    stock_admin.client("iam").create_access_key(UserName=user_name)
    assert stack.delete() == "DELETE_FAILED"
    assert [status for status, _ in stack.events("User")][-1] == "DELETE_FAILED"
    assert [status for status, _ in stack.events("Secret")][-1] == "DELETE_COMPLETE"


def test_cloudformation_buckets_deleted_with_their_contents(stack: Stack, stock_admin: Caller, name: Name) -> None:
    bucket = name("bucket")
    s3 = stock_admin.client("s3")
    assert stack.create({"Bucket": resource("S3::Bucket", BucketName=bucket)}) == "CREATE_COMPLETE"
    s3.put_object(Bucket=bucket, Key="kept", Body=b"x")
    assert stack.delete() == "DELETE_COMPLETE"
    assert refusal(s3.get_object, Bucket=bucket, Key="kept")[0] == "NoSuchBucket"


def test_cloudformation_buckets_without_tags(stack: Stack, stock_admin: Caller, name: Name) -> None:
    bucket = name("bucket")
    tags = [{"Key": "lab", "Value": "x"}]
    assert stack.create({"Bucket": resource("S3::Bucket", BucketName=bucket, Tags=tags)}) == "CREATE_COMPLETE"
    assert refusal(stock_admin.client("s3").get_bucket_tagging, Bucket=bucket)[0] == "NoSuchTagSet"


def test_cloudformation_secrets_ref_is_the_name(stack: Stack, name: Name) -> None:
    secret = name("secret")
    resources = {"Secret": resource("SecretsManager::Secret", Name=secret, SecretString="x")}
    assert stack.create(resources, {"Ref": ref("Secret")}) == "CREATE_COMPLETE"
    assert stack.outputs == {"Ref": secret}


def test_cloudformation_secrets_overwrite_others(stack: Stack, stock_admin: Caller, name: Name) -> None:
    secret = name("secret")
    secrets_manager = stock_admin.client("secretsmanager")
    secrets_manager.create_secret(Name=secret, SecretString="before")
    resources = {"Secret": resource("SecretsManager::Secret", Name=secret, SecretString="after")}
    assert stack.create(resources) == "CREATE_COMPLETE"
    assert secrets_manager.get_secret_value(SecretId=secret)["SecretString"] == "after"


def test_cloudformation_iam_role_that_exists_overwritten(
    stack: Stack, iam: Any, stock_admin: Caller, name: Name
) -> None:
    role_name = name("taken")
    make_role(stock_admin, role_name, trust("210987654321"))
    resources = {"Role": resource("IAM::Role", RoleName=role_name, AssumeRolePolicyDocument=TRUST)}
    assert stack.create(resources) == "CREATE_COMPLETE"
    assert iam.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"] == TRUST


def test_cloudformation_iam_without_access_keys(stack: Stack) -> None:
    code, message = refusal(stack.create, resources={"Key": resource("IAM::AccessKey", UserName="James")})
    assert (code, "Unrecognized resource types: [AWS::IAM::AccessKey]" in message) == ("ValidationError", True)


def test_cloudformation_iam_boundary_dropped(stack: Stack, iam: Any, name: Name) -> None:
    role_name = name("bounded")
    arn = iam.create_policy(PolicyName=name("limit"), PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
    given = {"RoleName": role_name, "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": arn}
    assert stack.create({"Role": resource("IAM::Role", **given)}) == "CREATE_COMPLETE"
    assert "PermissionsBoundary" not in iam.get_role(RoleName=role_name)["Role"]


def test_cloudformation_iam_strips_what_others_put_there(stack: Stack, iam: Any, name: Name) -> None:
    role_name = name("stripped")
    resources = {"Role": resource("IAM::Role", RoleName=role_name, AssumeRolePolicyDocument=TRUST)}
    assert stack.create(resources) == "CREATE_COMPLETE"
    iam.put_role_policy(RoleName=role_name, PolicyName="foreign", PolicyDocument=policy(allow("s3:*")))
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_role, RoleName=role_name)


def test_cloudformation_permissions_asked_of_nobody(stack: Stack, stock_admin: Caller, name: Name) -> None:
    stack.caller = make_user(stock_admin, name("deployer"), policy(allow("cloudformation:*")))
    assert stack.create({"Queue": resource("SQS::Queue")}) == "CREATE_COMPLETE"
