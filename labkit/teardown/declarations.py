"""What a stack's template itself puts on users, roles and groups, to tell what was added by hand from it.

A template says it in more than one place: on the principal (`ManagedPolicyArns`), on the policy (`Users`), or in a
resource that is nothing else (`AWS::IAM::UserToGroupAddition`). Source: CloudFormation Template Reference Guide,
the `AWS::IAM::…` types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.checks.values import Account
from labkit.stacks import Resource
from labkit.teardown.template import declared_values

USER, ROLE, GROUP = "AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group"

ACCESS_KEY = "access key"
ATTACHED_POLICY = "attached policy"
BOUNDARY = "permissions boundary"
GROUP_MEMBERSHIP = "group membership"
INLINE_POLICY = "inline policy"
INSTANCE_PROFILE = "instance profile"
LOGIN_PROFILE = "login profile"
MEMBER = "member"
MFA_DEVICE = "MFA device"

_PLURALS = {"Users": USER, "Roles": ROLE, "Groups": GROUP}
_SINGLE_INLINE = {
    "AWS::IAM::UserPolicy": ("UserName", USER),
    "AWS::IAM::RolePolicy": ("RoleName", ROLE),
    "AWS::IAM::GroupPolicy": ("GroupName", GROUP),
}

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Declaration:
    """One thing that the template puts on a principal: the principal's type and name, what it is, its id."""

    type: str
    principal: str
    what: str
    id: str


def declarations(template: Mapping[str, Any], resources: Sequence[Resource], account: Account) -> set[Declaration]:
    """All that the template of a stack puts on principals; `resources` are the stack's."""
    physical_ids = {resource.logical_id: resource.physical_id for resource in resources}
    declared = template.get("Resources", {})
    return {
        declaration
        for resource in resources
        for declaration in _declared_by(
            resource,
            declared_values(declared.get(resource.logical_id, {}).get("Properties", {}), physical_ids, account),
        )
    }


def _declared_by(resource: Resource, properties: Properties) -> Iterator[Declaration]:
    if resource.type in (USER, ROLE, GROUP):
        yield from _on_itself(resource, properties)
    elif resource.type in _SINGLE_INLINE:
        parameter, holder = _SINGLE_INLINE[resource.type]
        yield Declaration(holder, str(properties.get(parameter)), INLINE_POLICY, str(properties.get("PolicyName")))
    elif resource.type == "AWS::IAM::Policy":
        yield from _on_listed(properties, INLINE_POLICY, str(properties.get("PolicyName")))
    elif resource.type == "AWS::IAM::ManagedPolicy":
        yield from _on_listed(properties, ATTACHED_POLICY, resource.physical_id)
    elif resource.type == "AWS::IAM::UserToGroupAddition":
        for user in properties.get("Users", ()):
            yield from _membership(str(user), str(properties.get("GroupName")))
    elif resource.type == "AWS::IAM::AccessKey":
        yield Declaration(USER, str(properties.get("UserName")), ACCESS_KEY, resource.physical_id)
    elif resource.type == "AWS::IAM::VirtualMFADevice":
        yield from _on_listed(properties, MFA_DEVICE, resource.physical_id)
    elif resource.type == "AWS::IAM::InstanceProfile":
        yield from _on_listed(properties, INSTANCE_PROFILE, resource.physical_id)


def _on_itself(resource: Resource, properties: Properties) -> Iterator[Declaration]:
    kind, name = resource.type, resource.physical_id
    for arn in properties.get("ManagedPolicyArns", ()):
        yield Declaration(kind, name, ATTACHED_POLICY, str(arn))
    for policy in properties.get("Policies", ()):
        yield Declaration(kind, name, INLINE_POLICY, str(policy.get("PolicyName")))
    for group in properties.get("Groups", ()):
        yield from _membership(name, str(group))
    if "PermissionsBoundary" in properties:
        yield Declaration(kind, name, BOUNDARY, str(properties["PermissionsBoundary"]))
    if "LoginProfile" in properties:
        yield Declaration(kind, name, LOGIN_PROFILE, name)


def _on_listed(properties: Properties, what: str, id_: str) -> Iterator[Declaration]:
    for plural, holder in _PLURALS.items():
        for name in properties.get(plural, ()):
            yield Declaration(holder, str(name), what, id_)


def _membership(user: str, group: str) -> Iterator[Declaration]:
    yield Declaration(USER, user, GROUP_MEMBERSHIP, group)
    yield Declaration(GROUP, group, MEMBER, user)
