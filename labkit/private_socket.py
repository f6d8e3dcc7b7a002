"""Unix sockets that only their owner can open: how keys go from one process to another without touching a file."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_SECONDS_TO_ANSWER = 5.0


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in `folder`: a socket's address may have about 100 bytes, a folder's path more."""
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def ask(path: Path, question: str = "") -> str:
    """All that the other side of the socket at `path` has to say, to this line if it takes any.

    Raises OSError if nobody listens there, TimeoutError (one of its kind) if nobody answers.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_SECONDS_TO_ANSWER)
        with _inside(path.parent):
            connection.connect(path.name)
        if question:
            connection.sendall(question.encode() + b"\n")
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile(encoding="utf-8") as stream:
            return stream.read()


class Answering:
    """A socket at `path` (mode 0600) that answers everyone who connects with what `answer` returns, in a thread."""

    def __init__(self, path: Path, answer: Callable[[], str]) -> None:
        self._path = path
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            with _inside(path.parent):
                self._listener.bind(path.name)
        finally:
            os.umask(before)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            with connection, contextlib.suppress(OSError):  # who asked has gone: nobody left to answer
                connection.settimeout(_SECONDS_TO_ANSWER)
                connection.sendall(self._answer().encode())

    def close(self) -> None:
        """Answer nobody any more and remove the socket."""
        # shutdown wakes the thread that waits in accept; close alone would leave it there.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=_SECONDS_TO_ANSWER)
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Answering:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
