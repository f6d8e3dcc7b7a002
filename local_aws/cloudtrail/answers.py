"""Answers of the services, read back as their callers read them: by botocore's parsers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore import parsers
from botocore.awsrequest import HeadersDict
from botocore.utils import parse_timestamp

_CBOR = "smithy-rpc-v2-cbor"


def parsed(operation: Any, status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The answer to an operation (botocore's model of it); empty for one that is not in the service's protocol."""
    fields = HeadersDict(headers)
    protocol = _protocol(operation.service_model, fields.get("content-type", ""))
    if protocol is None:
        return {}
    response = {"status_code": status, "headers": fields, "body": body}
    try:
        found: dict[str, Any] = _parser(protocol).parse(response, operation.output_shape)
    # The parsers take it for granted that what is JSON or XML at all has the right members.
    except (parsers.ResponseParserError, AttributeError, KeyError, TypeError, ValueError):
        return {}
    return found


def _protocol(service: Any, content_type: str) -> str | None:
    """The protocol of an answer, where a service has several; None for one that can't be told."""
    protocol: str = service.protocol
    if protocol != _CBOR or "cbor" in content_type:
        return protocol
    return next((each for each, kind in (("json", "json"), ("query", "xml")) if kind in content_type), None)


@functools.cache
def _parser(protocol: str) -> Any:
    factory = parsers.ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=_timestamp)
    return factory.create_parser(protocol)


def _timestamp(value: Any) -> datetime:
    """Botocore's own is slow with the form that nearly all have."""
    if isinstance(value, str) and value.endswith("Z"):
        return datetime.fromisoformat(value)
    parsed_value: datetime = parse_timestamp(value)
    return parsed_value
