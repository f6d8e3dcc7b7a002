"""Actions and resources: wildcards, case and negation. Each row names its page of the IAM User Guide."""

from __future__ import annotations

from typing import Any

import pytest

from iam_engine import Policies, Policy, Principal, PrincipalKind, Request, decide

ACCOUNT = "123456789012"
JAMES = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/james", ACCOUNT)
ACTION = "reference_policies_elements_action"
NOT_ACTION = "reference_policies_elements_notaction"
RESOURCE = "reference_policies_elements_resource"
NOT_RESOURCE = "reference_policies_elements_notresource"


def allows(action: str, resource: str, **elements: Any) -> bool:
    statement = {"Effect": "Allow", **elements}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement}, "row")
    return decide(Request(JAMES, action, resource, ACCOUNT), Policies(identity=(policy,))).allowed


ACTIONS = [
    (ACTION, "Action", "s3:GetObject", "s3:GetObject", True),
    (ACTION, "Action", "s3:GetObject", "s3:getobject", True),
    (ACTION, "Action", "S3:GETOBJECT", "s3:GetObject", True),
    (ACTION, "Action", "s3:GetObject", "s3:GetObjectTagging", False),
    (ACTION, "Action", "s3:GetObject*", "s3:GetObjectTagging", True),
    (ACTION, "Action", "s3:Get?bject", "s3:GetObject", True),
    (ACTION, "Action", "s3:Get?Object", "s3:GetObject", False),
    (ACTION, "Action", "iam:*AccessKey*", "iam:CreateAccessKey", True),
    (ACTION, "Action", "iam:*AccessKey*", "iam:ListAccessKeys", True),
    (ACTION, "Action", "IAM:*accesskey*", "iam:UpdateAccessKey", True),
    (ACTION, "Action", "iam:*AccessKey*", "iam:CreateUser", False),
    (ACTION, "Action", "s3:*", "s3:ListAllMyBuckets", True),
    (ACTION, "Action", "s3:*", "s3express:CreateSession", False),
    (ACTION, "Action", "s3*", "s3express:CreateSession", True),
    (ACTION, "Action", "*", "sts:AssumeRole", True),
    (ACTION, "Action", "*:*", "sts:AssumeRole", True),
    (ACTION, "Action", ["ec2:Describe*", "s3:List*"], "s3:ListBucket", True),
    (ACTION, "Action", ["ec2:Describe*", "s3:List*"], "ec2:RunInstances", False),
    (ACTION, "Action", "s3:L.*", "s3:ListBucket", False),
    (ACTION, "Action", "s3:**Buckets", "s3:ListAllMyBuckets", True),
    (ACTION, "Action", "s3:*a*a*", "s3:ListAllMyBuckets", False),
    (NOT_ACTION, "NotAction", "iam:*", "s3:ListBucket", True),
    (NOT_ACTION, "NotAction", "iam:*", "iam:ListUsers", False),
    (NOT_ACTION, "NotAction", ["iam:*", "s3:listbucket"], "s3:ListBucket", False),
    (NOT_ACTION, "NotAction", "*", "s3:ListBucket", False),
]


@pytest.mark.parametrize(("page", "element", "written", "asked", "expected"), ACTIONS)
def test_actions(page: str, element: str, written: Any, asked: str, expected: bool) -> None:
    assert allows(asked, "*", Resource="*", **{element: written}) is expected, page


SQS = f"arn:aws:sqs:us-east-1:{ACCOUNT}"
RESOURCES = [
    (RESOURCE, "Resource", "*", "*", True),
    (RESOURCE, "Resource", "*", "arn:aws:s3:::bucket", True),
    (RESOURCE, "Resource", "arn:aws:s3:::*", "*", False),
    (RESOURCE, "Resource", "arn:aws:s3:::*", "arn:aws:s3:::*", True),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket", True),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket", "arn:aws:s3:::Bucket", False),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/key", False),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", False),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b", True),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a\nb", True),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket\n", False),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test/3/object.jpg", True),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket//test/object.jpg", True),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/", True),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1-test/object.jpg", False),
    (RESOURCE, "Resource", "arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/test/object.jpg", False),
    (RESOURCE, "Resource", "arn:aws:s3:::buc?et", "arn:aws:s3:::bucket", True),
    (RESOURCE, "Resource", "arn:aws:s3:::buc?et", "arn:aws:s3:::bucket\n", False),
    (RESOURCE, "Resource", "arn:aws:s3:::b.cket", "arn:aws:s3:::bucket", False),
    (RESOURCE, "Resource", "arn:aws:iam::123456789012:user/accounting/*", f"{JAMES.arn}", False),
    (RESOURCE, "Resource", "arn:aws:iam::*:user/james", JAMES.arn, True),
    (RESOURCE, "Resource", "arn:aws:iam::*:user/JAMES", JAMES.arn, False),
    # A wildcard within a part stays in it; one at its end goes beyond the colon.
    (RESOURCE, "Resource", f"arn:aws:sqs:us-*-1:{ACCOUNT}:queue", f"{SQS}:queue", True),
    (RESOURCE, "Resource", "arn:aws:sqs:us-*st-1:*:queue", f"{SQS}:queue", True),
    (RESOURCE, "Resource", "arn:aws:sqs:u*12:a:queue", f"{SQS}:a:queue", False),
    (RESOURCE, "Resource", "arn:aws:sqs:*:queue", f"{SQS}:queue", True),
    (RESOURCE, "Resource", "arn:aws:sqs:*", f"{SQS}:queue", True),
    (
        RESOURCE,
        "Resource",
        "arn:aws:logs:*:*:log-group:/lab/*:log-stream:*",
        "arn:aws:logs:us-east-1:123456789012:log-group:/lab/a:log-stream:b:c",
        True,
    ),
    (RESOURCE, "Resource", ["arn:aws:s3:::a", "arn:aws:s3:::b*"], "arn:aws:s3:::bucket", True),
    (RESOURCE, "Resource", ["arn:aws:s3:::a", "arn:aws:s3:::b*"], "arn:aws:s3:::c", False),
    (NOT_RESOURCE, "NotResource", "arn:aws:s3:::secret*", "arn:aws:s3:::bucket", True),
    (NOT_RESOURCE, "NotResource", "arn:aws:s3:::secret*", "arn:aws:s3:::secrets", False),
    (NOT_RESOURCE, "NotResource", ["arn:aws:s3:::a", "arn:aws:s3:::b"], "arn:aws:s3:::b", False),
    (NOT_RESOURCE, "NotResource", "*", "arn:aws:s3:::b", False),
]


@pytest.mark.parametrize(("page", "element", "written", "asked", "expected"), RESOURCES)
def test_resources(page: str, element: str, written: Any, asked: str, expected: bool) -> None:
    assert allows("s3:GetObject", asked, Action="s3:GetObject", **{element: written}) is expected, page


def test_a_pattern_full_of_wildcards_takes_no_longer_than_its_length() -> None:
    pattern = "arn:" + "a*" * 40 + "ws:s3:::" + "a*" * 400 + "b"
    for text in (pattern, pattern.replace(":s3:", ":s*3:")):
        assert not allows("s3:GetObject", "arn:aws:s3:::" + "a" * 4000, Action="*", Resource=text)
        assert allows("s3:GetObject", "arn:aws:s3:::" + "a" * 4000 + "b", Action="*", Resource=["x", "arn:*b"])
