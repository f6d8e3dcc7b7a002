"""A session that has expired is said to have expired, however many have been made since.

AWS: each service's common errors (ExpiredToken, ExpiredTokenException, RequestExpired). Stock MiniStack answers so,
too, but forgets the expired ones at the next AssumeRole, and from then on takes their keys for unknown. It also
goes through all sessions each time. Hook: `services.sts._evict_expired_sessions`.
"""

from __future__ import annotations

import time

from local_aws import upstream

_REMEMBERED_SECONDS = 24 * 3600
_BETWEEN_SWEEPS_SECONDS = 60


class _Sweep:
    """Forgets what expired long ago, once in a while."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self) -> None:
        now = time.time()
        if now < self._next:
            return
        self._next = now + _BETWEEN_SWEEPS_SECONDS
        sessions = upstream.module("services.sts")._sessions
        for key in [key for key, session in sessions.items() if now - _expiration(session) > _REMEMBERED_SECONDS]:
            del sessions[key]


def _expiration(session: dict[str, object]) -> float:
    expiration = session.get("Expiration")
    return expiration if isinstance(expiration, int | float) else float("inf")


def install() -> None:
    """Remember them."""
    upstream.replace("services.sts", "_evict_expired_sessions", _Sweep())
