"""`AWS::IAM::OIDCProvider`, `SAMLProvider`, `VirtualMFADevice` and `ServiceLinkedRole`."""

from __future__ import annotations

from typing import Any

from tests.local.callers import Caller, Name, NewUser, allow, give_mfa_device, policy
from tests.local.saml import metadata
from tests.local.stacks import NewStack, att, exists, ref, resource

HOME = "arn:aws:iam::123456789012"


def test_an_oidc_provider(iam: Any, new_stack: NewStack, name: Name) -> None:
    host = f"{name('idp')}.example.com"

    def resources(*client_ids: str, **more: Any) -> dict[str, Any]:
        return {"Idp": resource("IAM::OIDCProvider", Url=f"https://{host}", ClientIdList=list(client_ids), **more)}

    stack, outputs = new_stack(), {"Ref": ref("Idp"), "Arn": att("Idp", "Arn")}
    before = resources("one", "two", ThumbprintList=["a" * 40], Tags=[{"Key": "a", "Value": "1"}])
    assert stack.create(before, outputs, Tags=[{"Key": "team", "Value": "blue"}]) == "CREATE_COMPLETE"
    arn = f"{HOME}:oidc-provider/{host}"
    assert stack.outputs == {"Ref": arn, "Arn": arn}
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == {"a": "1", "team": "blue"}
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="foreign")
    after = resources("two", "three", ThumbprintList=["b" * 40])
    assert stack.update(after, outputs) == "UPDATE_COMPLETE"
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (sorted(found["ClientIDList"]), found["ThumbprintList"]) == (["foreign", "three", "two"], ["b" * 40])
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn)


def test_a_url_that_is_taken_or_none(iam: Any, new_stack: NewStack, name: Name) -> None:
    url = f"https://{name('idp')}.example.com"
    iam.create_open_id_connect_provider(Url=url)
    for given, message in ((url, "already exists."), ("http://x", "Invalid Open ID Connect Provider URL")):
        stack = new_stack()
        assert stack.create({"Idp": resource("IAM::OIDCProvider", Url=given)}) == "ROLLBACK_COMPLETE"
        assert message in stack.reason("Idp", "CREATE_FAILED")


def test_a_saml_provider(iam: Any, new_stack: NewStack, name: Name) -> None:
    provider = name("idp")

    def resources(document: str) -> dict[str, Any]:
        return {"Idp": resource("IAM::SAMLProvider", Name=provider, SamlMetadataDocument=document)}

    stack, outputs = new_stack(), {"Ref": ref("Idp"), "Arn": att("Idp", "Arn")}
    assert stack.create(resources(metadata()), outputs) == "CREATE_COMPLETE"
    arn = f"{HOME}:saml-provider/{provider}"
    assert stack.outputs == {"Ref": arn, "Arn": arn}
    other = metadata("https://other.example.com")
    assert stack.update(resources(other), outputs) == "UPDATE_COMPLETE"
    assert iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"] == other
    assert stack.update(resources("x" * 1000)) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Could not parse metadata" in stack.reason("Idp", "UPDATE_FAILED")
    assert iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"] == other
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_saml_provider, SAMLProviderArn=arn)


def test_a_virtual_mfa_device(admin: Caller, iam: Any, new_stack: NewStack, name: Name) -> None:
    james, device = name("James"), name("device")

    def resources(*tags: dict[str, str]) -> dict[str, Any]:
        given = {"VirtualMfaDeviceName": device, "Users": [ref("User")], "Tags": list(tags)}
        return {
            "User": resource("IAM::User", UserName=james),
            "Device": resource("IAM::VirtualMFADevice", **given),
        }

    serial = f"{HOME}:mfa/{device}"
    stack, outputs = new_stack(), {"Ref": ref("Device"), "Serial": att("Device", "SerialNumber")}
    assert stack.create(resources({"Key": "a", "Value": "1"}), outputs) == "CREATE_COMPLETE"
    assert stack.outputs == {"Ref": serial, "Serial": serial}
    assert [each["SerialNumber"] for each in iam.list_mfa_devices(UserName=james)["MFADevices"]] == [serial]
    assert stack.update(resources({"Key": "b", "Value": "2"}), outputs) == "UPDATE_COMPLETE"
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "b", "Value": "2"}]
    other = give_mfa_device(admin, james, name("device"))
    assert stack.delete() == "DELETE_FAILED"
    assert "must delete MFA device first" in stack.reason("User", "DELETE_FAILED")
    iam.deactivate_mfa_device(UserName=james, SerialNumber=other)
    assert stack.delete() == "DELETE_COMPLETE"
    assert serial not in {each["SerialNumber"] for each in iam.list_virtual_mfa_devices()["VirtualMFADevices"]}


def test_a_device_is_one_users(iam: Any, new_stack: NewStack, name: Name) -> None:
    users = [name("James"), name("Jim")]
    for user in users:
        iam.create_user(UserName=user)
    stack = new_stack()
    assert stack.create({"Device": resource("IAM::VirtualMFADevice", Users=users)}) == "ROLLBACK_COMPLETE"
    assert "already in use" in stack.reason("Device", "CREATE_FAILED")
    assert [iam.list_mfa_devices(UserName=user)["MFADevices"] for user in users] == [[], []]


def test_a_service_linked_role(iam: Any, new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    suffix = name("s")

    def resources(description: str) -> dict[str, Any]:
        given = {"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": suffix, "Description": description}
        return {"Role": resource("IAM::ServiceLinkedRole", **given)}

    role = f"AWSServiceRoleForAutoScaling_{suffix}"
    refused = new_stack(new_user(policy(allow("cloudformation:*"), allow("iam:CreateRole"))))
    assert refused.create(resources("a")) == "ROLLBACK_COMPLETE"
    assert "iam:CreateServiceLinkedRole" in refused.reason("Role", "CREATE_FAILED")
    stack, outputs = new_stack(), {"Ref": ref("Role"), "Name": att("Role", "RoleName")}
    assert stack.create(resources("a"), outputs) == "CREATE_COMPLETE"
    assert stack.outputs == {"Ref": role, "Name": role}
    assert stack.update(resources("b"), outputs) == "UPDATE_COMPLETE"
    assert iam.get_role(RoleName=role)["Role"]["Description"] == "b"
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_role, RoleName=role)
