"""`AWS::IAM::UserToGroupAddition` and `AWS::IAM::InstanceProfile`: who is in what."""

from __future__ import annotations

from typing import Any

from local_aws import delete_conflicts
from local_aws.cloudformation_iam.api import call, call_unless_gone
from local_aws.cloudformation_iam.resource_type import Create, Part, Properties, Read, ResourceType, Target


def _users(properties: Properties) -> dict[tuple[str, str], bool]:
    return {(properties["GroupName"], user): True for user in properties["Users"]}


def _apply_user(_target: Target, key: tuple[str, str], _old: Any, new: Any) -> None:
    group, user = key
    change, action = (call, "AddUserToGroup") if new else (call_unless_gone, "RemoveUserFromGroup")
    change(action, GroupName=group, UserName=user)


def _roles(properties: Properties) -> dict[str, bool]:
    return dict.fromkeys(properties["Roles"], True)


def _apply_role(target: Target, role: str, _old: Any, new: Any) -> None:
    change, action = (call, "AddRoleToInstanceProfile") if new else (call_unless_gone, "RemoveRoleFromInstanceProfile")
    change(action, InstanceProfileName=target.physical_id, RoleName=role)


def _delete_instance_profile(target: Target) -> None:
    call("DeleteInstanceProfile", InstanceProfileName=target.physical_id)


USER_TO_GROUP_ADDITION = ResourceType(
    name="AWS::IAM::UserToGroupAddition",
    required=frozenset({"GroupName", "Users"}),
    optional=frozenset(),
    parts=(Part("Users", _users, _apply_user),),
)

INSTANCE_PROFILE = ResourceType(
    name="AWS::IAM::InstanceProfile",
    required=frozenset({"Roles"}),
    optional=frozenset({"InstanceProfileName", "Path"}),
    replacing=("InstanceProfileName", "Path"),
    name_property="InstanceProfileName",
    create=Create(
        "CreateInstanceProfile",
        lambda name, properties: {"InstanceProfileName": name, "Path": properties.get("Path")},
        physical_id="InstanceProfileName",
    ),
    read=Read(
        "GetInstanceProfile",
        lambda target: {"InstanceProfileName": target.physical_id},
        {"Arn": "InstanceProfile/Arn"},
    ),
    parts=(Part("Roles", _roles, _apply_role),),
    delete=_delete_instance_profile,
    conflicts=lambda target: delete_conflicts.of_instance_profile(target.physical_id),
)
