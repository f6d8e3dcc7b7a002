"""The codes that an MFA device shows around now, without waiting for the next one."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pyotp

_STEP_SECONDS = 30
_ALL_NEAR = range(-4, 6)


@dataclass(frozen=True)
class Codes:
    """The code of the step `before` now, that of now (`used` to enable the device), that of the `next` step, which
    AWS takes a step early, and a `wrong` one."""

    before: str
    used: str
    next: str
    wrong: str

    @classmethod
    def of(cls, seed: str) -> Codes:
        """`seed` in Base32. Raises ValueError where it is something else."""
        totp, now = pyotp.TOTP(seed), int(time.time()) // _STEP_SECONDS
        near = {step: totp.generate_otp(now + step) for step in _ALL_NEAR}
        wrong = next(code for number in range(len(near) + 1) if (code := f"{number:06}") not in near.values())
        return cls(near[-1], near[0], near[1], wrong)

    def by_kind(self) -> dict[str, str]:
        """As `<device.KIND>` in a table."""
        return {"code": self.next, "used": self.used, "wrong": self.wrong, "before": self.before}
