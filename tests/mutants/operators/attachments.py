"""Operators on what hangs on a principal: managed and inline policies, group memberships, boundaries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.mutants.model import Change, Template, Word
from tests.mutants.places import (
    STRANGER,
    Path,
    appended,
    properties,
    put,
    removed,
    resources,
    text,
    values,
    with_resource,
    with_stranger,
    word,
)

_USER, _ROLE, _GROUP = "AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group"
_MANAGED: Word = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AdministratorAccess"]]}
_MANAGED_NAME = "AdministratorAccess"
INLINE_NAME = "mutant-inline"
GROUP_NAME = "mutant-group"
_GROUP_ID = "MutantGroup"
# Properties in which a resource lists the principals that it is attached to.
_ATTACHED_TO: Mapping[str, tuple[str, ...]] = {
    "AWS::IAM::Policy": ("Users", "Roles", "Groups"),
    "AWS::IAM::ManagedPolicy": ("Users", "Roles", "Groups"),
    "AWS::IAM::UserToGroupAddition": ("Users",),
}


def drop_attachment(template: Template) -> Iterator[Change]:
    """A managed policy is not attached."""
    for logical_id, path, policy in _attached(template):
        where = f"{logical_id} {text(policy)}"
        yield Change(where, ((_name(logical_id), _policy_word(policy)),), removed(template, path))


def swap_attachment(template: Template) -> Iterator[Change]:
    """Another managed policy is attached in the place of one."""
    for logical_id, path, policy in _attached(template):
        causes = ((_name(logical_id), _policy_word(policy)), (_name(logical_id), _MANAGED_NAME))
        yield Change(f"{logical_id} {text(policy)} -> {_MANAGED_NAME}", causes, put(template, path, _MANAGED))


def add_attachment(template: Template) -> Iterator[Change]:
    """One managed policy more."""
    for logical_id, _ in resources(template, _USER, _ROLE, _GROUP):
        mutant = appended(template, properties(logical_id, "ManagedPolicyArns"), _MANAGED)
        yield Change(f"{logical_id} {_MANAGED_NAME}", ((_name(logical_id), _MANAGED_NAME),), mutant)


def drop_inline_policy(template: Template) -> Iterator[Change]:
    """An inline policy is missing."""
    for logical_id, props in resources(template, _USER, _ROLE, _GROUP):
        for index, inline in enumerate(props.get("Policies", [])):
            mutant = removed(template, properties(logical_id, "Policies", index))
            name = word(inline["PolicyName"])
            yield Change(f"{logical_id} {text(name)}", ((_name(logical_id), name),), mutant)


def add_inline_policy(template: Template) -> Iterator[Change]:
    """One inline policy more."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    inline = {"PolicyName": INLINE_NAME, "PolicyDocument": document}
    for logical_id, _ in resources(template, _USER, _ROLE, _GROUP):
        mutant = appended(template, properties(logical_id, "Policies"), inline)
        yield Change(logical_id, ((_name(logical_id), INLINE_NAME),), mutant)


def detach(template: Template) -> Iterator[Change]:
    """A policy or a group forgets one of those whom it names."""
    for logical_id, path, principal in _named_by_policies(template):
        where = f"{logical_id} {path[-2]} {text(principal)}"
        if len(_at(template, path[:-1])) > 1:
            yield Change(where, ((word(principal),),), removed(template, path))
        else:
            mutant = put(with_stranger(template), path, STRANGER) if path[-2] == "Users" else None
            if mutant:
                yield Change(f"{where} -> {STRANGER}", ((word(principal),),), mutant)


def attach_to_other(template: Template) -> Iterator[Change]:
    """A policy or a group names another user of the lab as well."""
    users = [logical_id for logical_id, _ in resources(template, _USER)]
    for kind, lists in _ATTACHED_TO.items():
        for logical_id, props in resources(template, kind):
            named = {text(principal) for principal in props.get("Users", [])}
            for user in users if "Users" in lists else ():
                # A user that names the policy itself has it already, and the two can't name each other.
                if user not in named and logical_id not in json.dumps(template["Resources"][user]):
                    mutant = appended(template, properties(logical_id, "Users"), {"Ref": user})
                    yield Change(f"{logical_id} {user}", ((_name(user),),), mutant)


def drop_membership(template: Template) -> Iterator[Change]:
    """A user is not in one of its groups."""
    for logical_id, props in resources(template, _USER):
        for index, group in enumerate(props.get("Groups", [])):
            mutant = removed(template, properties(logical_id, "Groups", index))
            yield Change(f"{logical_id} {text(group)}", ((_name(logical_id), word(group)),), mutant)


def add_membership(template: Template) -> Iterator[Change]:
    """A user is in one group more."""
    grouped = with_resource(template, _GROUP_ID, _GROUP, GroupName=GROUP_NAME)
    for logical_id, _ in resources(template, _USER):
        mutant = appended(grouped, properties(logical_id, "Groups"), {"Ref": _GROUP_ID})
        yield Change(logical_id, ((_name(logical_id), GROUP_NAME),), mutant)


def drop_boundary(template: Template) -> Iterator[Change]:
    """A principal has no permissions boundary where the lab sets one."""
    for logical_id, props in resources(template, _USER, _ROLE):
        if boundary := props.get("PermissionsBoundary"):
            mutant = removed(template, properties(logical_id, "PermissionsBoundary"))
            yield Change(logical_id, ((_name(logical_id), _policy_word(boundary)),), mutant)


def set_boundary(template: Template) -> Iterator[Change]:
    """A permissions boundary where the lab sets none, or another one."""
    for logical_id, _ in resources(template, _USER, _ROLE):
        mutant = put(template, properties(logical_id, "PermissionsBoundary"), _MANAGED)
        yield Change(f"{logical_id} {_MANAGED_NAME}", ((_name(logical_id), _MANAGED_NAME),), mutant)


def _attached(template: Template) -> Iterator[tuple[str, Path, Any]]:
    for logical_id, props in resources(template, _USER, _ROLE, _GROUP):
        for within, policy in values(props.get("ManagedPolicyArns")):
            yield logical_id, properties(logical_id, "ManagedPolicyArns", *within), policy


def _named_by_policies(template: Template) -> Iterator[tuple[str, Path, Any]]:
    for kind, lists in _ATTACHED_TO.items():
        for logical_id, props in resources(template, kind):
            for name in lists:
                for within, principal in values(props.get(name)):
                    yield logical_id, properties(logical_id, name, *within), principal


def _at(template: Template, path: Path) -> Any:
    place: Any = template
    for key in path:
        place = place[key]
    return place


def _name(logical_id: str) -> Word:
    return {"Ref": logical_id}


def _policy_word(policy: Any) -> Word:
    """The policy as a failed check names it: its ARN."""
    return word(policy)
