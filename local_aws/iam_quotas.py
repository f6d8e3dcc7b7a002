"""IAM's quotas: sizes of policies, and how many there may be of versions, keys, attachments, groups, tags.

AWS: IAM User Guide, reference_iam-quotas; LimitExceeded, with white space not counted in sizes. Stock MiniStack
knows the quota of policy versions only.
Hook: a check before each call that adds something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_aws import upstream
from local_aws.iam_api import IamError, Parameters, check_before, members, parameter

MANAGED_POLICY_SIZE = 6144
TRUST_POLICY_SIZE = 2048
INLINE_SIZES = {"User": 2048, "Group": 5120, "Role": 10240}
ATTACHED_POLICIES = 10
VERSIONS = 5
ACCESS_KEYS = 2
GROUPS_OF_A_USER = 10
MFA_DEVICES = 8
ROLES_IN_AN_INSTANCE_PROFILE = 1
# For each action that makes one: MiniStack's store, how many an account may have, and what IAM calls the quota.
OF_AN_ACCOUNT = {
    "CreateUser": ("_users", 5000, "UsersPerAccount"),
    "CreateGroup": ("_groups", 300, "GroupsPerAccount"),
    "CreateRole": ("_roles", 1000, "RolesPerAccount"),
    "CreatePolicy": ("_policies", 1500, "PoliciesPerAccount"),
    "CreateInstanceProfile": ("_instance_profiles", 1000, "InstanceProfilesPerAccount"),
}
TAGS = 50

_STORES = {"User": "_users", "Group": "_groups", "Role": "_roles"}


def install() -> None:
    """Refuse what would exceed a quota."""
    check_before(("CreatePolicy", "CreatePolicyVersion"), _check_managed_policy_size)
    check_before(("CreateRole",), lambda given: _check_trust_size(given, "AssumeRolePolicyDocument"))
    check_before(("UpdateAssumeRolePolicy",), lambda given: _check_trust_size(given, "PolicyDocument"))
    check_before(("CreatePolicyVersion",), _check_versions)
    check_before(("CreateAccessKey",), _check_access_keys)
    check_before(("AddUserToGroup",), _check_groups)
    check_before(("EnableMFADevice",), _check_mfa_devices)
    check_before(("AddRoleToInstanceProfile",), _check_instance_profile)
    for action, (store, quota, name) in OF_AN_ACCOUNT.items():
        check_before((action,), _account_check(store, quota, name))
    for kind, size in INLINE_SIZES.items():
        check_before((f"Put{kind}Policy",), _inline_check(kind, size))
        check_before((f"Attach{kind}Policy",), _attachment_check(kind))
    for kind in ("User", "Role"):
        check_before((f"Create{kind}", f"Tag{kind}"), _tag_check(kind))


def size(document: str) -> int:
    """The size of a policy document as IAM counts it: its characters but for white space."""
    return sum(not character.isspace() for character in document)


def _check_managed_policy_size(parameters: Parameters) -> None:
    _limit(size(parameter(parameters, "PolicyDocument")), MANAGED_POLICY_SIZE, "PolicySize")


def _check_trust_size(parameters: Parameters, name: str) -> None:
    _limit(size(parameter(parameters, name)), TRUST_POLICY_SIZE, "ACLSizePerRole")


def _check_versions(parameters: Parameters) -> None:
    policy = _iam()._policies.get(parameter(parameters, "PolicyArn")) or {}
    if len(policy.get("Versions", ())) >= VERSIONS:
        raise IamError(
            "LimitExceeded",
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
            "existing version.",
        )


def _check_access_keys(parameters: Parameters) -> None:
    user = parameter(parameters, "UserName")
    held = sum(key["UserName"] == user for key in _iam()._access_keys.values())
    _limit(held + 1, ACCESS_KEYS, "AccessKeysPerUser")


def _check_groups(parameters: Parameters) -> None:
    user, group = parameter(parameters, "UserName"), parameter(parameters, "GroupName")
    others = sum(user in record["Users"] for name, record in _iam()._groups.items() if name != group)
    _limit(others + 1, GROUPS_OF_A_USER, "GroupsPerUser")


def _check_mfa_devices(parameters: Parameters) -> None:
    user = parameter(parameters, "UserName")
    held = sum(device.get("User") == user for device in _iam()._mfa_devices.values())
    _limit(held + 1, MFA_DEVICES, "MfaDevicesPerUser")


def _account_check(store: str, quota: int, name: str) -> Callable[[Parameters], None]:
    def check(_parameters: Parameters) -> None:
        _limit(len(getattr(_iam(), store)) + 1, quota, name)

    return check


def _check_instance_profile(parameters: Parameters) -> None:
    profile = _iam()._instance_profiles.get(parameter(parameters, "InstanceProfileName")) or {}
    held = len(profile.get("Roles", ()))
    _limit(held + 1, ROLES_IN_AN_INSTANCE_PROFILE, "InstanceSessionsPerInstanceProfile")


def _inline_check(kind: str, quota: int) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        name, policy_name = parameter(parameters, f"{kind}Name"), parameter(parameters, "PolicyName")
        others = {each: text for each, text in _inline_policies(kind, name).items() if each != policy_name}
        total = sum(map(size, [*others.values(), parameter(parameters, "PolicyDocument")]))
        if total > quota:
            raise IamError("LimitExceeded", f"Maximum policy size of {quota} bytes exceeded for {kind.lower()} {name}")

    return check


def _attachment_check(kind: str) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        record = getattr(_iam(), _STORES[kind]).get(parameter(parameters, f"{kind}Name")) or {}
        attached = {*record.get("AttachedPolicies", ()), parameter(parameters, "PolicyArn")}
        _limit(len(attached), ATTACHED_POLICIES, f"PoliciesPer{kind}")

    return check


def _tag_check(kind: str) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        record = getattr(_iam(), _STORES[kind]).get(parameter(parameters, f"{kind}Name")) or {}
        keys = {*_keys(record.get("Tags", ())), *_keys(members(parameters, "Tags"))}
        _limit(len(keys), TAGS, f"TagsPer{kind}")

    return check


def _keys(tags: Iterable[Mapping[str, str]]) -> set[str]:
    return {tag.get("Key", "").lower() for tag in tags}


def _inline_policies(kind: str, name: str) -> Mapping[str, str]:
    iam = _iam()
    if kind == "Role":
        found = (iam._roles.get(name) or {}).get("InlinePolicies", {})
    else:
        found = {"User": iam._user_inline_policies, "Group": iam._group_inline_policies}[kind].get(name) or {}
    inline: Mapping[str, str] = found
    return inline


def _iam() -> Any:
    return upstream.module("services.iam")


def _limit(count: int, quota: int, name: str) -> None:
    if count > quota:
        raise IamError("LimitExceeded", f"Cannot exceed quota for {name}: {quota}")
