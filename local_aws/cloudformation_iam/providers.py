"""`AWS::IAM::OIDCProvider` and `AWS::IAM::SAMLProvider`."""

from __future__ import annotations

from typing import Any

from local_aws.cloudformation_iam.api import call, call_unless_gone
from local_aws.cloudformation_iam.parts import single
from local_aws.cloudformation_iam.resource_type import Create, Part, Properties, ResourceType, Target

_OIDC_ARN = "OpenIDConnectProviderArn"
_SAML_ARN = "SAMLProviderArn"


def _client_ids(properties: Properties) -> dict[str, bool]:
    return dict.fromkeys(properties.get("ClientIdList") or (), True)


def _apply_client_id(target: Target, client_id: str, _old: Any, new: Any) -> None:
    action = "AddClientIDToOpenIDConnectProvider" if new else "RemoveClientIDFromOpenIDConnectProvider"
    call(action, **{_OIDC_ARN: target.physical_id}, ClientID=client_id)


def _apply_thumbprints(target: Target, _key: str, _old: Any, new: list[str] | None) -> None:
    call("UpdateOpenIDConnectProviderThumbprint", **{_OIDC_ARN: target.physical_id}, ThumbprintList=new or [])


def _apply_metadata(target: Target, _key: str, _old: Any, new: str | None) -> None:
    call("UpdateSAMLProvider", **{_SAML_ARN: target.physical_id}, SAMLMetadataDocument=new)


def _tags(kind: str, arn: str) -> Part:
    def apply(target: Target, key: str, _old: str | None, new: str | None) -> None:
        if new is None:
            call(f"Untag{kind}", **{arn: target.physical_id}, TagKeys=[key])
        else:
            call(f"Tag{kind}", **{arn: target.physical_id}, Tags=[{"Key": key, "Value": new}])

    def elements(properties: Properties) -> dict[str, str]:
        return {tag["Key"]: str(tag.get("Value", "")) for tag in properties.get("Tags") or ()}

    return Part("Tags", elements, apply, with_create=True, ends_with_resource=True)


def _create_oidc(_name: str, properties: Properties) -> dict[str, Any]:
    return {
        "Url": properties.get("Url"),
        "ClientIDList": properties.get("ClientIdList"),
        "ThumbprintList": properties.get("ThumbprintList"),
        "Tags": properties.get("Tags"),
    }


def _delete_oidc(target: Target) -> None:
    call("DeleteOpenIDConnectProvider", **{_OIDC_ARN: target.physical_id})


OIDC_PROVIDER = ResourceType(
    name="AWS::IAM::OIDCProvider",
    required=frozenset(),
    optional=frozenset({"ClientIdList", "Tags", "ThumbprintList", "Url"}),
    replacing=("Url",),
    create=Create("CreateOpenIDConnectProvider", _create_oidc, physical_id=_OIDC_ARN, attributes={"Arn": _OIDC_ARN}),
    parts=(
        Part("ClientIdList", _client_ids, _apply_client_id, with_create=True, ends_with_resource=True),
        single("ThumbprintList", _apply_thumbprints),
        _tags("OpenIDConnectProvider", _OIDC_ARN),
    ),
    delete=_delete_oidc,
    stack_tags=True,
)

SAML_PROVIDER = ResourceType(
    name="AWS::IAM::SAMLProvider",
    required=frozenset(),
    optional=frozenset({"Name", "SamlMetadataDocument", "Tags"}),
    replacing=("Name",),
    name_property="Name",
    create=Create(
        "CreateSAMLProvider",
        lambda name, properties: {
            "Name": name,
            "SAMLMetadataDocument": properties.get("SamlMetadataDocument"),
            "Tags": properties.get("Tags"),
        },
        physical_id=_SAML_ARN,
        attributes={"Arn": _SAML_ARN},
    ),
    parts=(single("SamlMetadataDocument", _apply_metadata), _tags("SAMLProvider", _SAML_ARN)),
    delete=lambda target: call_unless_gone("DeleteSAMLProvider", **{_SAML_ARN: target.physical_id}),
    stack_tags=True,
)
