"""EC2's DryRun: the permissions are checked, and nothing is done.

AWS: Amazon EC2 API Reference, errors-overview and each action's DryRun parameter: DryRunOperation for who may,
UnauthorizedOperation for who may not. Stock MiniStack carries the request out.
Hook: `services.ec2.handle_request`; a request that gets there has been decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from local_aws import upstream

_PRECONDITION_FAILED = 412


def install() -> None:
    """Answer dry runs."""
    ministack = upstream.module("services.ec2").handle_request

    async def handle_request(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Sequence[str]]
    ) -> Any:
        given = {**query, **parse_qs(body.decode("utf-8", "replace"))}
        if given.get("DryRun", [""])[0].lower() == "true":
            message = "Request would have succeeded, but DryRun flag is set."
            return upstream.module("services.ec2")._error("DryRunOperation", message, _PRECONDITION_FAILED)
        return await ministack(method, path, headers, body, query)

    upstream.replace("services.ec2", "handle_request", handle_request)
