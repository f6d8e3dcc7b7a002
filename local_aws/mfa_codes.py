"""One-time codes of MFA devices: which step of time a code belongs to, and that each is good once.

AWS: IAM User Guide, id_credentials_mfa_enable_virtual; RFC 6238 (TOTP: SHA-1, six digits, 30 seconds). A code is taken
one step early or late, and none that is older than the last one taken. A device's record holds its seed, the step of
the last code that was taken (`LastStep`), and by how many steps its clock is off (`Drift`).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable
from typing import Any

import pyotp

STEP_SECONDS = 30
# How far a device's clock may be off: at each use, and when it is resynchronized (AWS gives no figure for that).
_LEEWAY = 1
_RESYNC_STEPS = 3600 // STEP_SECONDS


def take(device: Any, code: str) -> bool:
    """Whether this is a code of the device that is good now; it is used up then."""
    expected = _step_now() + device["Drift"]
    return _take(device, (code,), range(expected - _LEEWAY, expected + _LEEWAY + 1))


def take_pair(device: Any, first: str, second: str) -> bool:
    """Whether these are two consecutive codes of the device, the second one good now; they are used up then."""
    expected = _step_now() + device["Drift"]
    return _take(device, (first, second), range(expected - _LEEWAY - 1, expected + _LEEWAY))


def pair(device: Any) -> tuple[str, str]:
    """The last two codes of the device, as who has its seed can compute them."""
    totp = pyotp.TOTP(device["Base32StringSeed"], interval=STEP_SECONDS)
    return totp.generate_otp(_step_now() - 1), totp.generate_otp(_step_now())


def resynchronize(device: Any, first: str, second: str) -> bool:
    """The same for a device whose clock is off, by an hour at most; from then on that is reckoned with."""
    now = _step_now()
    if not _take(device, (first, second), range(now - _RESYNC_STEPS, now + _RESYNC_STEPS)):
        return False
    device["Drift"] = device["LastStep"] - now
    return True


def _take(device: Any, codes: tuple[str, ...], first_steps: Iterable[int]) -> bool:
    totp = pyotp.TOTP(device["Base32StringSeed"], interval=STEP_SECONDS)
    for step in first_steps:
        matching = all(_equal(totp.generate_otp(step + later), code) for later, code in enumerate(codes))
        if matching and step > device["LastStep"]:
            device["LastStep"] = step + len(codes) - 1
            return True
    return False


def _equal(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def _step_now() -> int:
    return int(time.time()) // STEP_SECONDS
