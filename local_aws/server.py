"""The running process: one loopback socket, MiniStack's application behind it, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hypercorn.asyncio.run import worker_serve
from hypercorn.config import Config, Sockets
from hypercorn.typing import Framework
from hypercorn.utils import wrap_app

from local_aws import (
    administrators,
    authorization,
    front,
    loopback,
    mends,
    owner_questions,
    ready_document,
    service_states,
    upstream,
)
from local_aws.asgi import Application
from local_aws.faults.catalogue import Faults
from local_aws.saved_state import SavedState
from local_aws.saver import Saver

_WORKER_THREADS = 64
_GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. `ready` is a file descriptor for the ready document; `saved` keeps the state, None: nothing does."""

    listener: socket.socket
    unix_socket: Path | None
    ready: int
    stop_with_parent: bool
    verbose: bool
    faults: Faults
    saved: SavedState | None = None

    @property
    def port(self) -> int:
        """The port that `listener` is bound to."""
        port: int = self.listener.getsockname()[1]
        return port


class NotSavedError(Exception):
    """The last state could not be saved; the text says why."""


def run(options: Options) -> None:
    """Serve until a signal, or the parent's end, says stop.

    Raises ready_document.SocketError, SavedStateError, NotSavedError.
    """
    loopback.install()
    if not options.verbose:
        # It warns, as it is loaded, of what KMS can't do without an optional package.
        logging.getLogger("kms").setLevel(logging.ERROR)
    mends.install()
    saver = _restore(options.saved) if options.saved else None
    line = ready_document.compose(options.port, administrators.create(), options.faults.texts)
    unix_listener = ready_document.bind(options.unix_socket) if options.unix_socket else None
    try:
        asyncio.run(_serve(options, saver, line, unix_listener))
    finally:
        if options.unix_socket:
            options.unix_socket.unlink(missing_ok=True)


def _restore(saved: SavedState) -> Saver:
    try:
        service_states.restore(saved.load())
    except service_states.UnreadableStateError as error:
        raise saved.set_aside(str(error)) from error
    return Saver(saved)


async def _serve(options: Options, saver: Saver | None, line: bytes, unix_listener: socket.socket | None) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    if options.stop_with_parent:
        threading.Thread(target=_watch_parent, args=(loop, stop), daemon=True, name="parent-watch").start()
    ministack = upstream.module("app")
    # What MiniStack's own start-up does for its handlers. The rest of it is left out: look-ups of Docker
    # containers, start-up scripts found on the machine, schedulers, and a banner.
    ministack._MAIN_LOOP = loop
    loop.set_default_executor(ThreadPoolExecutor(_WORKER_THREADS, thread_name_prefix="worker"))
    async with contextlib.AsyncExitStack() as stack:
        if unix_listener:
            answers = {"decisions": owner_questions.decisions(authorization.DECISIONS)}
            await stack.enter_async_context(await owner_questions.serve(unix_listener, line, answers))
        application = front.build(ministack.app, options.faults)
        if saver:
            application = await stack.enter_async_context(_saving(saver, application))
        # The socket already holds connections, so nobody who reads the line can come too early.
        ready_document.write_line(options.ready, line)
        await worker_serve(
            wrap_app(cast(Framework, application), 0, "asgi"),
            _config(options.verbose),
            sockets=Sockets(secure_sockets=[], insecure_sockets=[options.listener], quic_sockets=[]),
            shutdown_trigger=stop.wait,
        )


@contextlib.asynccontextmanager
async def _saving(saver: Saver, application: Application) -> AsyncIterator[Application]:
    """The application, its state saved while the block runs and at its end."""
    ended = asyncio.Event()
    # The administrators' keys are to be on disk before anyone is told of them.
    await saver.save()
    task = asyncio.create_task(saver.run(ended))
    try:
        yield saver.watching(application)
    finally:
        ended.set()
        await task
        try:
            await saver.save()
        except OSError as error:
            raise NotSavedError(error.strerror or str(error)) from error


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has already ended
        loop.call_soon_threadsafe(stop.set)


def _config(verbose: bool) -> Config:
    config = Config()
    config.keep_alive_timeout = 75
    config.graceful_timeout = _GRACE_SECONDS
    config.loglevel = "INFO" if verbose else "WARNING"
    config.errorlog = logging.getLogger("hypercorn.error")
    return config
