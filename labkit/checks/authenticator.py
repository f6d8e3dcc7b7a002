"""The app on the phone: what a virtual MFA device shows, each code once.

TOTP as AWS wants it (RFC 6238: SHA-1, six digits, 30 seconds). AWS takes no code twice, and none that is older than
the last one (IAM User Guide, id_credentials_mfa_enable_virtual), so no code is ever shown again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pyotp

STEP_S = 30
# What AWS may take for right: codes of a clock that is some steps off.
_NEAR = range(-3, 4)


class NoCodeYetError(Exception):
    """The device has shown all the codes there are; `seconds` until the next one."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the MFA device shows its next code in {seconds:.0f} s, and each is good once")
        self.seconds = seconds


@dataclass
class Authenticator:
    """One device. `seed`: in Base32; `ahead`: how many seconds AWS's clock is before ours."""

    seed: str = field(repr=False)
    ahead: float = 0.0
    clock: Callable[[], float] = time.time
    _last: int = -1

    def pair(self) -> tuple[str, str]:
        """Two consecutive codes, the second of the last step, so that the present one is left to be used.

        Where they were not taken, the next pair comes two steps later. Raises `NoCodeYetError`.
        """
        first = max(self._step - 2, self._last + 1)
        self._show(first + 1)
        return self._code(first), self._code(first + 1)

    def code(self) -> str:
        """The present code. Raises `NoCodeYetError` if it was shown before."""
        self.require_code()
        return self._code(self._show(self._step))

    def require_code(self) -> None:
        """Raises `NoCodeYetError` unless there is a code that was not shown before."""
        self._require(max(self._step, self._last + 1))

    def wrong_code(self) -> str:
        """A code that is none of this device's now, nor soon."""
        right = {self._code(self._step + steps) for steps in _NEAR}
        return next(code for code in (f"{number:06}" for number in range(len(right) + 1)) if code not in right)

    @property
    def _now(self) -> float:
        return self.clock() + self.ahead

    @property
    def _step(self) -> int:
        return int(self._now) // STEP_S

    def _require(self, step: int) -> None:
        if step > self._step:
            raise NoCodeYetError(step * STEP_S - self._now)

    def _show(self, step: int) -> int:
        self._require(step)
        self._last = step
        return step

    def _code(self, step: int) -> str:
        return pyotp.TOTP(self.seed, interval=STEP_S).generate_otp(step)
