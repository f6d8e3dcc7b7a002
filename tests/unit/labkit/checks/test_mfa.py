"""A virtual MFA device shows each code once; it is made, and makes room for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import MfaDevice, MfaDeviceAdded, NextCode
from labkit.checks.authenticator import STEP_S, Authenticator, NoCodeYetError
from labkit.checks.observation import State
from tests.unit.labkit.fakes import JAMES, FakeScene, Reply, denied, refused, throttled

SEED = "JBSWY3DPEHPK3PXP" * 4
DEVICE = MfaDevice(JAMES, "device")
ADDED = MfaDeviceAdded("device", "title", DEVICE)
MADE = allowed({"VirtualMFADevice": {"Base32StringSeed": SEED.encode()}})


@dataclass
class Time:
    now: float = 100.5 * STEP_S

    def __call__(self) -> float:
        return self.now


def code(step: int) -> str:
    return pyotp.TOTP(SEED, interval=STEP_S).generate_otp(step)


def test_the_pair_leaves_the_present_code_which_is_shown_once() -> None:
    time = Time()
    device = Authenticator(SEED, clock=time)
    assert device.pair() == (code(98), code(99))
    device.require_code()
    assert device.code() == code(100)
    for again in (device.code, device.require_code, device.pair):
        with pytest.raises(NoCodeYetError) as error:
            again()
        assert 15 <= error.value.seconds <= 45
    time.now += STEP_S
    device.require_code()
    assert device.code() == code(101)


def test_a_pair_that_was_not_taken_is_followed_by_codes_that_were_not_shown() -> None:
    time = Time()
    device = Authenticator(SEED, clock=time)
    device.pair()
    with pytest.raises(NoCodeYetError):
        device.pair()
    time.now += STEP_S
    assert device.pair() == (code(100), code(101))


def test_it_goes_by_aws_s_clock() -> None:
    assert Authenticator(SEED, ahead=3 * STEP_S, clock=Time()).code() == code(103)


def test_a_wrong_code_is_near_no_right_one() -> None:
    wrong = Authenticator(SEED, clock=Time()).wrong_code()
    assert len(wrong) == 6
    assert wrong not in {code(step) for step in range(97, 104)}


def test_the_seed_is_not_shown() -> None:
    assert SEED not in repr(Authenticator(SEED))


def scene(create: Reply = MADE, enable: Reply | None = None, **more: Reply) -> FakeScene:
    replies = {"CreateVirtualMFADevice": create, "EnableMFADevice": enable or allowed({}), **more}
    return FakeScene({("administrator", operation): reply for operation, reply in replies.items()})


def test_a_device_is_made_and_enabled_with_two_codes() -> None:
    aws = scene()
    assert ADDED.observe(aws).state is State.PROVEN
    (_, _, enabled) = aws.asked[-1]
    assert enabled["SerialNumber"] == "arn:aws:iam::123456789012:mfa/device"
    assert enabled["AuthenticationCode1"] != enabled["AuthenticationCode2"]
    assert aws.authenticator(DEVICE) is not None


@pytest.mark.parametrize(
    ("create", "enable", "state"),
    [
        (denied("no"), allowed({}), State.UNKNOWN),
        (throttled(), allowed({}), State.UNKNOWN),
        (refused("LimitExceeded"), allowed({}), State.WRONG),
        (MADE, refused("InvalidAuthenticationCode"), State.UNSETTLED),
        (MADE, refused("NoSuchEntity"), State.UNSETTLED),
        (MADE, refused("EntityAlreadyExists"), State.PROVEN),
        (MADE, refused("LimitExceeded"), State.WRONG),
        (MADE, denied("no"), State.UNKNOWN),
    ],
)
def test_what_comes_in_between(create: Answer, enable: Answer, state: State) -> None:
    assert ADDED.observe(scene(create, enable)).state is state


@pytest.mark.parametrize(
    ("deleted", "state"), [(lambda: allowed({}), State.UNSETTLED), (lambda: refused("DeleteConflict"), State.WRONG)]
)
def test_a_device_that_was_left_over_makes_room(deleted: Callable[[], Answer], state: State) -> None:
    aws = scene(
        refused("EntityAlreadyExists"), DeactivateMFADevice=refused("NoSuchEntity"), DeleteVirtualMFADevice=deleted
    )
    assert ADDED.observe(aws).state is state
    assert [operation for _, operation, _ in aws.asked][1:] == ["DeactivateMFADevice", "DeleteVirtualMFADevice"]


def test_the_next_code_is_waited_for() -> None:
    aws, time = scene(), Time()
    check = NextCode("next", "title", DEVICE)
    assert check.observe(aws).state is State.WITHOUT_BASIS
    device = Authenticator(SEED, clock=time)
    aws.hold(DEVICE, device)
    device.code()
    with pytest.raises(NoCodeYetError, match="in 15 s"):
        check.observe(aws)
    time.now += STEP_S
    assert check.observe(aws).state is State.PROVEN
