"""Does several things at once in threads, and waits for all of them when it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from labkit.interruption import signals_deferred

Result = TypeVar("Result")
_WAKE_UP_S = 0.5


def side_by_side(
    jobs: Sequence[Callable[[], Result]], stop: threading.Event, at_once: int, say: Callable[[str], None]
) -> list[Result]:
    """Do `jobs`, at most `at_once` at a time, and return their results in order.

    If one raises, or this process is told to stop, `stop` is set, those at work are waited for (they have to look
    at `stop`, and to clean up by themselves), the others are never begun, and the exception goes on. Signals that
    come in the meantime are told to `say`.
    """
    with ThreadPoolExecutor(at_once) as pool:
        try:
            # A signal in the midst of it would leave a thread that the pool does not know of.
            with signals_deferred():
                futures = [pool.submit(job) for job in jobs]
            pending = set(futures)
            while pending:
                # Not for ever: a signal just before the wait would not end it.
                done, pending = wait(pending, timeout=_WAKE_UP_S, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            return [future.result() for future in futures]
        except BaseException:
            with signals_deferred(say):
                stop.set()
                pool.shutdown(cancel_futures=True)
            raise
