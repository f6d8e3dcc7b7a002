"""What a fault is: something done to requests on their way, or to what they see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from local_aws.asgi import Application


class Fault:
    """One thing that goes wrong. A subclass overrides what it needs; `chance` is where it takes its dice from."""

    def install(self, chance: Random) -> None:
        """Take hold of MiniStack, after all mends and the administrators, before anything is served."""

    def around(self, application: Application, chance: Random) -> Application:
        """The application with the fault around it. Gets requests over HTTP only."""
        return application


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault that can be asked for: `form` as it is written, `meaning` in words, and how it is made.

    `make` gets the numbers of the value (joined by `+`), at least `least` of them and at most `most`. `rate`: the
    first one is a share of the requests, from 0 to 1.
    """

    form: str
    meaning: str
    make: Callable[..., Fault]
    least: int = 1
    most: int = 1
    rate: bool = False

    def read(self, numbers: Sequence[float]) -> Fault | None:
        """The fault; None where the numbers make none."""
        if not self.least <= len(numbers) <= self.most or (self.rate and numbers[0] > 1):
            return None
        return self.make(*numbers)
