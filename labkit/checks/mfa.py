"""The steps of a story in which a user has a virtual MFA device, which ends with the story."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from labkit.aws.answers import Answer, Kind
from labkit.checks.assume import aws_time
from labkit.checks.authenticator import Authenticator
from labkit.checks.calls import Call, call
from labkit.checks.changes import Step, outcome
from labkit.checks.check import Scene
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, MfaDevice
from labkit.checks.values import Facts

# A step of 30 seconds, and time for the call itself.
NEXT_CODE_S = 45.0
_CLOCKS_AGREE_S = 2.0


@dataclass(frozen=True)
class MfaDeviceAdded(Step):
    """The administrator makes the virtual device and enables it for its user; it is deleted when the story has ended.

    The seed is kept in memory alone. A device of that name that is already there was left over by a verification that
    was killed, and makes room.
    Source: IAM API Reference, CreateVirtualMFADevice, EnableMFADevice.
    """

    device: MfaDevice

    def call_text(self, facts: Facts) -> str:
        return f"iam:EnableMFADevice UserName={self.device.user.name} SerialNumber={self.device.serial.resolve(facts)}"

    def observe(self, scene: Scene) -> Observation:
        authenticator = scene.authenticator(self.device)
        if authenticator is None:
            made = scene.ask(ADMINISTRATOR, self._create, keep=True)
            if made.code == "EntityAlreadyExists":
                return self._make_room(scene)
            if made.kind is not Kind.ALLOWED:
                return outcome(made)
            authenticator = _authenticator(made)
            scene.hold(self.device, authenticator)
        return self._weigh(scene.ask(ADMINISTRATOR, self._enable(*authenticator.pair()), keep=True))

    def _weigh(self, answer: Answer) -> Observation:
        # Of the right codes AWS may not have seen the first as one of now, and it may not see the device at once.
        if answer.code in ("InvalidAuthenticationCode", "NoSuchEntity"):
            return Observation(State.UNSETTLED, str(answer), "AWS does not take the device's codes")
        # An answer got lost, and this is the second attempt.
        if answer.code == "EntityAlreadyExists":
            return Observation(State.PROVEN, "done")
        return outcome(answer)

    def _make_room(self, scene: Scene) -> Observation:
        scene.ask(ADMINISTRATOR, self._deactivate)
        deleted = scene.ask(ADMINISTRATOR, self._delete)
        if deleted.kind is Kind.ALLOWED:
            return Observation(State.UNSETTLED, "not done yet", "a device that was left over had to be deleted first")
        return outcome(deleted)

    @property
    def _create(self) -> Call:
        return call("iam", "CreateVirtualMFADevice", VirtualMFADeviceName=self.device.name, undo=self._delete)

    def _enable(self, first: str, second: str) -> Call:
        return call(
            "iam",
            "EnableMFADevice",
            UserName=self.device.user.name,
            SerialNumber=self.device.serial,
            AuthenticationCode1=first,
            AuthenticationCode2=second,
            undo=self._deactivate,
        )

    @property
    def _deactivate(self) -> Call:
        return call("iam", "DeactivateMFADevice", UserName=self.device.user.name, SerialNumber=self.device.serial)

    @property
    def _delete(self) -> Call:
        return call("iam", "DeleteVirtualMFADevice", SerialNumber=self.device.serial)


@dataclass(frozen=True)
class NextCode(Step):
    """The story waits until the device shows a code that was not used before: AWS takes each once."""

    changes = False
    remark = "The story waits: AWS takes each code once, and the device shows a new one every 30 seconds."

    device: MfaDevice
    deadline: float | None = field(default=NEXT_CODE_S, kw_only=True)

    def call_text(self, facts: Facts) -> str:
        return "none: the device is looked at"

    def expected(self, facts: Facts) -> str:
        return "a code that was not used before"

    def observe(self, scene: Scene) -> Observation:
        authenticator = scene.authenticator(self.device)
        if authenticator is None:
            return Observation(State.WITHOUT_BASIS, "not done", "there is no device to look at")
        authenticator.require_code()
        return Observation(State.PROVEN, "it is there")


def _authenticator(made: Answer) -> Authenticator:
    """The device that CreateVirtualMFADevice made, on AWS's clock."""
    seed: bytes = made.data["VirtualMFADevice"]["Base32StringSeed"]
    ahead = (aws_time(made.data) - datetime.now(UTC)).total_seconds()
    return Authenticator(seed.decode(), ahead if abs(ahead) > _CLOCKS_AGREE_S else 0.0)
