"""IAM operations that name no user are about the user who calls.

AWS: IAM API Reference, UserName of GetUser, CreateAccessKey and others: "If a user name is not specified, IAM
determines the user name implicitly based on the Amazon Web Services access key ID signing the request"; whoever is
no user has to name one. Stock MiniStack answers GetUser with the root user and keeps the access keys of a user
called `default`.
Hook: `app._dispatch_service_request`, before anything reads the parameters; iam_service.py refuses those who are
no users.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

from local_aws import upstream
from local_aws.routing import Headers, Query, service_of

OPERATIONS = frozenset(
    {
        "CreateAccessKey",
        "DeactivateMFADevice",
        "DeleteAccessKey",
        "DeleteLoginProfile",
        "DeleteServiceSpecificCredential",
        "DeleteSigningCertificate",
        "GetLoginProfile",
        "GetMFADevice",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListSigningCertificates",
        "ResetServiceSpecificCredential",
        "UpdateAccessKey",
        "UpdateServiceSpecificCredential",
        "UpdateSigningCertificate",
        "UploadSigningCertificate",
    }
)


def install() -> None:
    """Put the name in where it is left out."""
    dispatch = upstream.module("app")._dispatch_service_request

    async def _dispatch_service_request(
        method: str,
        path: str,
        headers: Headers,
        body: bytes,
        query: Query,
        request_id: str,
    ) -> Any:
        if service_of(method, path, headers, body, query) == "iam":
            parameters = {**query, **parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)}
            # An empty name is none that could be left out: IAM refuses it.
            if parameters.get("Action", [""])[0] in OPERATIONS and "UserName" not in parameters:
                body, query = _with_name(_user_name(headers, query), body, query)
        return await dispatch(method, path, headers, body, query, request_id)

    upstream.replace("app", "_dispatch_service_request", _dispatch_service_request)


def _user_name(headers: Headers, query: Query) -> str | None:
    """The user that the request's key belongs to. Whether the request is signed with it is checked later."""
    key = upstream.module("core.router").extract_access_key_id(headers, query)
    credential = upstream.module("core.iam_evaluator").resolve_credential(key)
    if getattr(credential, "principal_type", None) != "User":
        return None
    name: str = credential.principal_name
    return name


def _with_name(name: str | None, body: bytes, query: Query) -> tuple[bytes, Query]:
    if name is None:
        return body, query
    if "Action" in query:
        return body, {**query, "UserName": [name]}
    return body + b"&" + urlencode({"UserName": name}).encode(), query
