"""`AWS::IAM::AccessKey`."""

from __future__ import annotations

from typing import Any

from local_aws.cloudformation_iam.api import call, call_unless_gone
from local_aws.cloudformation_iam.resource_type import Create, Part, Properties, ResourceType, Target

_ACTIVE = "Active"


def _inactive(properties: Properties) -> dict[str, str]:
    status = properties.get("Status", _ACTIVE)
    # A new key is active: only another status is something to put there.
    return {} if status == _ACTIVE else {"Status": status}


def _apply_status(target: Target, _key: str, _old: Any, new: str | None) -> None:
    call(
        "UpdateAccessKey",
        UserName=target.properties["UserName"],
        AccessKeyId=target.physical_id,
        Status=new or _ACTIVE,
    )


def _delete(target: Target) -> None:
    call_unless_gone("DeleteAccessKey", UserName=target.properties["UserName"], AccessKeyId=target.physical_id)


ACCESS_KEY = ResourceType(
    name="AWS::IAM::AccessKey",
    required=frozenset({"UserName"}),
    optional=frozenset({"Serial", "Status"}),
    replacing=("UserName", "Serial"),
    create=Create(
        "CreateAccessKey",
        lambda _name, properties: {"UserName": properties["UserName"]},
        physical_id="AccessKeyId",
        attributes={"SecretAccessKey": "SecretAccessKey"},
    ),
    parts=(Part("Status", _inactive, _apply_status, ends_with_resource=True),),
    delete=_delete,
)
