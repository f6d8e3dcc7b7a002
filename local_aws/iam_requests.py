"""What a call of the IAM API is decided against: actions, resources, and IAM's own condition keys.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access
Management (IAM)". Paths belong to the ARN of a resource, so an existing one is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws import service_linked_roles, upstream
from local_aws.iam_api import Parameters, members, parameter

# The first parameter of these that a call has names its resource: (parameter, MiniStack's store, kind in the ARN).
_RESOURCES = (
    ("GroupName", "_groups", "group"),
    ("InstanceProfileName", "_instance_profiles", "instance-profile"),
    ("RoleName", "_roles", "role"),
    ("UserName", "_users", "user"),
    ("PolicyName", None, "policy"),
    ("VirtualMFADeviceName", None, "mfa"),
    ("Name", None, "saml-provider"),
)
# The ARN of the resource, and the store that holds what it has of tags.
_ARN_PARAMETERS = (
    ("PolicyArn", "_policies"),
    ("OpenIDConnectProviderArn", "_oidc_providers"),
    ("SAMLProviderArn", "_saml_providers"),
    ("SerialNumber", "_mfa_devices"),
)

# Creating with tags needs the permission to tag as well.
_TAGGING = {
    "CreateUser": "TagUser",
    "CreateRole": "TagRole",
    "CreatePolicy": "TagPolicy",
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider",
    "CreateSAMLProvider": "TagSAMLProvider",
    "CreateVirtualMFADevice": "TagMFADevice",
}
_BOUNDARY_ACTIONS = frozenset(
    f"{verb}{kind}{what}"
    for kind in ("User", "Role")
    for verb, what in (
        ("Attach", "Policy"),
        ("Detach", "Policy"),
        ("Put", "Policy"),
        ("Delete", "Policy"),
        ("Create", ""),
        ("Put", "PermissionsBoundary"),
        ("Delete", "PermissionsBoundary"),
    )
)
_ATTACHMENTS = frozenset(f"{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("User", "Role", "Group"))


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that has to be allowed: the action as in policies, the resource's ARN or `*`, condition keys."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


def questions(action: str, parameters: Parameters, account: str) -> Iterator[Question]:
    """All that has to be allowed for one call of the IAM API, `action` without its `iam:`."""
    resource, record = _resource(parameters, account)
    context = {**_tag_keys(parameters), **_resource_tags(record), **_own_keys(action, parameters, record)}
    yield Question(f"iam:{action}", resource, context)
    if action in _TAGGING and members(parameters, "Tags"):
        yield Question(f"iam:{_TAGGING[action]}", resource, context)
    if action == "AddRoleToInstanceProfile":
        role, _record = _resource({"RoleName": parameters.get("RoleName", "")}, account)
        yield Question("iam:PassRole", role, {"iam:PassedToService": "ec2.amazonaws.com"})


def _resource(parameters: Parameters, account: str) -> tuple[str, Mapping[str, Any]]:
    iam = upstream.module("services.iam")
    for name, store, kind in _RESOURCES:
        value = parameter(parameters, name)
        if not value or (name == "PolicyName" and parameter(parameters, "PolicyArn")):
            continue
        record = getattr(iam, store).get_scoped(account, None, value) if store else None
        path = parameter(parameters, "Path") or "/"
        return (record["Arn"], record) if record else (f"arn:aws:iam::{account}:{kind}{path}{value}", {})
    for name, records in _ARN_PARAMETERS:
        if arn := parameter(parameters, name):
            return arn, getattr(iam, records).get_scoped(account, None, arn) or {}
    return _not_yet_there(parameters, account), {}


def _not_yet_there(parameters: Parameters, account: str) -> str:
    """The ARN of what other parameters than a name tell; `*` where the call has no resource."""
    if url := parameter(parameters, "Url"):
        return f"arn:aws:iam::{account}:oidc-provider/{url.removeprefix('https://')}"
    if service := parameter(parameters, "AWSServiceName"):
        return service_linked_roles.role_arn(service, parameter(parameters, "CustomSuffix"), account)
    if task := parameter(parameters, "DeletionTaskId"):
        return f"arn:aws:iam::{account}:role/{task.removeprefix('task/').rpartition('/')[0]}"
    return "*"


def _tag_keys(parameters: Parameters) -> dict[str, Any]:
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in members(parameters, "Tags")}
    removed = [key.get("", "") for key in members(parameters, "TagKeys")]
    keys = [*tags, *removed]
    return {f"aws:RequestTag/{key}": value for key, value in tags.items()} | ({"aws:TagKeys": keys} if keys else {})


def _resource_tags(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{prefix}:ResourceTag/{tag['Key']}": tag["Value"]
        for tag in record.get("Tags") or ()
        for prefix in ("aws", "iam")
    }


def _own_keys(action: str, parameters: Parameters, record: Mapping[str, Any]) -> dict[str, Any]:
    keys = {}
    if action in _ATTACHMENTS:
        keys["iam:PolicyARN"] = parameter(parameters, "PolicyArn")
    if action == "CreateServiceLinkedRole":
        keys["iam:AWSServiceName"] = parameter(parameters, "AWSServiceName")
    if action in _BOUNDARY_ACTIONS:
        boundary = parameter(parameters, "PermissionsBoundary") or record.get("PermissionsBoundary")
        keys |= {"iam:PermissionsBoundary": boundary} if boundary else {}
    return keys
