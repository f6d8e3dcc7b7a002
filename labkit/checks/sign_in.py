"""The checks that a user can sign in: a console password, and exactly the access key that the lab hands out."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.checks.check import Scene, UnreadableSecretError
from labkit.checks.observation import Observation, State
from labkit.checks.principals import User
from labkit.checks.shape import Shape, UnreadableError, read, read_if_any
from labkit.checks.values import Facts


@dataclass(frozen=True)
class HasConsolePassword(Shape):
    """`user` has a login profile, and need not change the password at first sign-in.

    A user who has to change it but may not (`iam:ChangePassword`) can't sign in at all.
    """

    user: User

    def call_text(self, facts: Facts) -> str:
        return f"iam:GetLoginProfile UserName={self.user.name}"

    def expected(self, facts: Facts) -> str:
        return "a login profile, no password reset required"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        profile = read_if_any(scene, "GetLoginProfile", UserName=self.user.name)
        if profile is None:
            return "no login profile", [f"{self.user.name} has no console password"]
        if profile["LoginProfile"].get("PasswordResetRequired"):
            return "a password to be reset", ["the password has to be reset at first sign-in"]
        return "a login profile", []


@dataclass(frozen=True)
class HasOneAccessKey(Shape):
    """`user` has exactly one access key; it is active, and it is the one in the lab's secret."""

    user: User

    def call_text(self, facts: Facts) -> str:
        return f"iam:ListAccessKeys UserName={self.user.name}"

    def expected(self, facts: Facts) -> str:
        return "one active key, the one in the secret"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        keys = read(scene, "ListAccessKeys", UserName=self.user.name)["AccessKeyMetadata"]
        active = [key["AccessKeyId"] for key in keys if key["Status"] == "Active"]
        differences = []
        if len(keys) != 1 or len(active) != 1:
            differences.append(f"{self.user.name} has {len(keys)} access keys, {len(active)} of them active")
        if self._id_in_secret(scene) not in active:
            differences.append("the key in the secret is not an active key of the user")
        return f"{len(keys)} access keys, {len(active)} active", differences

    def _id_in_secret(self, scene: Scene) -> str:
        try:
            return scene.access_key_id(self.user)
        except UnreadableSecretError as error:
            raise UnreadableError(Observation(State.UNKNOWN, str(error))) from error
