"""The condition keys that every request has, whoever makes it.

AWS: IAM User Guide, reference_policies_condition-keys ("Properties of the network", "… of the request").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from local_aws import upstream
from local_aws.asgi import Application, Receive, Scope, Send

ContextValue = str | Sequence[str]

# The keys whose values are headers of the request.
_HEADERS = {b"user-agent": "aws:UserAgent", b"referer": "aws:referer"}
_of_headers: ContextVar[Mapping[str, str]] = ContextVar("of_headers", default={})  # noqa: B039 -- never written to


def keeping_headers(application: Application) -> Application:
    """The application, with the request's headers at hand for `common_keys`."""

    async def kept(scope: Scope, receive: Receive, send: Send) -> None:
        given = scope.get("headers", ())
        _of_headers.set({_HEADERS[name]: value.decode("latin-1") for name, value in given if name in _HEADERS})
        await application(scope, receive, send)

    return kept


def common_keys(region: str) -> dict[str, ContextValue]:
    """Keys of the request that is being served: time, region, where it came from and how."""
    now = datetime.now(UTC)
    return {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": region,
        "aws:SourceIp": upstream.module("core.responses").get_request_client_ip(),
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        **_of_headers.get(),
    }


def service_keys(given: Mapping[str, Any] | None) -> dict[str, ContextValue]:
    """The keys that MiniStack read from the request for its service; an absent one is left out."""
    return {
        key: value if isinstance(value, str) else _texts(value)
        for key, value in (given or {}).items()
        if value is not None
    }


def _texts(value: Any) -> ContextValue:
    if isinstance(value, list | tuple | set | frozenset):
        return [str(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def resource_tag_keys(arn: str) -> dict[str, ContextValue]:
    """`aws:ResourceTag/…` of a resource that has tags."""
    tags: Mapping[str, str] = upstream.module("services.tagging").resource_tags(arn) or {}
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
