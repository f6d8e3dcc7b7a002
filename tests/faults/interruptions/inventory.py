"""What is in an account: everything that a lab could leave behind, by name and content."""

from __future__ import annotations

from typing import Any

from tests.local.callers import Caller

# What changes by itself, or with every read.
_VOLATILE = frozenset({"ResponseMetadata", "PasswordLastUsed", "RoleLastUsed", "IsTruncated"})


def inventory(administrator: Caller) -> dict[str, Any]:
    """IAM, secrets, buckets with their objects, and stacks of the administrator's account, in a comparable form."""
    iam, s3 = administrator.client("iam"), administrator.client("s3")
    return {
        "users": [
            {**_plain(user), "keys": _keys(iam, user["UserName"]), "hangs on": _on_user(iam, user["UserName"])}
            for user in _pages(iam, "list_users", "Users")
        ],
        "roles": [
            {**_plain(role), "hangs on": _on_role(iam, role["RoleName"])} for role in _pages(iam, "list_roles", "Roles")
        ],
        "groups": [_plain(group) for group in _pages(iam, "list_groups", "Groups")],
        "policies": [_plain(policy) for policy in _pages(iam, "list_policies", "Policies", Scope="Local")],
        "instance profiles": [_plain(each) for each in _pages(iam, "list_instance_profiles", "InstanceProfiles")],
        "MFA devices": [each["SerialNumber"] for each in iam.list_virtual_mfa_devices()["VirtualMFADevices"]],
        "secrets": [
            secret["ARN"] for secret in _pages(administrator.client("secretsmanager"), "list_secrets", "SecretList")
        ],
        "buckets": {
            bucket["Name"]: [item["Key"] for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])]
            for bucket in s3.list_buckets()["Buckets"]
        },
        "stacks": [
            stack["StackName"]
            for stack in _pages(administrator.client("cloudformation"), "list_stacks", "StackSummaries")
            if stack["StackStatus"] != "DELETE_COMPLETE"
        ],
    }


def _pages(client: Any, operation: str, found: str, **parameters: Any) -> list[Any]:
    if client.can_paginate(operation):
        return list(client.get_paginator(operation).paginate(**parameters).build_full_result()[found])
    return list(getattr(client, operation)(**parameters)[found])


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) for key, value in record.items() if key not in _VOLATILE}


def _keys(iam: Any, user: str) -> list[str]:
    return [f"{key['AccessKeyId']} {key['Status']}" for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]


def _on_user(iam: Any, user: str) -> list[Any]:
    return [
        iam.list_attached_user_policies(UserName=user)["AttachedPolicies"],
        iam.list_user_policies(UserName=user)["PolicyNames"],
        [group["GroupName"] for group in iam.list_groups_for_user(UserName=user)["Groups"]],
    ]


def _on_role(iam: Any, role: str) -> list[Any]:
    return [
        iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"],
        iam.list_role_policies(RoleName=role)["PolicyNames"],
    ]
