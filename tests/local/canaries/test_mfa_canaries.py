"""What stock MiniStack gets wrong about MFA devices (mfa_devices.py)."""

from __future__ import annotations

import base64
import binascii

import pytest

from tests.local.callers import Caller, Name, make_user, refusal


def test_mfa_devices_with_seeds_that_are_no_base32(stock_admin: Caller, name: Name) -> None:
    iam = stock_admin.client("iam")
    seeds = [
        iam.create_virtual_mfa_device(VirtualMFADeviceName=name("device"))["VirtualMFADevice"]["Base32StringSeed"]
        for _ in range(3)
    ]
    with pytest.raises(binascii.Error):
        [base64.b32decode(seed) for seed in seeds]


def test_mfa_devices_enabled_by_any_codes(stock_admin: Caller, name: Name) -> None:
    user_name, iam = name("careless"), stock_admin.client("iam")
    make_user(stock_admin, user_name)
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name("device"))["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName=user_name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="123456"
    )
    assert iam.list_mfa_devices(UserName=user_name)["MFADevices"]


def test_mfa_devices_unassigned_ones_left_out(stock_admin: Caller, name: Name) -> None:
    iam = stock_admin.client("iam")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name("device"))["VirtualMFADevice"]["SerialNumber"]
    assert serial not in {each["SerialNumber"] for each in iam.list_virtual_mfa_devices()["VirtualMFADevices"]}


def test_mfa_devices_no_get(stock_admin: Caller) -> None:
    assert refusal(stock_admin.client("iam").get_mfa_device, SerialNumber="arn:aws:iam::000000000000:mfa/x")[0] == (
        "InvalidAction"
    )
