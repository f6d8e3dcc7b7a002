"""Saves the state while it changes: twice a second what changed, and all of it at the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping

from local_aws import service_states
from local_aws.asgi import Application, Receive, Scope, Send
from local_aws.saved_state import SavedState
from local_aws.service_states import State

_LOG = logging.getLogger("local_aws")
_SECONDS_BETWEEN = 0.5
# What a request sets in motion goes on for a while after its answer; then nothing changes by itself.
_QUIET_AFTER_S = 30.0


class Saver:
    """Keeps a SavedState up to date with the services."""

    def __init__(self, saved: SavedState) -> None:
        """To be made when what was saved has been put back, and nothing has changed yet."""
        self._saved = saved
        self._last = service_states.collect()
        self._asked_at = -_QUIET_AFTER_S

    def watching(self, application: Application) -> Application:
        """The application; each of its requests sets the saving in motion."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            self._asked_at = time.monotonic()
            await application(scope, receive, send)

        return watched

    async def run(self, ended: asyncio.Event) -> None:
        """Save again and again until nothing is served any more."""
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _SECONDS_BETWEEN)
            if time.monotonic() - self._asked_at > _QUIET_AFTER_S:
                continue
            try:
                await self.save()
            except (OSError, RuntimeError):
                # RuntimeError: a thread changed a store while it was copied. The old state stays, the next one comes.
                _LOG.exception("the state could not be saved")

    async def save(self) -> None:
        """Save what changed since the last time. Not to be called while it runs. Raises OSError."""
        states = service_states.collect()
        changed = {name: state for name, state in states.items() if self._last.get(name) != state}
        if changed:
            await asyncio.to_thread(self._write, changed)
            self._last.update(changed)

    def _write(self, changed: Mapping[str, State]) -> None:
        encoded: dict[str, bytes] = {}
        for name, state in changed.items():
            try:
                encoded[name] = service_states.encode(state)
            except (TypeError, ValueError):
                _LOG.exception("the state of %s can't be saved; it is not kept", name)
        if encoded:
            self._saved.save(encoded)
