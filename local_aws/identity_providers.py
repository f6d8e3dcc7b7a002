"""IAM's OpenID Connect and SAML identity providers.

AWS: IAM API Reference, CreateOpenIDConnectProvider and CreateSAMLProvider with their neighbours: the URL begins with
https:// and has neither port nor query; at most 100 client ids and 5 thumbprints; SAML metadata has to describe an
identity provider; providers have tags. Stock MiniStack takes any URL and any text for metadata, and lacks
UpdateOpenIDConnectProviderThumbprint, AddClientIDToOpenIDConnectProvider, RemoveClientIDFrom…, and the tags. (Where no
thumbprint is given, AWS fetches the provider's certificate; here the list stays empty.)
Hook: entries of `_IAM_HANDLERS`; the records stay in `_oidc_providers` and `_saml_providers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from local_aws import upstream
from local_aws.iam_answers import (
    Answer,
    element,
    elements,
    install_actions,
    tags_element,
    texts,
    with_tags,
    without_tags,
)
from local_aws.iam_api import IamError, Parameters, check_before, members, parameter

_CLIENT_IDS = 100
_THUMBPRINTS = 5
_PROVIDERS = 100
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
# IAM gives a provider's metadata a hundred years.
_VALID_SECONDS = 100 * 365 * 24 * 3600


def install() -> None:
    """Put these in the place of MiniStack's, and add those that it lacks."""
    install_actions(_ACTIONS)
    check_before(("CreateSAMLProvider", "UpdateSAMLProvider"), _check_metadata)


def _create_oidc(parameters: Parameters) -> str:
    url = parameter(parameters, "Url")
    parts = urlsplit(url)
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise IamError("ValidationError", "Invalid Open ID Connect Provider URL")
    client_ids, thumbprints = _texts(parameters, "ClientIDList"), _thumbprints(parameters)
    _limit(len(client_ids), _CLIENT_IDS, "ClientIdsPerOpenIdConnectProvider")
    providers = _iam()._oidc_providers
    arn = f"arn:aws:iam::{_account()}:oidc-provider/{url.removeprefix('https://')}"
    if arn in providers:
        raise IamError("EntityAlreadyExists", f"Provider with url {url} already exists.")
    _limit(len(providers) + 1, _PROVIDERS, "OpenIdConnectProvidersPerAccount")
    record = {
        "Arn": arn,
        "Url": url,
        "ClientIDList": client_ids,
        "ThumbprintList": thumbprints,
        "CreateDate": _iam()._now(),
        "Tags": with_tags([], parameters),
    }
    providers[arn] = record
    return element("OpenIDConnectProviderArn", arn) + (tags_element(record["Tags"]) if record["Tags"] else "")


def _get_oidc(parameters: Parameters) -> str:
    record = _oidc(parameters)
    return (
        element("Url", record["Url"].removeprefix("https://"))
        + element("CreateDate", record["CreateDate"])
        + texts("ClientIDList", record["ClientIDList"])
        + texts("ThumbprintList", record["ThumbprintList"])
        + tags_element(record["Tags"])
    )


def _delete_oidc(parameters: Parameters) -> str:
    # "This operation is idempotent; it does not fail or return an error if … a provider … does not exist."
    _iam()._oidc_providers.pop(parameter(parameters, "OpenIDConnectProviderArn"), None)
    return ""


def _update_thumbprints(parameters: Parameters) -> str:
    _oidc(parameters)["ThumbprintList"] = _thumbprints(parameters)
    return ""


def _add_client_id(parameters: Parameters) -> str:
    record, client_id = _oidc(parameters), parameter(parameters, "ClientID")
    known = {*record["ClientIDList"], client_id}
    _limit(len(known), _CLIENT_IDS, "ClientIdsPerOpenIdConnectProvider")
    if client_id not in record["ClientIDList"]:
        record["ClientIDList"] = [*record["ClientIDList"], client_id]
    return ""


def _remove_client_id(parameters: Parameters) -> str:
    record, client_id = _oidc(parameters), parameter(parameters, "ClientID")
    record["ClientIDList"] = [each for each in record["ClientIDList"] if each != client_id]
    return ""


def _texts(parameters: Parameters, name: str) -> list[str]:
    return [member[""] for member in members(parameters, name)]


def _thumbprints(parameters: Parameters) -> list[str]:
    found = _texts(parameters, "ThumbprintList")
    if len(found) > _THUMBPRINTS:
        raise IamError("InvalidInput", "Thumbprint list must contain fewer than 5 entries.")
    return found


def _check_metadata(parameters: Parameters) -> None:
    text = parameter(parameters, "SAMLMetadataDocument")
    if text and not _is_identity_provider(text):
        raise IamError("InvalidInput", "Could not parse metadata")


def _is_identity_provider(text: str) -> bool:
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - the parser limits what entities expand to
    except ElementTree.ParseError:
        return False
    descriptor = root.find(f"{_METADATA}IDPSSODescriptor")
    return root.tag == f"{_METADATA}EntityDescriptor" and bool(root.get("entityID")) and descriptor is not None


def _create_saml(parameters: Parameters) -> str:
    name, providers = parameter(parameters, "Name"), _iam()._saml_providers
    arn = f"arn:aws:iam::{_account()}:saml-provider/{name}"
    if arn in providers:
        raise IamError("EntityAlreadyExists", f"SAMLProvider with name {name} already exists.")
    _limit(len(providers) + 1, _PROVIDERS, "SAMLProvidersPerAccount")
    record = {
        "Arn": arn,
        "Name": name,
        "SAMLMetadataDocument": parameter(parameters, "SAMLMetadataDocument"),
        "CreateDate": _iam()._now(),
        "ValidUntil": _iam()._future(_VALID_SECONDS),
        "Tags": with_tags([], parameters),
    }
    providers[arn] = record
    return element("SAMLProviderArn", arn) + (tags_element(record["Tags"]) if record["Tags"] else "")


def _get_saml(parameters: Parameters) -> str:
    record = _saml(parameters)
    return elements(record, "SAMLMetadataDocument", "CreateDate", "ValidUntil") + tags_element(record["Tags"])


def _update_saml(parameters: Parameters) -> str:
    record = _saml(parameters)
    record["SAMLMetadataDocument"] = parameter(parameters, "SAMLMetadataDocument") or record["SAMLMetadataDocument"]
    return element("SAMLProviderArn", record["Arn"])


def _delete_saml(parameters: Parameters) -> str:
    del _iam()._saml_providers[_saml(parameters)["Arn"]]
    return ""


def _oidc(parameters: Parameters) -> Any:
    arn = parameter(parameters, "OpenIDConnectProviderArn")
    record = _iam()._oidc_providers.get(arn)
    if record is None:
        raise IamError("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}")
    return record


def _saml(parameters: Parameters) -> Any:
    arn = parameter(parameters, "SAMLProviderArn")
    record = _iam()._saml_providers.get(arn)
    if record is None:
        raise IamError("NoSuchEntity", f"Manifest not found for arn {arn}")
    return record


def _tag(find: Callable[[Parameters], Any], parameters: Parameters) -> str:
    record = find(parameters)
    record["Tags"] = with_tags(record["Tags"], parameters)
    return ""


def _untag(find: Callable[[Parameters], Any], parameters: Parameters) -> str:
    record = find(parameters)
    record["Tags"] = without_tags(record["Tags"], parameters)
    return ""


def _list_tags(find: Callable[[Parameters], Any], parameters: Parameters) -> str:
    return tags_element(find(parameters)["Tags"]) + element("IsTruncated", "false")


def _limit(count: int, quota: int, name: str) -> None:
    if count > quota:
        raise IamError("LimitExceeded", f"Cannot exceed quota for {name}: {quota}")


def _account() -> str:
    account: str = upstream.module("core.responses").get_account_id()
    return account


def _iam() -> Any:
    return upstream.module("services.iam")


_ACTIONS: dict[str, Answer] = {
    "CreateOpenIDConnectProvider": _create_oidc,
    "GetOpenIDConnectProvider": _get_oidc,
    "DeleteOpenIDConnectProvider": _delete_oidc,
    "UpdateOpenIDConnectProviderThumbprint": _update_thumbprints,
    "AddClientIDToOpenIDConnectProvider": _add_client_id,
    "RemoveClientIDFromOpenIDConnectProvider": _remove_client_id,
    "TagOpenIDConnectProvider": partial(_tag, _oidc),
    "UntagOpenIDConnectProvider": partial(_untag, _oidc),
    "ListOpenIDConnectProviderTags": partial(_list_tags, _oidc),
    "CreateSAMLProvider": _create_saml,
    "GetSAMLProvider": _get_saml,
    "UpdateSAMLProvider": _update_saml,
    "DeleteSAMLProvider": _delete_saml,
    "TagSAMLProvider": partial(_tag, _saml),
    "UntagSAMLProvider": partial(_untag, _saml),
    "ListSAMLProviderTags": partial(_list_tags, _saml),
}
