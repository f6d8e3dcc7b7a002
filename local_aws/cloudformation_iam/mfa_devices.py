"""`AWS::IAM::VirtualMFADevice`: a device that is enabled for its user, since CloudFormation knows the seed."""

from __future__ import annotations

from typing import Any

from local_aws import mfa_codes, upstream
from local_aws.cloudformation_iam.api import call, call_unless_gone
from local_aws.cloudformation_iam.resource_type import Create, Part, Properties, ResourceType, Target


def _users(properties: Properties) -> dict[str, bool]:
    return dict.fromkeys(properties["Users"], True)


def _apply_user(target: Target, user: str, _old: Any, new: Any) -> None:
    serial = target.physical_id
    if not new:
        call_unless_gone("DeactivateMFADevice", UserName=user, SerialNumber=serial)
        return
    first, second = mfa_codes.pair(upstream.module("services.iam")._mfa_devices[serial])
    call(
        "EnableMFADevice",
        UserName=user,
        SerialNumber=serial,
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: str(tag.get("Value", "")) for tag in properties.get("Tags") or ()}


def _apply_tag(target: Target, key: str, _old: str | None, new: str | None) -> None:
    if new is None:
        call("UntagMFADevice", SerialNumber=target.physical_id, TagKeys=[key])
    else:
        call("TagMFADevice", SerialNumber=target.physical_id, Tags=[{"Key": key, "Value": new}])


def _create(name: str, properties: Properties) -> dict[str, Any]:
    return {"VirtualMFADeviceName": name, "Path": properties.get("Path"), "Tags": properties.get("Tags")}


VIRTUAL_MFA_DEVICE = ResourceType(
    name="AWS::IAM::VirtualMFADevice",
    required=frozenset({"Users"}),
    optional=frozenset({"Path", "Tags", "VirtualMfaDeviceName"}),
    replacing=("Path", "VirtualMfaDeviceName"),
    name_property="VirtualMfaDeviceName",
    create=Create(
        "CreateVirtualMFADevice",
        _create,
        physical_id="SerialNumber",
        attributes={"SerialNumber": "SerialNumber"},
    ),
    parts=(
        Part("Tags", _tags, _apply_tag, with_create=True, ends_with_resource=True),
        Part("Users", _users, _apply_user),
    ),
    delete=lambda target: call_unless_gone("DeleteVirtualMFADevice", SerialNumber=target.physical_id),
    stack_tags=True,
)
