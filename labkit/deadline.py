"""How long a verification may take, and how long to wait between two attempts."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from labkit.errors import LabError

DEFAULT_DEADLINE_S = 120.0
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0
_STEPS_LEFT = 8
# To the microsecond: finer than any answer, coarser than what sums of floats leave over.
_DIGITS = 6
TICK_S = 10.0**-_DIGITS


@dataclass(frozen=True)
class Clock:
    """The time in seconds, and a way to let it pass; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


@dataclass
class Deadline:
    """The moment after which nothing is asked again. `seconds` counts from its making."""

    seconds: float
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self._end = self.clock.now() + self.seconds

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Let no time count while the block runs."""
        started = self.clock.now()
        try:
            yield
        finally:
            self._end += self.clock.now() - started

    def restart(self) -> None:
        """Count from now."""
        self._end = self.clock.now() + self.seconds

    def elapsed(self) -> float:
        """Seconds since its making to the microsecond, but for those that did not count."""
        return round(self.seconds - (self._end - self.clock.now()), _DIGITS)

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._end - self.clock.now())


def deadline_seconds(option: float | None, environment: Mapping[str, str]) -> float:
    """The deadline in seconds: the option, else $LAB_DEADLINE, else 120. Raises `LabError`."""
    if option is not None:
        return option
    text = environment.get("LAB_DEADLINE")
    if not text:
        return DEFAULT_DEADLINE_S
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise LabError(f"$LAB_DEADLINE is {text!r}; give it a number of seconds, or unset it")
    return seconds


def wait_before(attempt: int, remaining: float) -> float:
    """Seconds to wait before attempt number `attempt` (the second is 2): exponential, with jitter.

    Full jitter between half and the whole of the step, so that parallel verifications don't ask in step. The less
    time `remaining` (seconds), the shorter the steps, so that the last of it is not waited away.
    """
    longest = min(LONGEST_WAIT_S, max(FIRST_WAIT_S, remaining / _STEPS_LEFT))
    step = min(longest, FIRST_WAIT_S * 2.0 ** min(attempt - 2, 10))
    return min(remaining, random.uniform(step / 2, step))  # noqa: S311 (spreads load; no secret)
