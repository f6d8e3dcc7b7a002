"""A request in the Query protocol says each thing once.

AWS reads a request once: what is authorized is what is done. Stock MiniStack authorizes the action and the resource
that the query string names, while its IAM and STS carry out what the body (or the X-Amz-Target header) names, so that
`POST /?Action=ListUsers` with `Action=CreateUser` in the body is allowed to whoever may list users.
They also carry out a form that calls itself something else, which the authorization does not read at all.
Hook: `app._dispatch_service_request`. What is said twice is refused, and so is such a form.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from local_aws import upstream
from local_aws.routing import Headers, Query, service_of

_ACTION = "Action"
_FORM = "application/x-www-form-urlencoded"


def install() -> None:
    """Put the check before MiniStack's dispatch."""
    dispatch = upstream.module("app")._dispatch_service_request

    async def _dispatch_service_request(
        method: str,
        path: str,
        headers: Headers,
        body: bytes,
        query: Query,
        request_id: str,
    ) -> Any:
        service = service_of(method, path, headers, body, query)
        said_twice = ambiguity(headers, body, query) if service != "s3" else None
        if said_twice:
            return _refusal(said_twice, request_id)
        return await dispatch(method, path, headers, body, query, request_id)

    upstream.replace("app", "_dispatch_service_request", _dispatch_service_request)


def ambiguity(headers: Headers, body: bytes, query: Query) -> str | None:
    """What a Query-protocol request says more than once, or in a form that can't be read; None for any other."""
    in_body = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True) if b"Action=" in body else []
    in_body = in_body if any(name == _ACTION for name, _ in in_body) else []
    if not in_body and _ACTION not in query:
        return None
    if headers.get("x-amz-target"):
        return _ACTION
    if in_body and not headers.get("content-type", "").startswith(_FORM):
        return "Content-Type"
    times = Counter(name for name, _ in in_body)
    times.update({name: len(values) for name, values in query.items()})
    return next((name for name, number in times.items() if number > 1), None)


def _refusal(name: str, request_id: str) -> tuple[int, dict[str, str], bytes]:
    body = (
        "<ErrorResponse><Error><Type>Sender</Type><Code>MalformedInput</Code>"
        f"<Message>{escape(name)} is ambiguous</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return 400, {"Content-Type": "text/xml"}, body.encode()
