"""The condition keys that every request has, whoever makes it.

AWS: IAM User Guide, reference_policies_condition-keys ("Properties of the network", "… of the request").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local_aws import upstream

ContextValue = str | Sequence[str]


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
