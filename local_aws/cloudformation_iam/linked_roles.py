"""`AWS::IAM::ServiceLinkedRole`."""

from __future__ import annotations

from typing import Any

from local_aws.cloudformation_iam.api import call
from local_aws.cloudformation_iam.parts import single
from local_aws.cloudformation_iam.resource_type import Create, Properties, ResourceType, Target


def _create(_name: str, properties: Properties) -> dict[str, Any]:
    return {key: properties.get(key) for key in ("AWSServiceName", "CustomSuffix", "Description")}


def _apply_description(target: Target, _key: str, _old: Any, new: str | None) -> None:
    call("UpdateRole", RoleName=target.physical_id, Description=new or "")


def _delete(target: Target) -> None:
    call("DeleteServiceLinkedRole", RoleName=target.physical_id)


SERVICE_LINKED_ROLE = ResourceType(
    name="AWS::IAM::ServiceLinkedRole",
    required=frozenset({"AWSServiceName"}),
    optional=frozenset({"CustomSuffix", "Description"}),
    replacing=("AWSServiceName", "CustomSuffix"),
    create=Create(
        "CreateServiceLinkedRole",
        _create,
        physical_id="RoleName",
        attributes={"RoleName": "RoleName"},
    ),
    parts=(single("Description", _apply_description),),
    delete=_delete,
)
