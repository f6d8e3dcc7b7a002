"""What somebody adds to a lab by hand: found, shown, removed; what belongs to others, or to the template, is not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from labkit.deployment import additions, contents
from labkit.place import Place
from labkit.stacks import Stack, find_stack
from labkit.teardown.additions import remove
from labkit.teardown.contents import empty
from tests.local.callers import Name, allow, policy
from tests.local.key_material import certificate, ssh_key
from tests.local.labkit.conftest import Stand, StandingLab

ROLE = "James-custom-S3-role"
BY_HAND = policy(allow("s3:*"))
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"


def stack_of(place: Place, name: str) -> Stack:
    stack = find_stack(place.cloudformation, name)
    assert stack
    return stack


def test_a_healthy_lab_has_none(james: StandingLab) -> None:
    stack = stack_of(james.place, "JamesS3")
    assert additions(james.place, stack) == []
    assert contents(james.place, stack) == []


def _group(iam: Any) -> None:
    iam.create_group(GroupName="by-hand")
    iam.add_user_to_group(GroupName="by-hand", UserName="James")


def _profile(iam: Any) -> None:
    iam.create_instance_profile(InstanceProfileName="by-hand")
    iam.add_role_to_instance_profile(InstanceProfileName="by-hand", RoleName=ROLE)


def _mfa_device(iam: Any) -> None:
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="by-hand")["VirtualMFADevice"]
    device, now = pyotp.TOTP(made["Base32StringSeed"].decode()), time.time()
    iam.enable_mfa_device(
        UserName="James",
        SerialNumber=made["SerialNumber"],
        AuthenticationCode1=device.at(now - device.interval),
        AuthenticationCode2=device.at(now),
    )


def _version(iam: Any) -> None:
    arn = "arn:aws:iam::123456789012:policy/James-custom-viewonly-2"
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=BY_HAND, SetAsDefault=True)


ADDED: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = [
    ("access key", lambda iam: iam.create_access_key(UserName="James"), lambda iam: None),
    (
        "attached policy arn:aws:iam::aws:policy/SecurityAudit of James",
        lambda iam: iam.attach_user_policy(UserName="James", PolicyArn=AUDIT),
        lambda iam: None,
    ),
    (
        "inline policy x of James",
        lambda iam: iam.put_user_policy(UserName="James", PolicyName="x", PolicyDocument=BY_HAND),
        lambda iam: None,
    ),
    ("group membership by-hand of James", _group, lambda iam: iam.delete_group(GroupName="by-hand")),
    (
        f"permissions boundary {READ_ONLY} of James",
        lambda iam: iam.put_user_permissions_boundary(UserName="James", PermissionsBoundary=READ_ONLY),
        lambda iam: None,
    ),
    (
        f"permissions boundary {READ_ONLY} of {ROLE}",
        lambda iam: iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=READ_ONLY),
        lambda iam: None,
    ),
    (
        f"inline policy x of {ROLE}",
        lambda iam: iam.put_role_policy(RoleName=ROLE, PolicyName="x", PolicyDocument=BY_HAND),
        lambda iam: None,
    ),
    (
        f"instance profile by-hand of {ROLE}",
        _profile,
        lambda iam: iam.delete_instance_profile(InstanceProfileName="by-hand"),
    ),
    (
        f"attached policy {AUDIT} of {ROLE}",
        lambda iam: iam.attach_role_policy(RoleName=ROLE, PolicyArn=AUDIT),
        lambda iam: None,
    ),
    ("MFA device arn:aws:iam::123456789012:mfa/by-hand of James", _mfa_device, lambda iam: None),
    (
        "SSH key",
        lambda iam: iam.upload_ssh_public_key(UserName="James", SSHPublicKeyBody=ssh_key("a")),
        lambda iam: None,
    ),
    (
        "signing certificate",
        lambda iam: iam.upload_signing_certificate(UserName="James", CertificateBody=certificate("a")),
        lambda iam: None,
    ),
    (
        "service credential",
        lambda iam: iam.create_service_specific_credential(UserName="James", ServiceName="codecommit.amazonaws.com"),
        lambda iam: None,
    ),
    ("policy version v1", _version, lambda iam: None),
]


@pytest.mark.parametrize(("shown", "add", "clean_up"), ADDED, ids=[row[0] for row in ADDED])
def test_each_is_found_and_removed(
    james: StandingLab, shown: str, add: Callable[[Any], Any], clean_up: Callable[[Any], Any]
) -> None:
    iam, stack = james.client("iam"), stack_of(james.place, "JamesS3")
    add(iam)
    found = additions(james.place, stack)
    assert [shown in str(addition) for addition in found] == [True]
    for addition in found:
        remove(james.place.clients, addition)
    assert additions(james.place, stack) == []
    clean_up(iam)


def test_objects_and_their_versions_in_the_labs_bucket(james: StandingLab) -> None:
    s3, bucket = james.client("s3"), james.outputs["BucketName"]
    stack = stack_of(james.place, "JamesS3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.delete_object(Bucket=bucket, Key="b")
    s3.create_bucket(Bucket="somebody-elses")
    s3.put_object(Bucket="somebody-elses", Key="kept", Body=b"x")
    (found,) = contents(james.place, stack)
    assert len(found.versions) == 4
    assert str(found) == f"what lies in the bucket {bucket}: a, b"
    empty(james.place.clients, found)
    assert contents(james.place, stack) == []
    assert s3.get_object(Bucket="somebody-elses", Key="kept")["Body"].read() == b"x"
    s3.delete_object(Bucket="somebody-elses", Key="kept")
    s3.delete_bucket(Bucket="somebody-elses")


def test_a_group_of_the_lab(place: Place, name: Name) -> None:
    """Who was added to it goes out of it, and stays a user; whom the template put there is no addition."""
    iam, group, member, bystander = place.clients.client("iam"), name("readers"), name("member"), name("bystander")
    template = {
        "Resources": {
            "Group": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": group}},
            "Member": {"Type": "AWS::IAM::User", "Properties": {"UserName": member}},
            "In": {
                "Type": "AWS::IAM::UserToGroupAddition",
                "Properties": {"GroupName": {"Ref": "Group"}, "Users": [{"Ref": "Member"}]},
            },
            "May": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": "may",
                    "PolicyDocument": json.loads(BY_HAND),
                    "Groups": [{"Ref": "Group"}],
                    "Users": [{"Ref": "Member"}],
                },
            },
        }
    }
    stack_name = name("Group")
    place.cloudformation.create_stack(
        StackName=stack_name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    waiting = {"Delay": 0.05, "MaxAttempts": 400}
    place.cloudformation.get_waiter("stack_create_complete").wait(StackName=stack_name, WaiterConfig=waiting)
    stack = stack_of(place, stack_name)
    assert additions(place, stack) == []
    iam.create_user(UserName=bystander)
    iam.add_user_to_group(GroupName=group, UserName=bystander)
    iam.attach_group_policy(GroupName=group, PolicyArn=READ_ONLY)
    found = additions(place, stack)
    assert sorted(str(addition) for addition in found) == [
        f"attached policy {READ_ONLY} of {group}",
        f"member {bystander} of {group}",
    ]
    for addition in found:
        remove(place.clients, addition)
    assert iam.get_user(UserName=bystander)
    place.cloudformation.delete_stack(StackName=stack_name)
    place.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_name, WaiterConfig=waiting)
    iam.delete_user(UserName=bystander)


def test_a_password_that_the_template_does_not_give(stand: Stand) -> None:
    lab = stand("role-chain")
    lab.client("iam").create_login_profile(UserName="ExampleUser", Password="Not-the-lab's-0wn")
    (found,) = additions(lab.place, stack_of(lab.place, "RoleChain"))
    assert str(found) == "login profile ExampleUser of ExampleUser"
    remove(lab.place.clients, found)
    assert additions(lab.place, stack_of(lab.place, "RoleChain")) == []
