"""Codes of MFA devices, as AssumeRole and GetSessionToken take them.

AWS: AWS STS API Reference, SerialNumber and TokenCode. Stock MiniStack ignores both, so that a wrong code passes.
Virtual devices have no readable seed there, so no code can be told right from wrong: each one is refused.
"""

from __future__ import annotations

from local_aws import upstream
from local_aws.callers import Caller
from local_aws.sts_requests import StsError, StsRequest, access_denied

_BOTH = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
_UNKNOWN_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code. "
    "Please verify your MFA serial number is valid and associated with this user."
)
_WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."


def check(caller: Caller, request: StsRequest) -> None:
    """Raise StsError unless the request's MFA parameters are right, or there are none."""
    serial, code = request.get("SerialNumber"), request.get("TokenCode")
    if serial is None and code is None:
        return
    raise _failure(caller, serial, code)


def _failure(caller: Caller, serial: str | None, code: str | None) -> StsError:
    if serial is None or code is None:
        return access_denied(_BOTH)
    devices = upstream.module("services.iam")._mfa_devices
    device = devices.get_scoped(caller.principal.account, None, serial)
    if not device or not caller.user or device.get("User") != caller.user:
        return access_denied(_UNKNOWN_DEVICE)
    return access_denied(_WRONG_CODE)
