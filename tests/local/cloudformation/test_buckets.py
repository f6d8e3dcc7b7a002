"""`AWS::S3::Bucket` and `AWS::S3::BucketPolicy`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, policy, refusal
from tests.local.stacks import NewStack, document, ref, resource

MAY = [allow("cloudformation:*"), allow(["s3:CreateBucket", "s3:DeleteBucket"])]


@pytest.fixture
def s3(admin: Caller) -> Any:
    return admin.client("s3")


def bucket(name: str, **more: Any) -> dict[str, Any]:
    return {"Bucket": resource("S3::Bucket", BucketName=name, **more)}


def tag(key: str, value: str) -> dict[str, str]:
    return {"Key": key, "Value": value}


def tags_of(s3: Any, name: str) -> dict[str, str]:
    """The tags that are not CloudFormation's own."""
    found = {each["Key"]: each["Value"] for each in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    return {key: value for key, value in found.items() if not key.startswith("aws:")}


def is_there(s3: Any, name: str) -> bool:
    return name in {each["Name"] for each in s3.list_buckets()["Buckets"]}


def test_tags_of_the_template_and_of_the_stack(s3: Any, new_stack: NewStack, name: Name) -> None:
    mine = name("bucket")
    stack = new_stack()
    given = bucket(mine, Tags=[tag("lab", "x"), tag("old", "1")])
    assert stack.create(given, Tags=[tag("team", "blue")]) == "CREATE_COMPLETE"
    assert tags_of(s3, mine) == {"lab": "x", "old": "1", "team": "blue"}
    all_tags = s3.get_bucket_tagging(Bucket=mine)["TagSet"]
    assert tag("aws:cloudformation:stack-name", stack.name) in all_tags
    s3.put_bucket_tagging(Bucket=mine, Tagging={"TagSet": [*all_tags, tag("foreign", "1")]})
    assert stack.update(bucket(mine, Tags=[tag("lab", "y")]), Tags=[tag("team", "blue")]) == "UPDATE_COMPLETE"
    assert tags_of(s3, mine) == {"lab": "y", "team": "blue", "foreign": "1"}


def test_a_bucket_that_is_not_empty_is_not_deleted(s3: Any, new_stack: NewStack, name: Name) -> None:
    mine = name("bucket")
    stack = new_stack()
    assert stack.create(bucket(mine)) == "CREATE_COMPLETE"
    s3.put_object(Bucket=mine, Key="kept", Body=b"x")
    assert stack.delete() == "DELETE_FAILED"
    reason = stack.reason("Bucket", "DELETE_FAILED")
    assert "The bucket you tried to delete is not empty" in reason
    assert "Service: S3, Status Code: 409" in reason
    assert s3.get_object(Bucket=mine, Key="kept")["Body"].read() == b"x"
    s3.delete_object(Bucket=mine, Key="kept")
    assert stack.delete() == "DELETE_COMPLETE"
    assert not is_there(s3, mine)


def test_a_name_that_is_taken(admin: Caller, s3: Any, new_stack: NewStack, name: Name) -> None:
    mine = name("bucket")
    s3.create_bucket(Bucket=mine)
    s3.put_object(Bucket=mine, Key="kept", Body=b"x")
    stack = new_stack()
    assert stack.create(bucket(mine)) == "ROLLBACK_COMPLETE"
    events = admin.client("cloudformation").describe_events(StackName=stack.stack_id)["OperationEvents"]
    reasons = [event.get("ValidationStatusReason", "") for event in events]
    assert f"Resource of type 'AWS::S3::Bucket' with identifier '{mine}' already exists." in reasons
    assert s3.get_object(Bucket=mine, Key="kept")["Body"].read() == b"x"


def test_a_generated_name(s3: Any, new_stack: NewStack) -> None:
    stack = new_stack()
    assert stack.create({"Bucket": resource("S3::Bucket")}, {"Name": ref("Bucket")}) == "CREATE_COMPLETE"
    assert re.fullmatch(rf"{stack.name}-bucket-[a-z0-9]{{12,13}}", stack.outputs["Name"])
    assert is_there(s3, stack.outputs["Name"])


@pytest.mark.parametrize(
    ("properties", "action"),
    [
        ({"Tags": [{"Key": "lab", "Value": "x"}]}, "s3:PutBucketTagging"),
        ({"VersioningConfiguration": {"Status": "Enabled"}}, "s3:PutBucketVersioning"),
        ({"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}, "s3:PutBucketPublicAccessBlock"),
    ],
)
def test_every_property_needs_its_permission(
    s3: Any, new_stack: NewStack, new_user: NewUser, name: Name, properties: dict[str, Any], action: str
) -> None:
    mine = name("bucket")
    stack = new_stack(new_user(policy(*MAY)))
    assert stack.create(bucket(mine, **properties)) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Bucket", "CREATE_FAILED")
    assert f"is not authorized to perform: {action} on resource: " in reason
    assert f"arn:aws:s3:::{mine}" in reason
    assert not is_there(s3, mine)
    stack = new_stack(new_user(policy(*MAY, allow(action))))
    assert stack.create(bucket(mine, **properties)) == "CREATE_COMPLETE"


def test_creating_and_deleting_need_permission(s3: Any, new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    mine = name("bucket")
    cloudformation = allow("cloudformation:*")
    stack = new_stack(new_user(policy(cloudformation, allow("s3:DeleteBucket"))))
    assert stack.create(bucket(mine)) == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: s3:CreateBucket" in stack.reason("Bucket", "CREATE_FAILED")
    may_create = new_user(policy(cloudformation, allow("s3:CreateBucket")))
    stack = new_stack(may_create)
    assert stack.create(bucket(mine)) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_FAILED"
    assert "is not authorized to perform: s3:DeleteBucket" in stack.reason("Bucket", "DELETE_FAILED")
    assert is_there(s3, mine)
    stack.caller = new_user(policy(*MAY))
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_bucket_policy(admin: Caller, s3: Any, new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    mine, reader = name("bucket"), new_user()

    def resources() -> dict[str, Any]:
        statement = allow("s3:ListBucket", f"arn:aws:s3:::{mine}", Principal={"AWS": reader.arn})
        given = {"Bucket": ref("Bucket"), "PolicyDocument": document(policy(statement))}
        return {**bucket(mine), "Policy": resource("S3::BucketPolicy", **given)}

    refused = new_stack(new_user(policy(*MAY)))
    assert refused.create(resources()) == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: s3:PutBucketPolicy" in refused.reason("Policy", "CREATE_FAILED")
    assert not is_there(s3, mine)
    stack = new_stack(new_user(policy(*MAY, allow(["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]))))
    assert stack.create(resources()) == "CREATE_COMPLETE"
    assert "Contents" not in reader.client("s3").list_objects_v2(Bucket=mine)
    assert stack.update(bucket(mine)) == "UPDATE_COMPLETE"
    assert refusal(reader.client("s3").list_objects_v2, Bucket=mine)[0] == "AccessDenied"
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_bucket_policy_that_s3_refuses(admin: Caller, s3: Any, new_stack: NewStack, name: Name) -> None:
    mine = name("bucket")

    def resources(principal: str) -> dict[str, Any]:
        statement = allow("s3:ListBucket", f"arn:aws:s3:::{mine}", Principal={"AWS": principal})
        given = {"Bucket": ref("Bucket"), "PolicyDocument": document(policy(statement))}
        return {**bucket(mine), "Policy": resource("S3::BucketPolicy", **given)}

    stack = new_stack()
    assert stack.create(resources("arn:aws:iam::123456789012:user/nobody-at-all")) == "ROLLBACK_COMPLETE"
    assert "Invalid principal in policy" in stack.reason("Policy", "CREATE_FAILED")
    assert not is_there(s3, mine)
    stack = new_stack()
    assert stack.create(resources(admin.arn)) == "CREATE_COMPLETE"
    assert "nobody" not in s3.get_bucket_policy(Bucket=mine)["Policy"]
