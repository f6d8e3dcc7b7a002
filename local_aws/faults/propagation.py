"""Changes in IAM that take their time until they are seen everywhere.

AWS: IAM User Guide, "Troubleshoot IAM" ("Changes that I make are not always immediately visible"). A new key answers
InvalidClientTokenId (S3: InvalidAccessKeyId, EC2: AuthFailure), new permissions and trust AccessDenied, what was
withdrawn is still there, and answers flap between old and new for a while, as requests meet different hosts.

Each request sees IAM as it was some time ago, at most the delay: how long is thrown anew each time,
for access keys apart from policies and trust. So a change begins to show at once, is seen by half of the requests
at half of the delay, and by all of them after it, whoever it is about. What never changes, such as the
administrators, is never late. IAM's own calls work on what is; only its reads may lag as well.
Sessions need not spread: STS gives out their whole identity with the token.
Hooks: the stores of `services.iam` (see history.py), `iam_evaluator.resolve_credential`, `enforce` and
`check_credentials`, and `handle_request` of STS and IAM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from random import Random
from typing import Any

from local_aws import upstream
from local_aws.asgi import Application, Receive, Scope, Send
from local_aws.faults.fault import Fault
from local_aws.faults.history import History, seeing
from local_aws.sts_requests import StsRequest

_KEYS = frozenset({"_access_keys"})
_READS = ("Get", "List")


@dataclass(frozen=True, slots=True)
class _Lags:
    """By how many seconds one request is late: in keys, in policies and trust, in IAM's reads."""

    keys: float = 0.0
    policies: float = 0.0
    reads: float = 0.0


_IN_TIME = _Lags()
_lags: ContextVar[_Lags] = ContextVar("lags of this request", default=_IN_TIME)


@dataclass(frozen=True, slots=True)
class Propagation(Fault):
    """Decisions see a change after up to `seconds`, IAM's reads after up to `reads`."""

    seconds: float
    reads: float = 0.0

    def install(self, chance: Random) -> None:
        history = History(max(self.seconds, self.reads))
        history.install()
        _late_keys(history)
        _late_decisions(history)
        _late_reads(history)

    def around(self, application: Application, chance: Random) -> Application:
        async def late(scope: Scope, receive: Receive, send: Send) -> None:
            longest = (self.seconds, self.seconds, self.reads)
            _lags.set(_Lags(*(chance.uniform(0, seconds) for seconds in longest)))
            await application(scope, receive, send)

        return late


def _late_keys(history: History) -> None:
    resolve = upstream.module("core.iam_evaluator").resolve_credential

    def resolve_credential(*arguments: Any, **more: Any) -> Any:
        # Whose a key is comes with the key, however late the rest of its user is.
        with seeing(history.as_of(_lags.get().keys, _KEYS)):
            return resolve(*arguments, **more)

    upstream.replace("core.iam_evaluator", "resolve_credential", resolve_credential)


def _late_decisions(history: History) -> None:
    def late(function: Callable[..., Any]) -> Callable[..., Any]:
        def decided(*arguments: Any, **more: Any) -> Any:
            with seeing(history.as_of(_lags.get().policies)):
                return function(*arguments, **more)

        return decided

    evaluator, sts = upstream.module("core.iam_evaluator"), upstream.module("services.sts")
    answer_sts = sts.handle_request

    async def handle_request(*arguments: Any) -> Any:
        with seeing(history.as_of(_lags.get().policies)):
            return await answer_sts(*arguments)

    for name in ("enforce", "check_credentials"):
        upstream.replace("core.iam_evaluator", name, late(getattr(evaluator, name)))
    upstream.replace("services.sts", "handle_request", handle_request)


def _late_reads(history: History) -> None:
    answer_iam = upstream.module("services.iam").handle_request

    async def handle_request(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, list[str]]
    ) -> Any:
        if not StsRequest(query, body).action.startswith(_READS):
            return await answer_iam(method, path, headers, body, query)
        with seeing(history.as_of(_lags.get().reads)):
            return await answer_iam(method, path, headers, body, query)

    upstream.replace("services.iam", "handle_request", handle_request)
