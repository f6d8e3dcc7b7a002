"""Who may not list a bucket is not told that an object is missing.

AWS: Amazon S3 API Reference, GetObject and HeadObject: an object that does not exist is 404 for whoever may list the
bucket, and 403 for all others. Stock MiniStack answers 404 to everyone who may read objects, so that a learner takes
a denial for an authorized answer.
Hook: authorization.py notes the question for the request that it allows; `services.s3.handle_request` asks it where
the answer is that there is no such object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

from iam_engine.messages import access_denied_message
from local_aws import upstream
from local_aws.decision_record import RecordedDecision

ACTION = "s3:ListBucket"
_READS = frozenset({"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectTagging"})
_METHODS = frozenset({"GET", "HEAD"})

Question = Callable[[str], RecordedDecision]

_question: ContextVar[tuple[Question, str] | None] = ContextVar("may the caller list", default=None)


def note(action: str, arn: str, ask: Question) -> None:
    """The request that is being served may do `action` on `arn`; `ask(bucket's ARN)` decides on ListBucket."""
    _question.set((ask, arn.partition("/")[0]) if action in _READS else None)


def install() -> None:
    """Answer 403 in place of 404 where the bucket may not be listed."""
    ministack = upstream.module("services.s3").handle_request

    async def handle_request(method: str, path: str, headers: Mapping[str, str], *request: Any, **more: Any) -> Any:
        answer = await ministack(method, path, headers, *request, **more)
        noted = _question.get()
        if noted is None or answer[0] != 404 or method not in _METHODS or not _no_such_key(method, answer[2]):
            return answer
        decided = noted[0](noted[1])
        if decided.decision.allowed:
            return answer
        message = access_denied_message(decided.request, decided.decision)
        refused = upstream.module("services.s3")._error("AccessDenied", message, 403, unquote(path))
        return refused if method == "GET" else (refused[0], {**refused[1], "Content-Length": "0"}, b"")

    upstream.replace("services.s3", "handle_request", handle_request)


def _no_such_key(method: str, body: Any) -> bool:
    """Whether a 404 is about the object; to HEAD it has no body, and a bucket that is missing was never decided on."""
    return method == "HEAD" or (isinstance(body, bytes) and b"<Code>NoSuchKey</Code>" in body)
