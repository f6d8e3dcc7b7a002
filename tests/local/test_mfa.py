"""MFA devices over HTTP, and what a code is good for."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, deny, policy, refusal, trust
from tests.local.movable_clock import MovableClock

LIST = policy(allow("s3:ListAllMyBuckets"))
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WRONG_CODE = ("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
NOT_YOURS = (
    "AccessDenied",
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user.",
)
BOTH = (
    "AccessDenied",
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
)
INVALID = ("InvalidAuthenticationCode", "Authentication code for device is not valid.")


@dataclass
class Device:
    """A virtual MFA device, enabled for a user where there is one."""

    serial: str
    seed: str
    clock: MovableClock
    user: Caller | None = None

    @property
    def user_name(self) -> str:
        assert self.user
        return self.user.arn.rpartition("/")[2]

    def code(self, steps: int = 0) -> str:
        return self.clock.code(self.seed, steps)

    def proof(self, steps: int = 0) -> dict[str, str]:
        """The MFA parameters of STS's calls."""
        return {"SerialNumber": self.serial, "TokenCode": self.code(steps)}

    def enable(self, first: int = -1, second: int = 0, **changed: str) -> None:
        """EnableMFADevice with the codes of these steps from now on."""
        given = {
            "UserName": self.user_name,
            "SerialNumber": self.serial,
            "AuthenticationCode1": self.code(first),
            "AuthenticationCode2": self.code(second),
        }
        self.clock.admin.client("iam").enable_mfa_device(**given | changed)


def make_device(clock: MovableClock, name: Name, user: Caller | None = None) -> Device:
    made = clock.admin.client("iam").create_virtual_mfa_device(VirtualMFADeviceName=name("device"))["VirtualMFADevice"]
    return Device(made["SerialNumber"], made["Base32StringSeed"].decode(), clock, user)


@pytest.fixture
def device(clock: MovableClock, name: Name, new_user: NewUser) -> Device:
    """A device enabled for a fresh user; the code of this step is still unused."""
    found = make_device(clock, name, new_user(owner=clock.admin))
    found.enable(-2, -1)
    return found


def test_a_new_device(clock: MovableClock, name: Name) -> None:
    iam, device_name = clock.admin.client("iam"), name("James")
    tags = [{"Key": "team", "Value": "blue"}]
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=device_name, Path="/team/", Tags=tags)["VirtualMFADevice"]
    assert made["SerialNumber"] == f"arn:aws:iam::123456789012:mfa/team/{device_name}"
    assert re.fullmatch(rb"[A-Z2-7]{64}", made["Base32StringSeed"])
    assert made["QRCodePNG"].startswith(b"\x89PNG\r\n")
    assert len(base64.b32decode(made["Base32StringSeed"])) == 40
    assert made["Tags"] == tags
    again = refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName=device_name, Path="/team/")
    assert again == ("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.")
    assert refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName="a b")[0] == "ValidationError"
    other = iam.create_virtual_mfa_device(VirtualMFADeviceName=name("James"))["VirtualMFADevice"]
    assert other["Base32StringSeed"] != made["Base32StringSeed"]


def test_enabling_takes_two_consecutive_codes(clock: MovableClock, name: Name, new_user: NewUser) -> None:
    device = make_device(clock, name, new_user(owner=clock.admin))
    for first, second in ((0, 0), (0, -1), (-2, 0), (0, 2), (-30, -29), (3, 4)):
        assert refusal(device.enable, first=first, second=second) == INVALID
    wrong = str((int(device.code()) + 1) % 1_000_000).zfill(6)
    assert refusal(device.enable, AuthenticationCode2=wrong) == INVALID
    assert refusal(device.enable, AuthenticationCode2="12345")[0] == "ValidationError"
    assert refusal(device.enable, AuthenticationCode2="abcdef")[0] == "ValidationError"
    device.enable(-1, 0)


@pytest.mark.parametrize(("first", "second"), [(-2, -1), (-1, 0), (0, 1)])
def test_a_clock_may_be_one_step_off(
    clock: MovableClock, name: Name, new_user: NewUser, first: int, second: int
) -> None:
    make_device(clock, name, new_user(owner=clock.admin)).enable(first, second)


def test_what_is_not_there_is_not_enabled(clock: MovableClock, name: Name, device: Device, new_user: NewUser) -> None:
    unknown = "arn:aws:iam::123456789012:mfa/unknown"
    free = make_device(clock, name, device.user)
    assert refusal(free.enable, SerialNumber=unknown) == (
        "NoSuchEntity",
        f"VirtualMFADevice with serial number {unknown} does not exist.",
    )
    assert refusal(free.enable, UserName="nobody-at-all")[0] == "NoSuchEntity"
    foreign = free.serial.replace("123456789012", "210987654321")
    assert refusal(free.enable, SerialNumber=foreign)[0] == "NoSuchEntity"
    device.clock.next_step()
    assert refusal(device.enable) == ("EntityAlreadyExists", "MFA Device is already in use.")
    free.enable()


def test_eight_devices_at_most(clock: MovableClock, name: Name, new_user: NewUser) -> None:
    user = new_user(owner=clock.admin)
    for _ in range(8):
        make_device(clock, name, user).enable()
    code, message = refusal(make_device(clock, name, user).enable)
    assert (code, message) == ("LimitExceeded", "Cannot exceed quota for MfaDevicesPerUser: 8")


def test_lists(clock: MovableClock, name: Name, device: Device) -> None:
    iam, free = clock.admin.client("iam"), make_device(clock, name)

    def serials(**status: str) -> set[str]:
        return {each["SerialNumber"] for each in iam.list_virtual_mfa_devices(**status)["VirtualMFADevices"]}

    both = {device.serial, free.serial}
    assert both <= serials()
    assert both <= serials(AssignmentStatus="Any")
    assert both & serials(AssignmentStatus="Assigned") == {device.serial}
    assert both & serials(AssignmentStatus="Unassigned") == {free.serial}
    assert refusal(iam.list_virtual_mfa_devices, AssignmentStatus="Other")[0] == "ValidationError"
    (listed,) = iam.list_mfa_devices(UserName=device.user_name)["MFADevices"]
    assert (listed["SerialNumber"], listed["UserName"]) == (device.serial, device.user_name)
    assert refusal(iam.list_mfa_devices, UserName="nobody-at-all")[0] == "NoSuchEntity"
    found = iam.get_mfa_device(SerialNumber=device.serial, UserName=device.user_name)
    assert (found["SerialNumber"], found["UserName"]) == (device.serial, device.user_name)
    assert refusal(iam.get_mfa_device, SerialNumber=free.serial, UserName=device.user_name)[0] == "NoSuchEntity"
    (own,) = [
        each for each in iam.list_virtual_mfa_devices()["VirtualMFADevices"] if each["SerialNumber"] == device.serial
    ]
    assert own["User"]["UserName"] == device.user_name
    assert own["EnableDate"]
    assert "Base32StringSeed" not in own


def test_tags_of_a_device(clock: MovableClock, name: Name) -> None:
    iam, serial = clock.admin.client("iam"), make_device(clock, name).serial
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == []
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "Team", "Value": "red"}, {"Key": "b", "Value": ""}])
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "team", "Value": "blue"}])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [
        {"Key": "team", "Value": "blue"},
        {"Key": "b", "Value": ""},
    ]
    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["TEAM"])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "b", "Value": ""}]
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    assert refusal(iam.tag_mfa_device, SerialNumber=serial, Tags=many)[0] == "LimitExceeded"
    twice = [{"Key": "x", "Value": ""}, {"Key": "X", "Value": ""}]
    assert refusal(iam.tag_mfa_device, SerialNumber=serial, Tags=twice)[0] == "InvalidInput"


def test_a_device_in_use_is_deactivated_before_it_is_deleted(clock: MovableClock, device: Device) -> None:
    iam = clock.admin.client("iam")
    assert refusal(iam.delete_virtual_mfa_device, SerialNumber=device.serial) == (
        "DeleteConflict",
        "MFA VirtualDevice in use. Must deactivate first.",
    )
    of_nobody = {"UserName": "lab-administrator", "SerialNumber": device.serial}
    assert refusal(iam.deactivate_mfa_device, **of_nobody) == ("NoSuchEntity", "MFA Device invalid for user.")
    assert refusal(iam.delete_user, UserName=device.user_name)[0] == "DeleteConflict"
    iam.deactivate_mfa_device(UserName=device.user_name, SerialNumber=device.serial)
    assert refusal(device.user.client("sts").get_session_token, **device.proof()) == NOT_YOURS
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    assert refusal(iam.delete_virtual_mfa_device, SerialNumber=device.serial)[0] == "NoSuchEntity"


def test_users_look_after_their_own_devices(clock: MovableClock, name: Name, new_user: NewUser) -> None:
    """By the policy of AWS's example "Allows MFA-authenticated IAM users to manage their own credentials"."""
    own_device = allow(["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"], "arn:aws:iam::*:mfa/own-*")
    own_user = allow(
        ["iam:EnableMFADevice", "iam:DeactivateMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"],
        "arn:aws:iam::*:user/${aws:username}",
    )
    user, other = new_user(policy(own_device, own_user), owner=clock.admin), new_user(owner=clock.admin)
    iam = user.client("iam")
    assert refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName=name("others"))[0] == "AccessDenied"
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name("own"))["VirtualMFADevice"]
    serial, seed = made["SerialNumber"], made["Base32StringSeed"].decode()
    codes = {"AuthenticationCode1": clock.code(seed, -1), "AuthenticationCode2": clock.code(seed)}
    assert refusal(iam.enable_mfa_device, UserName=other.arn.rpartition("/")[2], SerialNumber=serial, **codes)[0] == (
        "AccessDenied"
    )
    iam.enable_mfa_device(UserName=user.arn.rpartition("/")[2], SerialNumber=serial, **codes)
    assert [each["SerialNumber"] for each in iam.list_mfa_devices()["MFADevices"]] == [serial]
    iam.deactivate_mfa_device(SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)


def test_a_code_opens_the_role_that_asks_for_it(clock: MovableClock, device: Device, new_role: NewRole) -> None:
    user = device.user
    role = new_role(trust(user.arn, Condition=WITH_MFA), LIST, owner=clock.admin)
    assume = user.client("sts").assume_role
    given = {"RoleArn": role, "RoleSessionName": "session"}
    assert refusal(assume, **given)[0] == "AccessDenied"
    assert refusal(assume, **given, SerialNumber=device.serial) == BOTH
    assert refusal(assume, **given, TokenCode=device.code()) == BOTH
    assert refusal(assume, **given, **device.proof(-5)) == WRONG_CODE
    assert refusal(assume, **given, **device.proof(5)) == WRONG_CODE
    assert refusal(assume, **given, **device.proof() | {"SerialNumber": f"{device.serial}x"}) == NOT_YOURS
    assert "Buckets" in user.assume(role, **device.proof()).client("s3").list_buckets()


def test_a_code_is_good_once(clock: MovableClock, device: Device, new_role: NewRole) -> None:
    user = device.user
    role = new_role(trust(user.arn, Condition=WITH_MFA), owner=clock.admin)
    proof = device.proof()
    user.assume(role, **proof)
    given = {"RoleArn": role, "RoleSessionName": "session"}
    assert refusal(user.client("sts").assume_role, **given, **proof) == WRONG_CODE
    assert refusal(user.client("sts").get_session_token, **proof) == WRONG_CODE
    clock.next_step()
    assert refusal(user.client("sts").assume_role, **given, **proof) == WRONG_CODE
    user.assume(role, **device.proof())


def test_the_codes_that_enabled_a_device_are_used_up(clock: MovableClock, name: Name, new_user: NewUser) -> None:
    device = make_device(clock, name, new_user(owner=clock.admin))
    device.enable(-1, 0)
    get = device.user.client("sts").get_session_token
    for steps in (-1, 0):
        assert refusal(get, **device.proof(steps)) == WRONG_CODE
    assert get(**device.proof(1))["Credentials"]


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_one_step_early_or_late(clock: MovableClock, name: Name, new_user: NewUser, steps: int) -> None:
    device = make_device(clock, name, new_user(owner=clock.admin))
    device.enable()
    clock.advance(90)
    get = device.user.client("sts").get_session_token
    assert refusal(get, **device.proof(steps + (2 if steps > 0 else -2))) == WRONG_CODE
    assert get(**device.proof(steps))["Credentials"]


def test_a_clock_that_is_off_is_resynchronized(clock: MovableClock, name: Name, new_user: NewUser) -> None:
    device = make_device(clock, name, new_user(owner=clock.admin))
    device.enable()
    get, iam = device.user.client("sts").get_session_token, clock.admin.client("iam")
    given = {"UserName": device.user_name, "SerialNumber": device.serial}
    assert refusal(get, **device.proof(40)) == WRONG_CODE
    both = {"AuthenticationCode1": device.code(41), "AuthenticationCode2": device.code(42)}
    swapped = {"AuthenticationCode1": device.code(42), "AuthenticationCode2": device.code(41)}
    assert refusal(iam.resync_mfa_device, **given, **swapped) == INVALID
    iam.resync_mfa_device(**given, **both)
    assert refusal(iam.resync_mfa_device, **given, **both) == INVALID
    assert refusal(get, **device.proof(42)) == WRONG_CODE
    assert get(**device.proof(43))["Credentials"]
    stranger = {**given, "UserName": "lab-administrator"}
    assert refusal(iam.resync_mfa_device, **stranger, **both)[0] == "NoSuchEntity"


def test_someone_elses_device(clock: MovableClock, device: Device, new_user: NewUser, new_role: NewRole) -> None:
    user = new_user(owner=clock.admin)
    role = new_role(trust({"AWS": [user.arn, device.user.arn]}, Condition=WITH_MFA), owner=clock.admin)
    given = {"RoleArn": role, "RoleSessionName": "session"}
    assert refusal(user.client("sts").assume_role, **given, **device.proof()) == NOT_YOURS
    assert refusal(user.client("sts").get_session_token, **device.proof()) == NOT_YOURS
    device.user.assume(role, **device.proof())


def _session(device: Device, **parameters: Any) -> Caller:
    answer = device.user.client("sts").get_session_token(**device.proof(), **parameters)
    return device.user.with_credentials(answer["Credentials"])


def _let(device: Device, *documents: str) -> None:
    for number, document in enumerate(documents):
        device.clock.admin.client("iam").put_user_policy(
            UserName=device.user_name, PolicyName=f"policy-{number}", PolicyDocument=document
        )


def test_a_session_with_mfa(clock: MovableClock, device: Device, new_role: NewRole) -> None:
    _let(device, policy(allow(["s3:ListAllMyBuckets", "iam:ListUsers"], Condition=WITH_MFA)))
    plain = device.user.with_credentials(device.user.client("sts").get_session_token()["Credentials"])
    session = _session(device)
    assert refusal(device.user.client("s3").list_buckets)[0] == "AccessDenied"
    assert refusal(plain.client("s3").list_buckets)[0] == "AccessDenied"
    assert "Buckets" in session.client("s3").list_buckets()
    assert refusal(plain.client("iam").list_users)[0] == "InvalidClientTokenId"
    assert session.client("iam").list_users()["Users"]
    role = new_role(trust(device.user.arn, Condition=WITH_MFA), LIST, owner=clock.admin)
    given = {"RoleArn": role, "RoleSessionName": "session"}
    assert refusal(plain.client("sts").assume_role, **given)[0] == "AccessDenied"
    assert "Buckets" in session.assume(role).client("s3").list_buckets()
    assert refusal(session.client("sts").get_federation_token, Name="Bob")[0] == "AccessDenied"


def test_the_age_of_mfa_counts_on(clock: MovableClock, device: Device, new_role: NewRole) -> None:
    young = {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}
    _let(device, policy(allow("s3:ListAllMyBuckets", Condition=young)))
    role = new_role(trust(device.user.arn, Condition=young), owner=clock.admin)
    given = {"RoleArn": role, "RoleSessionName": "session"}
    assert refusal(device.user.client("sts").assume_role, **given)[0] == "AccessDenied"
    session = _session(device)
    assert "Buckets" in session.client("s3").list_buckets()
    session.assume(role)
    clock.advance(301)
    assert refusal(session.client("s3").list_buckets)[0] == "AccessDenied"
    assert refusal(session.client("sts").assume_role, **given)[0] == "AccessDenied"
    session.assume(role, **device.proof())
    clock.next_step()
    device.user.assume(role, **device.proof())


@pytest.mark.parametrize(
    ("condition", "long_term", "plain", "with_mfa", "role"),
    [
        ({"Null": {"aws:MultiFactorAuthPresent": "true"}}, True, False, False, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False, True, False, False),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, True, True, False, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False, False, True, False),
        ({"Null": {"aws:MultiFactorAuthAge": "true"}}, True, True, False, True),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}, False, False, True, False),
    ],
)
def test_the_keys_about_mfa(
    clock: MovableClock,
    device: Device,
    new_role: NewRole,
    condition: dict[str, Any],
    long_term: bool,
    plain: bool,
    with_mfa: bool,
    role: bool,
) -> None:
    """Absent for long-term keys and in a role's session, even one that was assumed with a code."""
    document = policy(allow("s3:ListAllMyBuckets", Condition=condition))
    _let(device, document)
    user = device.user
    opened = new_role(trust(user.arn), document, owner=clock.admin)
    callers = [
        (user, long_term),
        (user.with_credentials(user.client("sts").get_session_token()["Credentials"]), plain),
        (_session(device), with_mfa),
    ]
    clock.next_step()
    callers.append((user.assume(opened, **device.proof()), role))
    for caller, allowed in callers:
        if allowed:
            assert "Buckets" in caller.client("s3").list_buckets()
        else:
            assert refusal(caller.client("s3").list_buckets)[0] == "AccessDenied"


def test_a_deny_without_mfa_is_lifted_by_mfa(device: Device) -> None:
    denied = deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
    _let(device, policy(allow("s3:ListAllMyBuckets"), denied))
    assert refusal(device.user.client("s3").list_buckets)[0] == "AccessDenied"
    assert "Buckets" in _session(device).client("s3").list_buckets()


def test_any_authenticator_knows_the_seed(clock: MovableClock, device: Device) -> None:
    """RFC 6238 with its defaults: SHA-1, six digits, 30 seconds."""
    proof = {"SerialNumber": device.serial, "TokenCode": pyotp.TOTP(device.seed).at(int(clock.now()))}
    assert device.user.client("sts").get_session_token(**proof)["Credentials"]
