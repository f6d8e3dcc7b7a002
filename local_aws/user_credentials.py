"""What a user may have beside keys, a password and MFA devices: SSH keys, signing certificates, service credentials.

AWS: IAM API Reference, UploadSSHPublicKey, UploadSigningCertificate, CreateServiceSpecificCredential and their
neighbours; each of them keeps its user from being deleted (delete_conflicts.py). Stock MiniStack has none of them.
Hook: entries of `_IAM_HANDLERS`; they are kept in the user's record, so that they move with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import ssl
import string
from collections.abc import Iterable
from typing import Any

from local_aws import unique_ids, upstream
from local_aws.iam_answers import Answer, element, elements, install_actions, structures
from local_aws.iam_api import IamError, Parameters, parameter

SSH_KEYS = "SSHPublicKeys"
CERTIFICATES = "SigningCertificates"
SERVICE_CREDENTIALS = "ServiceSpecificCredentials"
# IAM User Guide, reference_iam-quotas.
_QUOTAS = {SSH_KEYS: ("SSHPublicKeysPerUser", 5), CERTIFICATES: ("CertificatesPerUser", 2)}
_CREDENTIALS_FOR_A_SERVICE = 2
_SERVICES = ("cassandra.amazonaws.com", "codecommit.amazonaws.com")
_ID_CHARACTERS = string.ascii_uppercase + string.digits


def install() -> None:
    """Add the actions."""
    install_actions(_ACTIONS)


def of_user(user: Any, kind: str) -> list[str]:
    """The ids of what a user's record holds of a kind (SSH_KEYS, CERTIFICATES, SERVICE_CREDENTIALS)."""
    return list((user or {}).get(kind) or ())


def _upload_ssh_key(parameters: Parameters) -> str:
    body, user = parameter(parameters, "SSHPublicKeyBody").strip(), _user(parameters)
    fingerprint = _fingerprint(body)
    if any(key["Fingerprint"] == fingerprint for key in _held(user, SSH_KEYS).values()):
        raise IamError("DuplicateSSHPublicKey", "The SSH public key is already associated with the user.")
    key = {
        "SSHPublicKeyId": unique_ids.principal_id("APKA"),
        "Fingerprint": fingerprint,
        "SSHPublicKeyBody": body,
        "Status": "Active",
        "UploadDate": _iam()._now(),
    }
    _add(user, SSH_KEYS, key["SSHPublicKeyId"], key)
    return f"<SSHPublicKey>{_ssh_key(user, key)}</SSHPublicKey>"


def _fingerprint(body: str) -> str:
    """MD5 in pairs of hexadecimal digits, as ssh-keygen writes it."""
    kind, _, rest = body.partition(" ")
    try:
        data = base64.b64decode(rest.partition(" ")[0], validate=True)
    except (binascii.Error, ValueError):
        data = b""
    named = len(kind).to_bytes(4, "big") + kind.encode()
    if kind not in ("ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256") or not data.startswith(named):
        raise IamError("InvalidPublicKey", "The public key is not valid.")
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def _get_ssh_key(parameters: Parameters) -> str:
    user, key = _existing(parameters, SSH_KEYS, "SSHPublicKeyId")
    if parameter(parameters, "Encoding") != "SSH":
        raise IamError("UnrecognizedPublicKeyEncoding", "The embedded AWS gives SSH keys in the encoding SSH only.")
    return f"<SSHPublicKey>{_ssh_key(user, key)}</SSHPublicKey>"


def _ssh_key(user: Any, key: Any) -> str:
    names = ("SSHPublicKeyId", "Fingerprint", "SSHPublicKeyBody", "Status", "UploadDate")
    return elements(user, "UserName") + elements(key, *names)


def _list_ssh_keys(parameters: Parameters) -> str:
    user = _user(parameters)
    names = ("SSHPublicKeyId", "Status", "UploadDate")
    return _listed(SSH_KEYS, (_entry(user, key, *names) for key in _held(user, SSH_KEYS).values()))


def _upload_certificate(parameters: Parameters) -> str:
    body, user = parameter(parameters, "CertificateBody").strip(), _user(parameters)
    try:
        der = ssl.PEM_cert_to_DER_cert(body)
    except ValueError:
        der = b""
    # A certificate is a sequence (X.690, 8.9), and its first member another one.
    if der[:1] != b"\x30" or len(der) < 64:
        raise IamError("MalformedCertificate", "Unable to parse certificate. Please ensure the certificate is in PEM.")
    if any(held["CertificateBody"] == body for held in _held(user, CERTIFICATES).values()):
        raise IamError("DuplicateCertificate", "The certificate is already associated with the user.")
    certificate = {
        "CertificateId": "".join(secrets.choice(_ID_CHARACTERS) for _ in range(32)),
        "CertificateBody": body,
        "Status": "Active",
        "UploadDate": _iam()._now(),
    }
    _add(user, CERTIFICATES, certificate["CertificateId"], certificate)
    return f"<Certificate>{_certificate(user, certificate)}</Certificate>"


def _certificate(user: Any, certificate: Any) -> str:
    return _entry(user, certificate, "CertificateId", "CertificateBody", "Status", "UploadDate")


def _list_certificates(parameters: Parameters) -> str:
    user = _user(parameters)
    return _listed("Certificates", (_certificate(user, held) for held in _held(user, CERTIFICATES).values()))


def _create_service_credential(parameters: Parameters) -> str:
    service, user = parameter(parameters, "ServiceName"), _user(parameters)
    if service not in _SERVICES:
        raise IamError(
            "NotSupportedService", f"No such service {service} is supported for Service Specific Credentials"
        )
    held = [each for each in _held(user, SERVICE_CREDENTIALS).values() if each["ServiceName"] == service]
    if len(held) >= _CREDENTIALS_FOR_A_SERVICE:
        raise IamError(
            "LimitExceeded",
            f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {_CREDENTIALS_FOR_A_SERVICE}",
        )
    account = upstream.module("core.responses").get_account_id()
    number = f"+{len(held)}" if held else ""
    credential = {
        "CreateDate": _iam()._now(),
        "ServiceName": service,
        "ServiceUserName": f"{user['UserName']}{number}-at-{account}",
        "ServiceSpecificCredentialId": unique_ids.principal_id("ACCA"),
        "Status": "Active",
    }
    _add(user, SERVICE_CREDENTIALS, credential["ServiceSpecificCredentialId"], credential)
    return _with_password(user, credential)


def _reset_service_credential(parameters: Parameters) -> str:
    return _with_password(*_existing(parameters, SERVICE_CREDENTIALS, "ServiceSpecificCredentialId"))


def _with_password(user: Any, credential: Any) -> str:
    # It opens nothing here, so that nothing has to keep it.
    password = base64.b64encode(secrets.token_bytes(32)).decode()
    inner = _service_credential(user, credential) + element("ServicePassword", password)
    return f"<ServiceSpecificCredential>{inner}</ServiceSpecificCredential>"


def _list_service_credentials(parameters: Parameters) -> str:
    user, service = _user(parameters), parameter(parameters, "ServiceName")
    held = _held(user, SERVICE_CREDENTIALS).values()
    found = (each for each in held if service in ("", each["ServiceName"]))
    return _listed(SERVICE_CREDENTIALS, (_service_credential(user, each) for each in found))


def _service_credential(user: Any, credential: Any) -> str:
    names = ("CreateDate", "ServiceName", "ServiceUserName", "ServiceSpecificCredentialId", "Status")
    return _entry(user, credential, *names)


def _update(kind: str, id_parameter: str) -> Answer:
    def update(parameters: Parameters) -> str:
        _user_record, found = _existing(parameters, kind, id_parameter)
        found["Status"] = parameter(parameters, "Status")
        return ""

    return update


def _delete(kind: str, id_parameter: str) -> Answer:
    def delete(parameters: Parameters) -> str:
        user, found = _existing(parameters, kind, id_parameter)
        user[kind] = {key: each for key, each in user[kind].items() if each is not found}
        return ""

    return delete


def _user(parameters: Parameters) -> Any:
    name = parameter(parameters, "UserName")
    user = _iam()._users.get(name)
    if user is None:
        raise IamError("NoSuchEntity", f"The user with name {name} cannot be found.")
    return user


def _held(user: Any, kind: str) -> dict[str, Any]:
    held: dict[str, Any] = user.get(kind) or {}
    return held


def _existing(parameters: Parameters, kind: str, id_parameter: str) -> tuple[Any, Any]:
    user, wanted = _user(parameters), parameter(parameters, id_parameter)
    found = _held(user, kind).get(wanted)
    if found is None:
        raise IamError("NoSuchEntity", f"The {_NAMES[kind]} with id {wanted} cannot be found.")
    return user, found


def _add(user: Any, kind: str, new_id: str, record: Any) -> None:
    held = {**_held(user, kind), new_id: record}
    name, quota = _QUOTAS.get(kind, ("", len(held)))
    if len(held) > quota:
        raise IamError("LimitExceeded", f"Cannot exceed quota for {name}: {quota}")
    user[kind] = held


def _entry(user: Any, record: Any, *names: str) -> str:
    return elements(user, "UserName") + elements(record, *names)


def _listed(name: str, found: Iterable[str]) -> str:
    return structures(name, found) + element("IsTruncated", "false")


def _iam() -> Any:
    return upstream.module("services.iam")


_NAMES = {
    SSH_KEYS: "Public Key",
    CERTIFICATES: "Certificate",
    SERVICE_CREDENTIALS: "service specific credential",
}
_ACTIONS: dict[str, Answer] = {
    "UploadSSHPublicKey": _upload_ssh_key,
    "GetSSHPublicKey": _get_ssh_key,
    "ListSSHPublicKeys": _list_ssh_keys,
    "UpdateSSHPublicKey": _update(SSH_KEYS, "SSHPublicKeyId"),
    "DeleteSSHPublicKey": _delete(SSH_KEYS, "SSHPublicKeyId"),
    "UploadSigningCertificate": _upload_certificate,
    "ListSigningCertificates": _list_certificates,
    "UpdateSigningCertificate": _update(CERTIFICATES, "CertificateId"),
    "DeleteSigningCertificate": _delete(CERTIFICATES, "CertificateId"),
    "CreateServiceSpecificCredential": _create_service_credential,
    "ListServiceSpecificCredentials": _list_service_credentials,
    "UpdateServiceSpecificCredential": _update(SERVICE_CREDENTIALS, "ServiceSpecificCredentialId"),
    "ResetServiceSpecificCredential": _reset_service_credential,
    "DeleteServiceSpecificCredential": _delete(SERVICE_CREDENTIALS, "ServiceSpecificCredentialId"),
}
