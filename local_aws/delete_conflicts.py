"""What has to go first before IAM deletes a user, role, group, managed policy or instance profile.

AWS: IAM API Reference, DeleteUser ("you must delete the items attached to the user manually, or the deletion
fails"), DeleteRole, DeleteGroup, DeletePolicy, DeleteInstanceProfile: each answers DeleteConflict and deletes nothing.
Stock MiniStack looks only at a user's attached policies and keys, at nothing of a group, nor at versions of a policy.
Hook: a check before the five actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from local_aws import upstream, user_credentials
from local_aws.iam_api import IamError, Parameters, check_before, parameter


class Conflict(NamedTuple):
    """One thing in the way: the CloudFormation property it would come from, its name there, and IAM's message."""

    part: str
    key: str
    message: str


_ATTACHED = "Cannot delete entity, must detach all policies first."
_INLINE = "Cannot delete entity, must delete policies first."
_GROUPS = "Cannot delete entity, must remove users from group first."
_ACCESS_KEYS = "Cannot delete entity, must delete access keys first."
_MFA = "Cannot delete entity, must delete MFA device first."
_LOGIN_PROFILE = "Cannot delete entity, must delete login profile first."
_SSH_KEYS = "Cannot delete entity, must delete SSH public keys first."
_CERTIFICATES = "Cannot delete entity, must delete signing certificates first."
_SERVICE_CREDENTIALS = "Cannot delete entity, must delete service specific credentials first."
_INSTANCE_PROFILES = "Cannot delete entity, must remove roles from instance profile first."
_CREDENTIALS = (
    (user_credentials.SSH_KEYS, _SSH_KEYS),
    (user_credentials.CERTIFICATES, _CERTIFICATES),
    (user_credentials.SERVICE_CREDENTIALS, _SERVICE_CREDENTIALS),
)
_POLICY_ATTACHED = "Cannot delete a policy attached to entities."
_POLICY_VERSIONS = (
    "This policy has more than one version. Before you delete a policy, you must delete the policy's "
    "versions. The default version is deleted with the policy."
)


def install() -> None:
    """Refuse deletions with DeleteConflict as AWS does."""
    for action, name, conflicts in (
        ("DeleteUser", "UserName", of_user),
        ("DeleteRole", "RoleName", of_role),
        ("DeleteGroup", "GroupName", of_group),
        ("DeletePolicy", "PolicyArn", of_policy),
        ("DeleteInstanceProfile", "InstanceProfileName", of_instance_profile),
    ):
        check_before((action,), _refuse_where(name, conflicts))


def of_user(user: str) -> list[Conflict]:
    """What keeps this user from being deleted."""
    iam = upstream.module("services.iam")
    keys = [key for key, record in iam._access_keys.items() if record["UserName"] == user]
    devices = [serial for serial, device in iam._mfa_devices.items() if device.get("User") == user]
    groups = [name for name, group in iam._groups.items() if user in group["Users"]]
    record = iam._users.get(user)
    return [
        *_conflicts("ManagedPolicyArns", _attached(record), _ATTACHED),
        *_conflicts("Policies", iam._user_inline_policies.get(user) or (), _INLINE),
        *_conflicts("Groups", groups, _GROUPS),
        *_conflicts("AccessKeys", keys, _ACCESS_KEYS),
        *_conflicts("MFADevices", devices, _MFA),
        *_conflicts("LoginProfile", ("LoginProfile",) if user in iam._login_profiles else (), _LOGIN_PROFILE),
        *(
            conflict
            for kind, text in _CREDENTIALS
            for conflict in _conflicts(kind, user_credentials.of_user(record, kind), text)
        ),
    ]


def of_role(role: str) -> list[Conflict]:
    """What keeps this role from being deleted."""
    iam = upstream.module("services.iam")
    record = iam._roles.get(role)
    profiles = [name for name, profile in iam._instance_profiles.items() if role in profile["Roles"]]
    return [
        *_conflicts("ManagedPolicyArns", _attached(record), _ATTACHED),
        *_conflicts("Policies", (record or {}).get("InlinePolicies") or (), _INLINE),
        *_conflicts("InstanceProfiles", profiles, _INSTANCE_PROFILES),
    ]


def of_group(group: str) -> list[Conflict]:
    """What keeps this group from being deleted."""
    iam = upstream.module("services.iam")
    record = iam._groups.get(group)
    return [
        *_conflicts("Users", (record or {}).get("Users") or (), _GROUPS),
        *_conflicts("ManagedPolicyArns", _attached(record), _ATTACHED),
        *_conflicts("Policies", iam._group_inline_policies.get(group) or (), _INLINE),
    ]


def of_attached_policy(arn: str) -> list[Conflict]:
    """Who has this managed policy attached or as a boundary."""
    iam = upstream.module("services.iam")
    found = []
    for kind, store in (("Users", iam._users), ("Roles", iam._roles), ("Groups", iam._groups)):
        found += _conflicts(
            kind, [name for name, record in store.items() if arn in _attached(record)], _POLICY_ATTACHED
        )
        bounded = [name for name, record in store.items() if record.get("PermissionsBoundary") == arn]
        found += _conflicts("PermissionsBoundary", bounded, _POLICY_ATTACHED)
    return found


def of_policy(arn: str) -> list[Conflict]:
    """What keeps this managed policy from being deleted."""
    versions = (upstream.module("services.iam")._policies.get(arn) or {}).get("Versions", {})
    old = [version for version, record in versions.items() if not record["IsDefaultVersion"]]
    return [*of_attached_policy(arn), *_conflicts("Versions", old, _POLICY_VERSIONS)]


def of_instance_profile(profile: str) -> list[Conflict]:
    """What keeps this instance profile from being deleted."""
    record = upstream.module("services.iam")._instance_profiles.get(profile) or {}
    return _conflicts("Roles", record.get("Roles") or (), _INSTANCE_PROFILES)


def _attached(record: Any) -> list[str]:
    return list((record or {}).get("AttachedPolicies") or ())


def _conflicts(part: str, keys: Iterable[str], message: str) -> list[Conflict]:
    return [Conflict(part, key, message) for key in keys]


def _refuse_where(name: str, conflicts: Callable[[str], list[Conflict]]) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        for conflict in conflicts(parameter(parameters, name)):
            raise IamError("DeleteConflict", conflict.message)

    return check
