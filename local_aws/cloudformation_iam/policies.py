"""`AWS::IAM::ManagedPolicy`, and the types that put an inline policy on users, roles and groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws import delete_conflicts
from local_aws.cloudformation_iam.api import call, call_unless_gone
from local_aws.cloudformation_iam.parts import document, put_inline_policy, single
from local_aws.cloudformation_iam.resource_type import Create, Part, Properties, Read, ResourceType, Target

# IAM User Guide, reference_iam-quotas: "Versions of a managed policy that can be stored".
_VERSIONS = 5
_ENTITIES = ("User", "Role", "Group")


def _entities(properties: Properties, kind: str) -> list[str]:
    return list(properties.get(f"{kind}s") or ())


def _attached_to(kind: str) -> Part:
    def apply(target: Target, name: str, _old: Any, new: Any) -> None:
        change, verb = (call, "Attach") if new else (call_unless_gone, "Detach")
        change(f"{verb}{kind}Policy", **{f"{kind}Name": name}, PolicyArn=target.physical_id)

    return Part(f"{kind}s", lambda properties: dict.fromkeys(_entities(properties, kind), True), apply)


def _old_versions(arn: str) -> list[str]:
    """The versions that are not the default one, oldest first."""
    listed = call("ListPolicyVersions", PolicyArn=arn).findall(".//{*}Versions/{*}member")
    ids = [each.findtext("{*}VersionId", "") for each in listed if each.findtext("{*}IsDefaultVersion") != "true"]
    return sorted(ids, key=lambda version: int(version.removeprefix("v")))


def _apply_document(target: Target, _key: str, _old: Any, new: Any) -> None:
    for version in _old_versions(target.physical_id)[: -(_VERSIONS - 2)]:
        call("DeletePolicyVersion", PolicyArn=target.physical_id, VersionId=version)
    call("CreatePolicyVersion", PolicyArn=target.physical_id, PolicyDocument=document(new), SetAsDefault=True)


def _delete(target: Target) -> None:
    # IAM deletes a policy only when nothing but its default version is left, and every update leaves one more.
    for version in _old_versions(target.physical_id):
        call("DeletePolicyVersion", PolicyArn=target.physical_id, VersionId=version)
    call("DeletePolicy", PolicyArn=target.physical_id)


def _create(name: str, properties: Properties) -> dict[str, Any]:
    given = {key: properties.get(key) for key in ("Path", "Description")}
    return {"PolicyName": name, "PolicyDocument": document(properties["PolicyDocument"]), **given}


MANAGED_POLICY = ResourceType(
    name="AWS::IAM::ManagedPolicy",
    required=frozenset({"PolicyDocument"}),
    optional=frozenset({"Description", "Groups", "ManagedPolicyName", "Path", "Roles", "Users"}),
    replacing=("ManagedPolicyName", "Description", "Path"),
    name_property="ManagedPolicyName",
    create=Create("CreatePolicy", _create, physical_id="Arn"),
    read=Read(
        "GetPolicy",
        lambda target: {"PolicyArn": target.physical_id},
        {
            "PolicyArn": "Arn",
            "PolicyId": "PolicyId",
            "AttachmentCount": "AttachmentCount",
            "PermissionsBoundaryUsageCount": "PermissionsBoundaryUsageCount",
            "DefaultVersionId": "DefaultVersionId",
            "IsAttachable": "IsAttachable",
            "CreateDate": "CreateDate",
            "UpdateDate": "UpdateDate",
        },
    ),
    parts=(single("PolicyDocument", _apply_document), *(_attached_to(kind) for kind in _ENTITIES)),
    delete=_delete,
    conflicts=lambda target: delete_conflicts.of_attached_policy(target.physical_id),
)


def _inline(kind: str, names: Callable[[Properties], list[str]]) -> Part:
    """The inline policy `PolicyName` on each of the named entities."""

    def elements(properties: Properties) -> dict[tuple[str, str], str]:
        policy = document(properties["PolicyDocument"])
        return {(name, properties["PolicyName"]): policy for name in names(properties)}

    def apply(_target: Target, key: tuple[str, str], _old: str | None, new: str | None) -> None:
        name, policy_name = key
        put_inline_policy(kind, name, policy_name, new)

    return Part(f"{kind}s", elements, apply)


def _entities_of(kind: str) -> Callable[[Properties], list[str]]:
    return lambda properties: _entities(properties, kind)


POLICY = ResourceType(
    name="AWS::IAM::Policy",
    required=frozenset({"PolicyDocument", "PolicyName"}),
    optional=frozenset({"Groups", "Roles", "Users"}),
    parts=tuple(_inline(kind, _entities_of(kind)) for kind in _ENTITIES),
)


def _single_inline(kind: str) -> ResourceType:
    """`AWS::IAM::UserPolicy` and its like: one inline policy on one entity."""
    owner = f"{kind}Name"
    return ResourceType(
        name=f"AWS::IAM::{kind}Policy",
        required=frozenset({owner, "PolicyName", "PolicyDocument"}),
        optional=frozenset(),
        replacing=(owner, "PolicyName"),
        composed_id=lambda properties: f"{properties['PolicyName']}|{properties[owner]}",
        parts=(_inline(kind, lambda properties: [properties[owner]]),),
    )


INLINE_POLICIES = tuple(_single_inline(kind) for kind in _ENTITIES)
