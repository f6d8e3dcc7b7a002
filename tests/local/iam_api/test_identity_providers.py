"""OpenID Connect and SAML identity providers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, policy, refusal
from tests.local.saml import metadata

HOME = "arn:aws:iam::123456789012"
THUMBPRINT = "a" * 40


@pytest.fixture
def url(name: Name) -> str:
    return f"https://{name('idp')}.example.com/path"


def oidc(iam: Any, url: str, **more: Any) -> str:
    return str(iam.create_open_id_connect_provider(Url=url, **more)["OpenIDConnectProviderArn"])


def test_an_oidc_provider(iam: Any, url: str) -> None:
    tags = [{"Key": "team", "Value": "blue"}]
    arn = oidc(iam, url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=[THUMBPRINT], Tags=tags)
    host = url.removeprefix("https://")
    assert arn == f"{HOME}:oidc-provider/{host}"
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (found["Url"], found["ClientIDList"], found["ThumbprintList"], found["Tags"]) == (
        host,
        ["sts.amazonaws.com"],
        [THUMBPRINT],
        tags,
    )
    assert {"Arn": arn} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert refusal(iam.create_open_id_connect_provider, Url=url) == (
        "EntityAlreadyExists",
        f"Provider with url {url} already exists.",
    )
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert refusal(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn) == (
        "NoSuchEntity",
        f"OpenIDConnect Provider not found for arn {arn}",
    )
    # "This operation is idempotent."
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@pytest.mark.parametrize(
    "bad",
    [
        "http://{}",
        "{}",
        "https://{}:443",
        "https://{}?x=1",
        "https://",
        "https://user@{}",
    ],
)
def test_urls(iam: Any, name: Name, bad: str) -> None:
    host = f"{name('idp')}.example.com"
    assert refusal(iam.create_open_id_connect_provider, Url=bad.format(host)) == (
        "ValidationError",
        "Invalid Open ID Connect Provider URL",
    )
    assert oidc(iam, f"https://{host}")


def test_client_ids_and_thumbprints(iam: Any, url: str) -> None:
    arn = oidc(iam, url, ClientIDList=["one"])
    where = {"OpenIDConnectProviderArn": arn}
    for _ in range(2):
        iam.add_client_id_to_open_id_connect_provider(**where, ClientID="two")
    iam.remove_client_id_from_open_id_connect_provider(**where, ClientID="one")
    iam.remove_client_id_from_open_id_connect_provider(**where, ClientID="none")
    update = iam.update_open_id_connect_provider_thumbprint
    assert refusal(update, **where, ThumbprintList=["a" * 39])[0] == "ValidationError"
    assert refusal(update, **where, ThumbprintList=[f"{n}" * 40 for n in range(6)]) == (
        "InvalidInput",
        "Thumbprint list must contain fewer than 5 entries.",
    )
    update(**where, ThumbprintList=[f"{n}" * 40 for n in range(5)])
    found = iam.get_open_id_connect_provider(**where)
    assert (found["ClientIDList"], len(found["ThumbprintList"])) == (["two"], 5)
    for number in range(99):
        iam.add_client_id_to_open_id_connect_provider(**where, ClientID=f"c{number}")
    add = iam.add_client_id_to_open_id_connect_provider
    assert refusal(add, **where, ClientID="one-more") == (
        "LimitExceeded",
        "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
    )
    add(**where, ClientID="two")


def test_a_saml_provider(iam: Any, name: Name) -> None:
    provider, tags = name("idp"), [{"Key": "team", "Value": "blue"}]
    create = iam.create_saml_provider
    arn = create(Name=provider, SAMLMetadataDocument=metadata(), Tags=tags)["SAMLProviderArn"]
    assert arn == f"{HOME}:saml-provider/{provider}"
    found = iam.get_saml_provider(SAMLProviderArn=arn)
    assert (found["SAMLMetadataDocument"], found["Tags"]) == (metadata(), tags)
    assert refusal(create, Name=provider, SAMLMetadataDocument=metadata())[0] == "EntityAlreadyExists"
    other = metadata("https://other.example.com")
    iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=other)
    assert iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"] == other
    iam.delete_saml_provider(SAMLProviderArn=arn)
    assert refusal(iam.get_saml_provider, SAMLProviderArn=arn) == ("NoSuchEntity", f"Manifest not found for arn {arn}")
    assert refusal(iam.delete_saml_provider, SAMLProviderArn=arn)[0] == "NoSuchEntity"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<EntityDescriptor/>", "ValidationError"),
        ("x" * 1000, "InvalidInput"),
        (metadata(descriptor="SPSSODescriptor"), "InvalidInput"),
        (metadata(entity=""), "InvalidInput"),
    ],
)
def test_metadata(iam: Any, name: Name, document: str, code: str) -> None:
    create = iam.create_saml_provider
    refused = refusal(create, Name=name("idp"), SAMLMetadataDocument=document)
    assert refused[0] == code
    assert code == "ValidationError" or refused[1] == "Could not parse metadata"
    arn = create(Name=name("idp"), SAMLMetadataDocument=metadata())["SAMLProviderArn"]
    assert refusal(iam.update_saml_provider, SAMLProviderArn=arn, SAMLMetadataDocument=document)[0] == code


@pytest.mark.parametrize("kind", ["open_id_connect_provider", "saml_provider"])
def test_tags(iam: Any, url: str, name: Name, kind: str) -> None:
    if kind == "saml_provider":
        made = iam.create_saml_provider(Name=name("idp"), SAMLMetadataDocument=metadata())
        where = {"SAMLProviderArn": made["SAMLProviderArn"]}
    else:
        where = {"OpenIDConnectProviderArn": oidc(iam, url)}
    tag, listed = getattr(iam, f"tag_{kind}"), getattr(iam, f"list_{kind}_tags")
    tag(**where, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    tag(**where, Tags=[{"Key": "A", "Value": "2"}])
    assert listed(**where)["Tags"] == [{"Key": "A", "Value": "2"}, {"Key": "b", "Value": ""}]
    getattr(iam, f"untag_{kind}")(**where, TagKeys=["a"])
    assert listed(**where)["Tags"] == [{"Key": "b", "Value": ""}]


def test_the_resource_of_a_decision(admin: Caller, new_user: NewUser, name: Name) -> None:
    host, provider = f"{name('idp')}.example.com", name("idp")
    may = allow(
        ["iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider", "iam:GetOpenIDConnectProvider"],
        [f"{HOME}:oidc-provider/{host}", f"{HOME}:saml-provider/{provider}"],
    )
    iam = new_user(policy(may)).client("iam")
    arn = oidc(iam, f"https://{host}")
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["Url"] == host
    assert iam.create_saml_provider(Name=provider, SAMLMetadataDocument=metadata())
    code, message = refusal(iam.create_open_id_connect_provider, Url=f"https://x.{host}")
    assert (code, f"on resource: {HOME}:oidc-provider/x.{host}" in message) == ("AccessDenied", True)
    other = refusal(iam.create_saml_provider, Name=name("idp"), SAMLMetadataDocument=metadata())
    assert other[0] == "AccessDenied"
    tags = [{"Key": "a", "Value": "b"}]
    assert (
        "iam:TagOpenIDConnectProvider"
        in refusal(iam.create_open_id_connect_provider, Url=f"https://{host}", Tags=tags)[1]
    )
