"""When, where and for what an access key was last used.

AWS: IAM API Reference, GetAccessKeyLastUsed. Stock MiniStack says of every key that it was never used. Kept while the
process runs; AWS, too, knows of no use before it began to look. Hook: authorization.py notes each use; an entry of
`_IAM_HANDLERS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from local_aws import upstream
from local_aws.iam_api import Parameters, Response, parameter

_NEVER = "<Region>N/A</Region><ServiceName>N/A</ServiceName>"
_GLOBAL = frozenset({"iam", "sts", "s3"})


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a key."""

    when: datetime
    service: str
    region: str


# One for the process, as MiniStack's own state is.
_USES: dict[str, Use] = {}


def note(access_key_id: str, service: str, region: str) -> None:
    """This key has just been used, with a right signature."""
    _USES[access_key_id] = Use(datetime.now(UTC), service, region)


def install() -> None:
    """Answer with the last use."""
    handlers = upstream.module("services.iam")._IAM_HANDLERS
    ministack = handlers["GetAccessKeyLastUsed"]

    def last_used(parameters: Parameters) -> Response:
        status, headers, body = ministack(parameters)
        use = _USES.get(parameter(parameters, "AccessKeyId"))
        if status == 200 and use is not None:
            body = body.replace(_NEVER.encode(), _element(use).encode())
        return status, headers, body

    handlers["GetAccessKeyLastUsed"] = last_used


def _element(use: Use) -> str:
    when = use.when.strftime("%Y-%m-%dT%H:%M:%SZ")
    region = "us-east-1" if use.service in _GLOBAL else use.region
    return f"<LastUsedDate>{when}</LastUsedDate><Region>{region}</Region><ServiceName>{use.service}</ServiceName>"
