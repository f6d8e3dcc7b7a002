"""What has to go before a user, role, group, policy or instance profile goes; a refused deletion takes nothing away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, allow, give_mfa_device, policy, refusal
from tests.local.stacks import exists

VIEW = policy(allow("s3:ListAllMyBuckets"))
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DETACH = ("DeleteConflict", "Cannot delete entity, must detach all policies first.")
INLINE = ("DeleteConflict", "Cannot delete entity, must delete policies first.")


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_policies(iam: Any, user: str, role: str, group: str, kind: str) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role, "group": group}[kind]}
    delete, read = getattr(iam, f"delete_{kind}"), getattr(iam, f"get_{kind}")
    getattr(iam, f"put_{kind}_policy")(**named, PolicyName="inline", PolicyDocument=VIEW)
    getattr(iam, f"attach_{kind}_policy")(**named, PolicyArn=READ_ONLY)
    assert refusal(delete, **named) == DETACH
    getattr(iam, f"detach_{kind}_policy")(**named, PolicyArn=READ_ONLY)
    assert refusal(delete, **named) == INLINE
    assert getattr(iam, f"list_{kind}_policies")(**named)["PolicyNames"] == ["inline"]
    getattr(iam, f"delete_{kind}_policy")(**named, PolicyName="inline")
    delete(**named)
    assert not exists(read, **named)


def test_an_access_key(iam: Any, user: str) -> None:
    key = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName=user, AccessKeyId=key, Status="Inactive")
    assert refusal(iam.delete_user, UserName=user) == (
        "DeleteConflict",
        "Cannot delete entity, must delete access keys first.",
    )
    iam.delete_access_key(UserName=user, AccessKeyId=key)
    iam.delete_user(UserName=user)


def test_a_login_profile(iam: Any, user: str) -> None:
    iam.create_login_profile(UserName=user, Password="Correct-horse-7")
    assert refusal(iam.delete_user, UserName=user) == (
        "DeleteConflict",
        "Cannot delete entity, must delete login profile first.",
    )
    iam.delete_login_profile(UserName=user)
    iam.delete_user(UserName=user)


def test_an_mfa_device(admin: Caller, iam: Any, user: str) -> None:
    serial = give_mfa_device(admin, user, user)
    assert refusal(iam.delete_user, UserName=user) == (
        "DeleteConflict",
        "Cannot delete entity, must delete MFA device first.",
    )
    iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)
    iam.delete_user(UserName=user)


def test_members_of_a_group(iam: Any, user: str, group: str) -> None:
    iam.add_user_to_group(GroupName=group, UserName=user)
    refused = ("DeleteConflict", "Cannot delete entity, must remove users from group first.")
    assert refusal(iam.delete_group, GroupName=group) == refused
    assert refusal(iam.delete_user, UserName=user) == refused
    iam.remove_user_from_group(GroupName=group, UserName=user)
    iam.delete_group(GroupName=group)
    iam.delete_user(UserName=user)


def test_a_role_in_an_instance_profile(iam: Any, name: Name, role: str) -> None:
    profile = name("profile")
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)
    refused = ("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
    assert refusal(iam.delete_role, RoleName=role) == refused
    assert refusal(iam.delete_instance_profile, InstanceProfileName=profile) == refused
    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role)
    iam.delete_role(RoleName=role)
    iam.delete_instance_profile(InstanceProfileName=profile)


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_an_attached_policy(iam: Any, name: Name, user: str, role: str, group: str, kind: str) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role, "group": group}[kind]}
    arn = iam.create_policy(PolicyName=name("view"), PolicyDocument=VIEW)["Policy"]["Arn"]
    getattr(iam, f"attach_{kind}_policy")(**named, PolicyArn=arn)
    assert refusal(iam.delete_policy, PolicyArn=arn) == (
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    )
    getattr(iam, f"detach_{kind}_policy")(**named, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize("kind", ["user", "role"])
def test_a_boundary(iam: Any, name: Name, user: str, role: str, kind: str) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role}[kind]}
    arn = iam.create_policy(PolicyName=name("limit"), PolicyDocument=VIEW)["Policy"]["Arn"]
    getattr(iam, f"put_{kind}_permissions_boundary")(**named, PermissionsBoundary=arn)
    assert refusal(iam.delete_policy, PolicyArn=arn)[0] == "DeleteConflict"
    getattr(iam, f"delete_{kind}_permissions_boundary")(**named)
    iam.delete_policy(PolicyArn=arn)


def test_versions_of_a_policy(iam: Any, name: Name) -> None:
    arn = iam.create_policy(PolicyName=name("view"), PolicyDocument=VIEW)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=VIEW, SetAsDefault=True)
    code, message = refusal(iam.delete_policy, PolicyArn=arn)
    assert code == "DeleteConflict"
    assert message.startswith("This policy has more than one version.")
    assert refusal(iam.delete_policy_version, PolicyArn=arn, VersionId="v2") == (
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    assert not exists(iam.get_policy, PolicyArn=arn)
