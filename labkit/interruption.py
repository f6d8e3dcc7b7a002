"""Being told to stop: a signal becomes an exception once, and clean-up is not interrupted again."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The process was told to stop; the name of the signal is its argument."""


@contextlib.contextmanager
def signals_interrupt() -> Iterator[None]:
    """Within the block, SIGINT, SIGTERM and SIGHUP raise `Interrupted` in the main thread."""

    def interrupt(number: int, _: FrameType | None) -> None:
        raise Interrupted(signal.Signals(number).name)

    with _handled_by(interrupt):
        yield


@contextlib.contextmanager
def signals_deferred(say: Callable[[str], None] | None = None) -> Iterator[None]:
    """Within the block, those signals wait; after it, the first one counts. `say` is told of each as it comes."""
    came: list[str] = []

    def defer(number: int, _: FrameType | None) -> None:
        came.append(signal.Signals(number).name)
        if say:
            say(f"{came[-1]}: cleaning up first")

    with _handled_by(defer):
        yield
    if came:
        raise Interrupted(came[0])


@contextlib.contextmanager
def ctrl_c_is_for_the_child() -> Iterator[None]:
    """Within the block, SIGINT does nothing here: a child in the foreground gets it, too, and decides what it means.

    A handler rather than SIG_IGN, which the child would inherit.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)
