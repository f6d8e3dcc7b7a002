"""Looks, before anything is deployed, whether it can be: the stack's state, and names that are already taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.aws.answers import Kind
from labkit.aws.clients import PERSIST, ask
from labkit.deployment import stack_resources
from labkit.errors import LabError
from labkit.place import Place, Site, read_template
from labkit.stacks import find_stack


@dataclass(frozen=True)
class _Named:
    """How a kind of resource is named in a template, and how IAM is asked whether the name is taken."""

    property: str
    operation: str
    parameter: str
    what: str


_NAMED: Mapping[str, _Named] = {
    "AWS::IAM::User": _Named("UserName", "GetUser", "UserName", "user"),
    "AWS::IAM::Role": _Named("RoleName", "GetRole", "RoleName", "role"),
    "AWS::IAM::Group": _Named("GroupName", "GetGroup", "GroupName", "group"),
    "AWS::IAM::ManagedPolicy": _Named("ManagedPolicyName", "GetPolicy", "PolicyArn", "policy"),
}


def require_deployable(site: Site, assembly: Path) -> None:
    """Raise `LabError`, having changed nothing, if the stack can't be deployed."""
    entry, name, place = site.entry, site.stack, site.place
    stack = find_stack(place.cloudformation, name)
    if stack and stack.busy:
        raise LabError(f"{name} is being changed ({stack.status}); wait until that is done and try again")
    if stack and not stack.stands and stack.status != "REVIEW_IN_PROGRESS":
        raise LabError(f"{name} is only half deployed ({stack.status}); run: lab down {entry.name}, then lab up again")
    own = {resource.physical_id for resource in stack_resources(place, name)} if stack else set()
    for what, taken in _names_taken(read_template(assembly, name), own, place):
        raise LabError(
            f"account {place.account.id} already has a {what} {taken} that is not the lab's; "
            f"nothing was touched: rename or delete it, or use another account"
        )


def _names_taken(template: Mapping[str, Any], own: set[str], place: Place) -> Iterator[tuple[str, str]]:
    iam = place.clients.client("iam", config=PERSIST)
    for resource in template["Resources"].values():
        named = _NAMED.get(resource["Type"])
        name = resource.get("Properties", {}).get(named.property) if named else None
        if named is None or not isinstance(name, str):
            continue
        asked = _policy_arn(name, place) if named.what == "policy" else name
        if asked in own:
            continue
        answer = ask(iam, named.operation, {named.parameter: asked})
        if answer.kind is Kind.ALLOWED:
            yield named.what, name
        elif answer.code != "NoSuchEntity":
            raise LabError(f"whether the {named.what} {name} exists can't be told: {answer}")


def _policy_arn(name: str, place: Place) -> str:
    return f"arn:{place.account.partition}:iam::{place.account.id}:policy/{name}"
