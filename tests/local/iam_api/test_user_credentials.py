"""SSH keys, signing certificates and service credentials of users."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.local.callers import Name, NewUser, allow, policy, refusal
from tests.local.key_material import certificate, ssh_key


def conflict(what: str) -> tuple[str, str]:
    return "DeleteConflict", f"Cannot delete entity, must delete {what} first."


def test_ssh_keys(iam: Any, user: str) -> None:
    upload = iam.upload_ssh_public_key
    made = upload(UserName=user, SSHPublicKeyBody=ssh_key("a"))["SSHPublicKey"]
    assert (made["Status"], made["UserName"], made["SSHPublicKeyBody"]) == ("Active", user, ssh_key("a"))
    assert re.fullmatch(r"(?:[0-9a-f]{2}:){15}[0-9a-f]{2}", made["Fingerprint"])
    assert re.fullmatch(r"APKA[A-Z2-7]{17}", made["SSHPublicKeyId"])
    key = {"UserName": user, "SSHPublicKeyId": made["SSHPublicKeyId"]}
    assert refusal(upload, UserName=user, SSHPublicKeyBody=ssh_key("a"))[0] == "DuplicateSSHPublicKey"
    assert refusal(upload, UserName=user, SSHPublicKeyBody="ssh-rsa nothing")[0] == "InvalidPublicKey"
    assert refusal(upload, UserName="nobody", SSHPublicKeyBody=ssh_key("b"))[0] == "NoSuchEntity"
    iam.update_ssh_public_key(**key, Status="Inactive")
    listed = iam.list_ssh_public_keys(UserName=user)["SSHPublicKeys"]
    assert [(each["SSHPublicKeyId"], each["Status"]) for each in listed] == [(key["SSHPublicKeyId"], "Inactive")]
    found = iam.get_ssh_public_key(**key, Encoding="SSH")["SSHPublicKey"]
    assert found["Fingerprint"] == made["Fingerprint"]
    assert refusal(iam.delete_user, UserName=user) == conflict("SSH public keys")
    iam.delete_ssh_public_key(**key)
    assert refusal(iam.delete_ssh_public_key, **key)[0] == "NoSuchEntity"
    iam.delete_user(UserName=user)


def test_signing_certificates(iam: Any, user: str) -> None:
    upload = iam.upload_signing_certificate
    made = upload(UserName=user, CertificateBody=certificate("a"))["Certificate"]
    assert (made["Status"], made["UserName"], made["CertificateBody"]) == ("Active", user, certificate("a"))
    given = {"UserName": user, "CertificateId": made["CertificateId"]}
    assert refusal(upload, UserName=user, CertificateBody=certificate("a"))[0] == "DuplicateCertificate"
    assert refusal(upload, UserName=user, CertificateBody="nothing")[0] == "MalformedCertificate"
    upload(UserName=user, CertificateBody=certificate("b"))
    assert refusal(upload, UserName=user, CertificateBody=certificate("c")) == (
        "LimitExceeded",
        "Cannot exceed quota for CertificatesPerUser: 2",
    )
    iam.update_signing_certificate(**given, Status="Inactive")
    listed = iam.list_signing_certificates(UserName=user)["Certificates"]
    assert [each["Status"] for each in listed] == ["Inactive", "Active"]
    for each in listed:
        assert refusal(iam.delete_user, UserName=user) == conflict("signing certificates")
        iam.delete_signing_certificate(UserName=user, CertificateId=each["CertificateId"])
    iam.delete_user(UserName=user)


def test_service_credentials(iam: Any, user: str) -> None:
    create, service = iam.create_service_specific_credential, "codecommit.amazonaws.com"
    made = [create(UserName=user, ServiceName=service)["ServiceSpecificCredential"] for _ in range(2)]
    first, second = made
    assert first["ServiceUserName"] == f"{user}-at-123456789012"
    assert first["ServicePassword"] != second["ServicePassword"]
    assert refusal(create, UserName=user, ServiceName=service)[0] == "LimitExceeded"
    assert create(UserName=user, ServiceName="cassandra.amazonaws.com")
    assert refusal(create, UserName=user, ServiceName="s3.amazonaws.com")[0] == "NotSupportedService"
    given = {"UserName": user, "ServiceSpecificCredentialId": first["ServiceSpecificCredentialId"]}
    reset = iam.reset_service_specific_credential(**given)["ServiceSpecificCredential"]
    assert reset["ServicePassword"] != first["ServicePassword"]
    iam.update_service_specific_credential(**given, Status="Inactive")
    listed = iam.list_service_specific_credentials(UserName=user, ServiceName=service)["ServiceSpecificCredentials"]
    assert [each["Status"] for each in listed] == ["Inactive", "Active"]
    assert not any("ServicePassword" in each for each in listed)
    for each in iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]:
        assert refusal(iam.delete_user, UserName=user) == conflict("service specific credentials")
        iam.delete_service_specific_credential(
            UserName=user, ServiceSpecificCredentialId=each["ServiceSpecificCredentialId"]
        )
    iam.delete_user(UserName=user)


def test_they_move_with_a_renamed_user(iam: Any, name: Name, user: str) -> None:
    iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=ssh_key("a"))
    iam.update_user(UserName=user, NewUserName=(renamed := name("renamed")))
    assert iam.list_ssh_public_keys(UserName=renamed)["SSHPublicKeys"][0]["UserName"] == renamed


@pytest.mark.parametrize(
    ("operation", "listed", "action"),
    [
        ("list_ssh_public_keys", "SSHPublicKeys", "iam:ListSSHPublicKeys"),
        ("list_signing_certificates", "Certificates", "iam:ListSigningCertificates"),
        ("list_service_specific_credentials", "ServiceSpecificCredentials", "iam:ListServiceSpecificCredentials"),
    ],
)
def test_without_a_name_they_are_the_callers(new_user: NewUser, operation: str, listed: str, action: str) -> None:
    own = "arn:aws:iam::123456789012:user/${aws:username}"
    allowed, refused = new_user(policy(allow(action, own))).client("iam"), new_user().client("iam")
    assert getattr(allowed, operation)()[listed] == []
    assert refusal(getattr(refused, operation))[0] == "AccessDenied"
