"""Several things at once: results in order, a failure that stops the rest, and a signal that waits for clean-up."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from labkit.interruption import Interrupted, signals_interrupt
from labkit.side_by_side import side_by_side


def nobody(_: str) -> None: ...


def test_results_come_in_the_order_of_the_jobs() -> None:
    second_is_done = threading.Event()

    def first() -> int:
        assert second_is_done.wait(10)
        return 1

    def second() -> int:
        second_is_done.set()
        return 2

    assert side_by_side([first, second], threading.Event(), 2, nobody) == [1, 2]


def until_told(stop: threading.Event, done: list[str]) -> Callable[[], None]:
    def work() -> None:
        assert stop.wait(10)
        done.append("cleaned up")

    return work


def test_a_failure_stops_the_others_and_waits_for_them() -> None:
    stop, done = threading.Event(), list[str]()

    def fail() -> None:
        raise ValueError("a mistake")

    def never() -> None:
        done.append("begun")

    with pytest.raises(ValueError, match="a mistake"):
        side_by_side([fail, until_told(stop, done), until_told(stop, done), never], stop, 3, nobody)
    assert done.count("cleaned up") == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_waits_until_all_have_cleaned_up(number: signal.Signals) -> None:
    stop, done, other_has_begun = threading.Event(), list[str](), threading.Event()

    def interrupt() -> None:
        assert other_has_begun.wait(10)
        os.kill(os.getpid(), number)
        until_told(stop, done)()

    def other() -> None:
        other_has_begun.set()
        until_told(stop, done)()

    with pytest.raises(Interrupted, match=number.name), signals_interrupt():
        side_by_side([interrupt, other], stop, 2, nobody)
    assert done == ["cleaned up", "cleaned up"]
