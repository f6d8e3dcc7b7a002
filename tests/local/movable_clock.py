"""An embedded AWS whose clock can be put forward, so that sessions expire and MFA codes change without waiting.

`python -m tests.local.movable_clock FILE …` runs `local_aws` with the number of seconds in FILE added to `time.time`.
What reads the clock in another way (the check of a signature's age, `aws:CurrentTime`) keeps to the real time.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pyotp

from tests.local.callers import Caller, start_embedded


class MovableClock:
    """The embedded AWS, and how to put its clock forward. `file` will hold the seconds that it is ahead."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead = 0.0
        self.advance(0)
        self.embedded = start_embedded(program=("-m", "tests.local.movable_clock", str(file)))
        self.admin: Caller = self.embedded.administrator("home")
        self.partner_admin: Caller = self.embedded.administrator("partner")

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self._ahead += seconds
        written = self._file.with_suffix(".new")
        written.write_text(str(self._ahead))
        written.replace(self._file)

    def next_step(self) -> None:
        """Go on to the next 30 seconds of MFA devices, so that there is a new code."""
        self.advance(30)

    def now(self) -> float:
        """Seconds since the epoch, by this clock."""
        return time.time() + self._ahead

    def code(self, seed: str, steps: int = 0) -> str:
        """The code of the MFA device with that seed, `steps` times 30 seconds from now."""
        return pyotp.TOTP(seed).generate_otp(int(self.now()) // 30 + steps)


def _main() -> int:
    file, real_time = Path(sys.argv[1]), time.time
    time.time = lambda: real_time() + float(file.read_text())
    from local_aws.__main__ import main

    return main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(_main())
