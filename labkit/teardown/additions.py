"""What was added by hand to a lab's own principals, and would keep CloudFormation from deleting them.

IAM User Guide, "Deleting an IAM user" and "Deleting roles": every one of these is a DeleteConflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath

from labkit.aws.answers import Answer, Kind
from labkit.aws.clients import PERSIST, Clients, ask
from labkit.checks.values import Account
from labkit.errors import LabError
from labkit.stacks import Resource
from labkit.teardown.template import declared_values


@dataclass(frozen=True)
class AdditionKind:
    """One way in which something hangs on a principal.

    `lists`: the read call; `found`: JMESPath for the ids in its answer; `removals`: the calls that take one away, each
    with the parameter for the id and whether the principal's name goes with it; `declared`: the template property
    that lists those the stack itself put there (empty: it never does); `resource_type`: the type of resources
    of the stack that are such things themselves.
    """

    what: str
    lists: str
    found: str
    removals: tuple[tuple[str, str, bool], ...]
    declared: str = ""
    resource_type: str = ""


_ON_USERS = (
    AdditionKind(
        "access key",
        "ListAccessKeys",
        "AccessKeyMetadata[].AccessKeyId",
        (("DeleteAccessKey", "AccessKeyId", True),),
        resource_type="AWS::IAM::AccessKey",
    ),
    AdditionKind(
        "MFA device",
        "ListMFADevices",
        "MFADevices[].SerialNumber",
        (("DeactivateMFADevice", "SerialNumber", True), ("DeleteVirtualMFADevice", "SerialNumber", False)),
        resource_type="AWS::IAM::VirtualMFADevice",
    ),
    AdditionKind(
        "login profile",
        "GetLoginProfile",
        "[LoginProfile.UserName]",
        (("DeleteLoginProfile", "", True),),
        declared="LoginProfile",
    ),
    AdditionKind(
        "attached policy",
        "ListAttachedUserPolicies",
        "AttachedPolicies[].PolicyArn",
        (("DetachUserPolicy", "PolicyArn", True),),
        declared="ManagedPolicyArns",
    ),
    AdditionKind(
        "inline policy",
        "ListUserPolicies",
        "PolicyNames",
        (("DeleteUserPolicy", "PolicyName", True),),
        declared="Policies",
    ),
    AdditionKind(
        "group membership",
        "ListGroupsForUser",
        "Groups[].GroupName",
        (("RemoveUserFromGroup", "GroupName", True),),
        declared="Groups",
    ),
    AdditionKind(
        "signing certificate",
        "ListSigningCertificates",
        "Certificates[].CertificateId",
        (("DeleteSigningCertificate", "CertificateId", True),),
    ),
    AdditionKind(
        "SSH key",
        "ListSSHPublicKeys",
        "SSHPublicKeys[].SSHPublicKeyId",
        (("DeleteSSHPublicKey", "SSHPublicKeyId", True),),
    ),
    AdditionKind(
        "service credential",
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials[].ServiceSpecificCredentialId",
        (("DeleteServiceSpecificCredential", "ServiceSpecificCredentialId", True),),
    ),
)
_ON_ROLES = (
    AdditionKind(
        "attached policy",
        "ListAttachedRolePolicies",
        "AttachedPolicies[].PolicyArn",
        (("DetachRolePolicy", "PolicyArn", True),),
        declared="ManagedPolicyArns",
    ),
    AdditionKind(
        "inline policy",
        "ListRolePolicies",
        "PolicyNames",
        (("DeleteRolePolicy", "PolicyName", True),),
        declared="Policies",
    ),
    AdditionKind(
        "instance profile",
        "ListInstanceProfilesForRole",
        "InstanceProfiles[].InstanceProfileName",
        (("RemoveRoleFromInstanceProfile", "InstanceProfileName", True),),
        resource_type="AWS::IAM::InstanceProfile",
    ),
)
_ON_POLICIES = (
    AdditionKind(
        "policy version",
        "ListPolicyVersions",
        "Versions[?!IsDefaultVersion].VersionId",
        (("DeletePolicyVersion", "VersionId", True),),
    ),
)
_KINDS: Mapping[str, tuple[str, tuple[AdditionKind, ...]]] = {
    "AWS::IAM::User": ("UserName", _ON_USERS),
    "AWS::IAM::Role": ("RoleName", _ON_ROLES),
    "AWS::IAM::ManagedPolicy": ("PolicyArn", _ON_POLICIES),
}


@dataclass(frozen=True)
class Addition:
    """Something that was added by hand. `removals`: the IAM calls (operation, parameters) that take it away."""

    principal: str
    what: str
    id: str
    removals: tuple[tuple[str, dict[str, str]], ...] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.what} {self.id} of {self.principal}"


def find_additions(
    clients: Clients, resources: Sequence[Resource], template: Mapping[str, Any], account: Account
) -> list[Addition]:
    """All that hangs on the principals among `resources` and is not in their stack's `template`.

    Raises `LabError` if something can't be read: what is not seen would not be removed.
    """
    physical_ids = {resource.logical_id: resource.physical_id for resource in resources}
    additions = []
    for resource in resources:
        if resource.type not in _KINDS or not resource.physical_id or resource.status == "DELETE_COMPLETE":
            continue
        properties = template.get("Resources", {}).get(resource.logical_id, {}).get("Properties", {})
        name_parameter, kinds = _KINDS[resource.type]
        for kind in kinds:
            own = set(_declared(kind, properties, physical_ids, account, resources))
            for found in _found(clients, kind, {name_parameter: resource.physical_id}):
                if found not in own and not (kind.declared == "LoginProfile" and kind.declared in properties):
                    additions.append(_addition(kind, name_parameter, resource.physical_id, found))
    return additions


def remove(clients: Clients, addition: Addition) -> None:
    """Take an addition away; what is already gone is fine. Raises `LabError`."""
    for operation, parameters in addition.removals:
        answer = _iam(clients, operation, parameters)
        if answer.kind is not Kind.ALLOWED and answer.code != "NoSuchEntity":
            raise LabError(f"{addition} can't be removed ({answer}); remove it by hand and run lab down again")


def _found(clients: Clients, kind: AdditionKind, principal: dict[str, str]) -> Iterator[str]:
    answer = _iam(clients, kind.lists, principal)
    # Where IAM does not know the call, nothing of the kind can have been added.
    if answer.code in ("NoSuchEntity", "InvalidAction"):
        return
    if answer.kind is not Kind.ALLOWED:
        raise LabError(f"what hangs on {next(iter(principal.values()))} can't be read: {kind.lists}: {answer}")
    yield from jmespath.search(kind.found, answer.data) or []


def _declared(
    kind: AdditionKind,
    properties: Mapping[str, Any],
    physical_ids: Mapping[str, str],
    account: Account,
    resources: Sequence[Resource],
) -> Iterator[str]:
    yield from (resource.physical_id for resource in resources if resource.type == kind.resource_type)
    listed = properties.get(kind.declared, []) if kind.declared else []
    if isinstance(listed, list):
        for item in listed:
            named = item.get("PolicyName", item) if isinstance(item, Mapping) else item
            yield str(declared_values(named, physical_ids, account))


def _addition(kind: AdditionKind, name_parameter: str, principal: str, found: str) -> Addition:
    removals = []
    for operation, id_parameter, with_name in kind.removals:
        parameters = {name_parameter: principal} if with_name else {}
        removals.append((operation, {**parameters, id_parameter: found} if id_parameter else parameters))
    return Addition(principal, kind.what, found, tuple(removals))


def _iam(clients: Clients, operation: str, parameters: dict[str, str]) -> Answer:
    return ask(clients.client("iam", config=PERSIST), operation, dict(parameters), all_pages=True)
