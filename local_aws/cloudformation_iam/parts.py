"""Parts that several types have in common: attached and inline policies, groups, tags, the boundary."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local_aws.cloudformation_iam.api import call, call_unless_gone
from local_aws.cloudformation_iam.resource_type import Part, Properties, Target


def document(value: Any) -> str:
    """A policy document as the API wants it; in a template it is an object, or a string that holds JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def attached_policies(kind: str) -> Part:
    """`ManagedPolicyArns` of a User, Role or Group."""

    def apply(target: Target, arn: str, _old: Any, new: Any) -> None:
        change = call if new else call_unless_gone
        verb = "Attach" if new else "Detach"
        change(f"{verb}{kind}Policy", **{f"{kind}Name": target.physical_id, "PolicyArn": arn})

    def elements(properties: Properties) -> dict[str, bool]:
        return dict.fromkeys(properties.get("ManagedPolicyArns") or (), True)

    return Part("ManagedPolicyArns", elements, apply)


def inline_policies(kind: str) -> Part:
    """`Policies` of a User, Role or Group."""

    def apply(target: Target, policy_name: str, _old: str | None, new: str | None) -> None:
        put_inline_policy(kind, target.physical_id, policy_name, new)

    def elements(properties: Properties) -> dict[str, str]:
        return {each["PolicyName"]: document(each["PolicyDocument"]) for each in properties.get("Policies") or ()}

    return Part("Policies", elements, apply)


def put_inline_policy(kind: str, name: str, policy_name: str, new: str | None) -> None:
    """Put an inline policy on a User, Role or Group, or take it away (None)."""
    parameters = {f"{kind}Name": name, "PolicyName": policy_name}
    if new is None:
        call_unless_gone(f"Delete{kind}Policy", **parameters)
    else:
        call(f"Put{kind}Policy", **parameters, PolicyDocument=new)


def tags(kind: str) -> Part:
    """`Tags` of a User or Role."""

    def apply(target: Target, key: str, _old: str | None, new: str | None) -> None:
        name = {f"{kind}Name": target.physical_id}
        if new is None:
            call(f"Untag{kind}", **name, TagKeys=[key])
        else:
            call(f"Tag{kind}", **name, Tags=[{"Key": key, "Value": new}])

    def elements(properties: Properties) -> dict[str, str]:
        return {tag["Key"]: str(tag.get("Value", "")) for tag in properties.get("Tags") or ()}

    return Part("Tags", elements, apply, with_create=True, ends_with_resource=True)


def permissions_boundary(kind: str) -> Part:
    """`PermissionsBoundary` of a User or Role."""

    def apply(target: Target, _key: str, _old: str | None, new: str | None) -> None:
        name = {f"{kind}Name": target.physical_id}
        if new is None:
            call_unless_gone(f"Delete{kind}PermissionsBoundary", **name)
        else:
            call(f"Put{kind}PermissionsBoundary", **name, PermissionsBoundary=new)

    return single("PermissionsBoundary", apply)


def single(name: str, apply: Callable[[Target, str, Any, Any], None]) -> Part:
    """A property that is one element, put there by the call that makes the resource, gone with the resource."""

    def elements(properties: Properties) -> dict[str, Any]:
        return {name: properties[name]} if properties.get(name) is not None else {}

    return Part(name, elements, apply, with_create=True, ends_with_resource=True)
