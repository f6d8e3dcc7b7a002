"""Codes of MFA devices, as AssumeRole and GetSessionToken take them.

AWS: AWS STS API Reference, SerialNumber and TokenCode: the device has to be the calling user's. Stock MiniStack ignores
both, so that a wrong code passes. mfa_devices.py keeps the devices; role_sessions.py and token_calls.py call this.
"""

from __future__ import annotations

from local_aws import mfa_codes, upstream
from local_aws.callers import Caller
from local_aws.sts_requests import StsRequest, access_denied

# The blanks at the end of the one and in the middle of the other are AWS's.
_WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
_UNKNOWN_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
_BOTH = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."


def check(caller: Caller, request: StsRequest) -> bool:
    """Whether the caller proved to have an MFA device of its own; the code is used up then.

    False where the request has no MFA parameters. Raises StsError where they are not right.
    """
    serial, code = request.get("SerialNumber"), request.get("TokenCode")
    if serial is None and code is None:
        return False
    if serial is None or code is None:
        raise access_denied(_BOTH)
    device = upstream.module("services.iam")._mfa_devices.get_scoped(caller.principal.account, None, serial)
    if not device or not caller.user or device["User"] != caller.user:
        raise access_denied(_UNKNOWN_DEVICE)
    if not mfa_codes.take(device, code):
        raise access_denied(_WRONG_CODE)
    return True
