"""Requests written by hand: signed as SDKs sign them, but with whatever content."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.local.callers import REGION, Caller

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Answer = tuple[int, str]


def send(endpoint: str, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """Send a request as it is; returns status and text."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=20)
    try:
        connection.request(method, target, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def signature(
    caller: Caller, service: str, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] = FORM
) -> dict[str, str]:
    """The headers, with those of the signature."""
    request = AWSRequest(method, caller.endpoint + target, data=body, headers=dict(headers))
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    credentials = Credentials(caller.access_key_id, caller.secret_access_key, caller.session_token)
    signer(credentials, service, REGION).add_auth(request)
    return dict(request.headers.items())


def send_signed(
    caller: Caller, service: str, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] = FORM
) -> Answer:
    """Sign a request and send it."""
    return send(caller.endpoint, method, target, signature(caller, service, method, target, body, headers), body)


def unsigned_token(host: str) -> str:
    """A web identity token of the provider at `host` that nobody signed."""
    claims = json.dumps({"iss": f"https://{host}", "sub": "me", "aud": "sts.amazonaws.com"}).encode()
    parts = (b'{"alg":"none"}', claims, b"")
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts).decode()
