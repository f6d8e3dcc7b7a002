"""What was added by hand to a lab's own users, roles, groups and policies.

IAM User Guide, "Deleting an IAM user", "Deleting roles", "Delete an IAM group": but for a permissions boundary, every
one of these is a DeleteConflict. What lies in a lab's buckets is the affair of contents.py.
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


@dataclass(frozen=True)
class AdditionKind:
    """One way in which something hangs on a principal.

    `lists`: the read call; `found`: JMESPath for the ids in its answer; `removals`: the calls that take one away, each
    with the parameter for the id and whether the principal's name goes with it.
    """

    what: str
    lists: str
    found: str
    removals: tuple[tuple[str, str, bool], ...]


_BOUNDARY_OF_USER = AdditionKind(
    BOUNDARY,
    "GetUser",
    "[User.PermissionsBoundary.PermissionsBoundaryArn][?@]",
    (("DeleteUserPermissionsBoundary", "", True),),
)
_BOUNDARY_OF_ROLE = AdditionKind(
    BOUNDARY,
    "GetRole",
    "[Role.PermissionsBoundary.PermissionsBoundaryArn][?@]",
    (("DeleteRolePermissionsBoundary", "", True),),
)
_ON_USERS = (
    _BOUNDARY_OF_USER,
    AdditionKind(
        ACCESS_KEY,
        "ListAccessKeys",
        "AccessKeyMetadata[].AccessKeyId",
        (("DeleteAccessKey", "AccessKeyId", True),),
    ),
    AdditionKind(
        MFA_DEVICE,
        "ListMFADevices",
        "MFADevices[].SerialNumber",
        (("DeactivateMFADevice", "SerialNumber", True), ("DeleteVirtualMFADevice", "SerialNumber", False)),
    ),
    AdditionKind(
        LOGIN_PROFILE,
        "GetLoginProfile",
        "[LoginProfile.UserName]",
        (("DeleteLoginProfile", "", True),),
    ),
    AdditionKind(
        ATTACHED_POLICY,
        "ListAttachedUserPolicies",
        "AttachedPolicies[].PolicyArn",
        (("DetachUserPolicy", "PolicyArn", True),),
    ),
    AdditionKind(
        INLINE_POLICY,
        "ListUserPolicies",
        "PolicyNames",
        (("DeleteUserPolicy", "PolicyName", True),),
    ),
    AdditionKind(
        GROUP_MEMBERSHIP,
        "ListGroupsForUser",
        "Groups[].GroupName",
        (("RemoveUserFromGroup", "GroupName", True),),
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
    _BOUNDARY_OF_ROLE,
    AdditionKind(
        ATTACHED_POLICY,
        "ListAttachedRolePolicies",
        "AttachedPolicies[].PolicyArn",
        (("DetachRolePolicy", "PolicyArn", True),),
    ),
    AdditionKind(
        INLINE_POLICY,
        "ListRolePolicies",
        "PolicyNames",
        (("DeleteRolePolicy", "PolicyName", True),),
    ),
    AdditionKind(
        INSTANCE_PROFILE,
        "ListInstanceProfilesForRole",
        "InstanceProfiles[].InstanceProfileName",
        (("RemoveRoleFromInstanceProfile", "InstanceProfileName", True),),
    ),
)
_ON_GROUPS = (
    AdditionKind(
        MEMBER,
        "GetGroup",
        "Users[].UserName",
        (("RemoveUserFromGroup", "UserName", True),),
    ),
    AdditionKind(
        ATTACHED_POLICY,
        "ListAttachedGroupPolicies",
        "AttachedPolicies[].PolicyArn",
        (("DetachGroupPolicy", "PolicyArn", True),),
    ),
    AdditionKind(
        INLINE_POLICY,
        "ListGroupPolicies",
        "PolicyNames",
        (("DeleteGroupPolicy", "PolicyName", True),),
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
    USER: ("UserName", _ON_USERS),
    ROLE: ("RoleName", _ON_ROLES),
    GROUP: ("GroupName", _ON_GROUPS),
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
    own = declarations(template, resources, account)
    additions = []
    for resource in resources:
        if resource.type not in _KINDS or not resource.physical_id or resource.status == "DELETE_COMPLETE":
            continue
        name_parameter, kinds = _KINDS[resource.type]
        for kind in kinds:
            for found in _found(clients, kind, {name_parameter: resource.physical_id}):
                if Declaration(resource.type, resource.physical_id, kind.what, found) not in own:
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


def _addition(kind: AdditionKind, name_parameter: str, principal: str, found: str) -> Addition:
    removals = []
    for operation, id_parameter, with_name in kind.removals:
        parameters = {name_parameter: principal} if with_name else {}
        removals.append((operation, {**parameters, id_parameter: found} if id_parameter else parameters))
    return Addition(principal, kind.what, found, tuple(removals))


def _iam(clients: Clients, operation: str, parameters: dict[str, str]) -> Answer:
    return ask(clients.client("iam", config=PERSIST), operation, dict(parameters), all_pages=True)
