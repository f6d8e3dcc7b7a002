"""What a template puts on principals is found wherever the template says it."""

from __future__ import annotations

from typing import Any

import pytest

from labkit.checks.values import Account
from labkit.stacks import Resource
from labkit.teardown.declarations import (
    ACCESS_KEY,
    ATTACHED_POLICY,
    BOUNDARY,
    GROUP,
    GROUP_MEMBERSHIP,
    INLINE_POLICY,
    INSTANCE_PROFILE,
    LOGIN_PROFILE,
    MEMBER,
    MFA_DEVICE,
    ROLE,
    USER,
    Declaration,
    declarations,
)

ACCOUNT = Account("123456789012")
OWN_ARN = "arn:aws:iam::123456789012:policy/own"
IDS = {"U": "James", "R": "reader", "G": "readers", "P": OWN_ARN, "It": "physical"}


def found(kind: str, properties: dict[str, Any]) -> set[Declaration]:
    """The declarations of a resource `It` of this type, beside a user, a role, a group and a policy."""
    resources = [
        Resource("U", USER, "James", "CREATE_COMPLETE"),
        Resource("R", ROLE, "reader", "CREATE_COMPLETE"),
        Resource("G", GROUP, "readers", "CREATE_COMPLETE"),
        Resource("P", "AWS::Other::Thing", OWN_ARN, "CREATE_COMPLETE"),
        Resource("It", kind, "physical", "CREATE_COMPLETE"),
    ]
    return declarations({"Resources": {"It": {"Type": kind, "Properties": properties}}}, resources, ACCOUNT)


POLICY = {"PolicyName": "p", "PolicyDocument": {}}


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        (USER, {"ManagedPolicyArns": [{"Ref": "P"}]}, {(USER, "physical", ATTACHED_POLICY, OWN_ARN)}),
        (
            ROLE,
            {"ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/X"}]},
            {(ROLE, "physical", ATTACHED_POLICY, "arn:aws:iam::aws:policy/X")},
        ),
        (GROUP, {"Policies": [POLICY]}, {(GROUP, "physical", INLINE_POLICY, "p")}),
        (
            USER,
            {"Groups": [{"Ref": "G"}]},
            {(USER, "physical", GROUP_MEMBERSHIP, "readers"), (GROUP, "readers", MEMBER, "physical")},
        ),
        (ROLE, {"PermissionsBoundary": {"Ref": "P"}}, {(ROLE, "physical", BOUNDARY, OWN_ARN)}),
        (USER, {"LoginProfile": {"Password": "x"}}, {(USER, "physical", LOGIN_PROFILE, "physical")}),
        (
            "AWS::IAM::Policy",
            {**POLICY, "Users": [{"Ref": "U"}], "Roles": [{"Ref": "R"}], "Groups": ["readers"]},
            {
                (USER, "James", INLINE_POLICY, "p"),
                (ROLE, "reader", INLINE_POLICY, "p"),
                (GROUP, "readers", INLINE_POLICY, "p"),
            },
        ),
        ("AWS::IAM::UserPolicy", {**POLICY, "UserName": {"Ref": "U"}}, {(USER, "James", INLINE_POLICY, "p")}),
        ("AWS::IAM::RolePolicy", {**POLICY, "RoleName": "reader"}, {(ROLE, "reader", INLINE_POLICY, "p")}),
        ("AWS::IAM::ManagedPolicy", {"Roles": [{"Ref": "R"}]}, {(ROLE, "reader", ATTACHED_POLICY, "physical")}),
        (
            "AWS::IAM::UserToGroupAddition",
            {"GroupName": {"Ref": "G"}, "Users": [{"Ref": "U"}]},
            {(USER, "James", GROUP_MEMBERSHIP, "readers"), (GROUP, "readers", MEMBER, "James")},
        ),
        ("AWS::IAM::AccessKey", {"UserName": {"Ref": "U"}}, {(USER, "James", ACCESS_KEY, "physical")}),
        ("AWS::IAM::VirtualMFADevice", {"Users": ["James"]}, {(USER, "James", MFA_DEVICE, "physical")}),
        ("AWS::IAM::InstanceProfile", {"Roles": ["reader"]}, {(ROLE, "reader", INSTANCE_PROFILE, "physical")}),
        ("AWS::S3::Bucket", {"BucketName": "b"}, set()),
    ],
)
def test_each_place(kind: str, properties: dict[str, Any], expected: set[tuple[str, str, str, str]]) -> None:
    assert found(kind, properties) == {Declaration(*each) for each in expected}
