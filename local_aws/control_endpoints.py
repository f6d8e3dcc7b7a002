"""MiniStack's control endpoints, closed.

AWS has no such endpoints. Stock MiniStack serves them without credentials, whatever `AUTH` says: among others
`POST /_ministack/reset` wipes all state, `/_ministack/config` changes settings, `/_ministack/lambda-code/`
hands out code, `/_ministack/sqs/messages` shows messages, and the metadata services under `/latest/` and
`/v2/credentials` hand out credentials.
Hook: an ASGI layer in front of MiniStack's application answers 404 for them; one health path stays. The two
metadata services leave the table of handlers, since their paths are also those of buckets.
"""

from __future__ import annotations

from local_aws import upstream
from local_aws.asgi import Application, Receive, Scope, Send, answer

HEALTH_PATH = "/_ministack/health"

_CLOSED_TREES = ("/_ministack", "/_localstack")
_CLOSED_PATHS = ("/health",)
_METADATA_SERVICES = ("imds", "ecs-metadata")


def is_closed(path: str) -> bool:
    """Whether a request path is one of MiniStack's control endpoints (health aside)."""
    if path == HEALTH_PATH:
        return False
    if path in _CLOSED_PATHS:
        return True
    return any(path == tree or path.startswith(tree + "/") for tree in _CLOSED_TREES)


def install() -> None:
    """Take the two metadata services off the table."""
    handlers = upstream.module("app").SERVICE_HANDLERS
    for service in _METADATA_SERVICES:
        del handlers[service]


def close(application: Application) -> Application:
    """The application, without its control endpoints."""

    async def closed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_closed(scope["path"]):
            await answer(send, 404, "application/json", b'{"message": "Not Found"}')
        else:
            await application(scope, receive, send)

    return closed
