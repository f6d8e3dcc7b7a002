"""Which service a request is for, as MiniStack's dispatch will find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from local_aws import upstream

Headers = Mapping[str, str]
Query = Mapping[str, Sequence[str]]


def service_of(method: str, path: str, headers: Headers, body: bytes, query: Query) -> str:
    """MiniStack's name of the service (`iam`, `s3` …)."""
    app = upstream.module("app")
    parameters = app._routing_params(method, path, headers, body, query)
    service: str = app.detect_service(method, path, headers, parameters)
    return service
