"""`AWS::IAM::User`, `AWS::IAM::Role`, `AWS::IAM::Group`."""

from __future__ import annotations

from typing import Any

from local_aws import delete_conflicts
from local_aws.cloudformation_iam.api import call, call_unless_gone
from local_aws.cloudformation_iam.parts import (
    attached_policies,
    document,
    inline_policies,
    permissions_boundary,
    single,
    tags,
)
from local_aws.cloudformation_iam.resource_type import Create, Part, Properties, Read, ResourceType, Target

_LOGIN_PROFILE = "LoginProfile"
_DEFAULT_SESSION_DURATION = 3600


def _groups(properties: Properties) -> dict[str, bool]:
    return dict.fromkeys(properties.get("Groups") or (), True)


def _apply_group(target: Target, group: str, _old: Any, new: Any) -> None:
    change, action = (call, "AddUserToGroup") if new else (call_unless_gone, "RemoveUserFromGroup")
    change(action, GroupName=group, UserName=target.physical_id)


def _login_profile(properties: Properties) -> dict[str, tuple[str, bool]]:
    profile = properties.get("LoginProfile")
    if not profile:
        return {}
    return {_LOGIN_PROFILE: (profile["Password"], str(profile.get("PasswordResetRequired", False)).lower() == "true")}


def _apply_login_profile(target: Target, _key: str, old: tuple[str, bool] | None, new: tuple[str, bool] | None) -> None:
    if new is None:
        call_unless_gone("DeleteLoginProfile", UserName=target.physical_id)
        return
    password, reset = new
    action = "UpdateLoginProfile" if old else "CreateLoginProfile"
    call(action, UserName=target.physical_id, Password=password, PasswordResetRequired=reset)


def _path_of(kind: str) -> Part:
    def apply(target: Target, _key: str, _old: Any, new: str | None) -> None:
        call(f"Update{kind}", **{f"{kind}Name": target.physical_id}, NewPath=new or "/")

    return single("Path", apply)


def _apply_trust_policy(target: Target, _key: str, _old: Any, new: Any) -> None:
    call("UpdateAssumeRolePolicy", RoleName=target.physical_id, PolicyDocument=document(new))


def _apply_description(target: Target, _key: str, _old: Any, new: str | None) -> None:
    call("UpdateRole", RoleName=target.physical_id, Description=new or "")


def _apply_session_duration(target: Target, _key: str, _old: Any, new: Any) -> None:
    call("UpdateRole", RoleName=target.physical_id, MaxSessionDuration=new or _DEFAULT_SESSION_DURATION)


def _delete(kind: str) -> Any:
    return lambda target: call(f"Delete{kind}", **{f"{kind}Name": target.physical_id})


def _create_user(name: str, properties: Properties) -> dict[str, Any]:
    given = {key: properties.get(key) for key in ("Path", "PermissionsBoundary", "Tags")}
    return {"UserName": name, **given}


def _create_role(name: str, properties: Properties) -> dict[str, Any]:
    given = {
        key: properties.get(key) for key in ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags")
    }
    return {
        "RoleName": name,
        "AssumeRolePolicyDocument": document(properties["AssumeRolePolicyDocument"]),
        **given,
    }


USER = ResourceType(
    name="AWS::IAM::User",
    required=frozenset(),
    optional=frozenset(
        {
            "Groups",
            "LoginProfile",
            "ManagedPolicyArns",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "Tags",
            "UserName",
        }
    ),
    replacing=("UserName",),
    name_property="UserName",
    name_length=64,
    create=Create("CreateUser", _create_user, physical_id="UserName"),
    read=Read("GetUser", lambda target: {"UserName": target.physical_id}, {"Arn": "Arn"}),
    parts=(
        _path_of("User"),
        permissions_boundary("User"),
        tags("User"),
        Part("Groups", _groups, _apply_group),
        attached_policies("User"),
        inline_policies("User"),
        Part("LoginProfile", _login_profile, _apply_login_profile),
    ),
    delete=_delete("User"),
    conflicts=lambda target: delete_conflicts.of_user(target.physical_id),
    stack_tags=True,
)

ROLE = ResourceType(
    name="AWS::IAM::Role",
    required=frozenset({"AssumeRolePolicyDocument"}),
    optional=frozenset(
        {
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    ),
    replacing=("RoleName", "Path"),
    name_property="RoleName",
    name_length=64,
    create=Create("CreateRole", _create_role, physical_id="RoleName"),
    read=Read("GetRole", lambda target: {"RoleName": target.physical_id}, {"Arn": "Arn", "RoleId": "RoleId"}),
    parts=(
        single("AssumeRolePolicyDocument", _apply_trust_policy),
        single("Description", _apply_description),
        single("MaxSessionDuration", _apply_session_duration),
        permissions_boundary("Role"),
        tags("Role"),
        attached_policies("Role"),
        inline_policies("Role"),
    ),
    delete=_delete("Role"),
    conflicts=lambda target: delete_conflicts.of_role(target.physical_id),
    stack_tags=True,
)

GROUP = ResourceType(
    name="AWS::IAM::Group",
    required=frozenset(),
    optional=frozenset({"GroupName", "ManagedPolicyArns", "Path", "Policies"}),
    replacing=("GroupName",),
    name_property="GroupName",
    create=Create(
        "CreateGroup",
        lambda name, properties: {"GroupName": name, "Path": properties.get("Path")},
        physical_id="GroupName",
    ),
    read=Read("GetGroup", lambda target: {"GroupName": target.physical_id}, {"Arn": "Group/Arn"}),
    parts=(_path_of("Group"), attached_policies("Group"), inline_policies("Group")),
    delete=_delete("Group"),
    conflicts=lambda target: delete_conflicts.of_group(target.physical_id),
)
