"""What the faults have to know of a request before it is read, and how they answer it."""

from __future__ import annotations

import re
import uuid
from urllib.parse import parse_qs

from local_aws import upstream
from local_aws.asgi import Application, Receive, Scope, Send
from local_aws.control_endpoints import HEALTH_PATH

# AWS Signature Version 4: the credential is KEY/DATE/REGION/SERVICE/aws4_request.
_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/[^/,\s]*/(?P<service>[\w-]+)/aws4_request")


def only_aws(faulty: Application, plain: Application) -> Application:
    """The faulty application for AWS's own requests, the plain one for the health check."""

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        await (plain if scope["path"] == HEALTH_PATH else faulty)(scope, receive, send)

    return chosen


def service_of(scope: Scope) -> str:
    """The service that a request is signed for (`sts`, `s3` …); S3 where it is not signed at all."""
    for name, value in scope["headers"]:
        if name == b"authorization" and (found := _SCOPE.search(value.decode("latin-1"))):
            return found["service"]
    credential = parse_qs(scope["query_string"].decode("latin-1")).get("X-Amz-Credential", [""])[0]
    found = _SCOPE.search(f"Credential={credential}")
    return found["service"] if found else "s3"


async def answer_error(scope: Scope, receive: Receive, send: Send, status: int, code: str, message: str) -> None:
    """Answer with an error in the form of the service's protocol; the request is read and not carried out."""
    while (await receive()).get("more_body", False):
        pass
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    _status, answered, body = upstream.module("core.iam_actions").access_denied_response(
        service_of(scope), "", "", str(uuid.uuid4()), error_code=code, message=message, headers=headers
    )
    named = [(name.lower().encode(), value.encode()) for name, value in answered.items()]
    body = b"" if scope["method"] == "HEAD" else body
    named.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body})
