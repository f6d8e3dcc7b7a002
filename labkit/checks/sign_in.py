"""The checks that a user can sign in: a console password, and exactly the access key that the lab hands out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labkit.checks.check import Scene
from labkit.checks.principals import User, administrator_of
from labkit.checks.shape import Shape, read, read_if_any, read_secret
from labkit.checks.values import Facts


@dataclass(frozen=True)
class HasConsolePassword(Shape):
    """`user` has a login profile, need not change the password at first sign-in, and the lab's secret holds one.

    A user who has to change it but may not (`iam:ChangePassword`) can't sign in at all. Whether the password in the
    secret is the right one AWS tells nobody but at sign-in.
    """

    user: User

    def call_text(self, facts: Facts) -> str:
        return f"iam:GetLoginProfile UserName={self.user.name}"

    def expected(self, facts: Facts) -> str:
        return "a login profile, no password reset required, a password in the secret"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        by = administrator_of(self.user.account)
        profile = read_if_any(scene, "GetLoginProfile", by=by, UserName=self.user.name)
        if profile is None:
            return "no login profile", [f"{self.user.name} has no console password"]
        if profile["LoginProfile"].get("PasswordResetRequired"):
            return "a password to be reset", ["the password has to be reset at first sign-in"]
        return "a login profile", list(self._faults_of_secret(scene))

    def _faults_of_secret(self, scene: Scene) -> Iterator[str]:
        if self.user.password is None:
            return
        secret = read_secret(scene, self.user.password)
        if secret.get("username") != self.user.name:
            yield f"the password's secret does not name {self.user.name} as the user"
        if not secret.get("password"):
            yield f"the secret holds no password of {self.user.name}"


@dataclass(frozen=True)
class HasOneAccessKey(Shape):
    """`user` has exactly one access key; it is active, and the lab's secret holds it, whole and true."""

    user: User

    def call_text(self, facts: Facts) -> str:
        return f"iam:ListAccessKeys UserName={self.user.name}"

    def expected(self, facts: Facts) -> str:
        return "one active key, the one in the secret"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        keys = read(scene, "ListAccessKeys", by=administrator_of(self.user.account), UserName=self.user.name)[
            "AccessKeyMetadata"
        ]
        active = [key["AccessKeyId"] for key in keys if key["Status"] == "Active"]
        differences = []
        if len(keys) != 1 or len(active) != 1:
            differences.append(f"{self.user.name} has {len(keys)} access keys, {len(active)} of them active")
        differences += self._faults_of_secret(read_secret(scene, self.user.access_key), active, scene)
        return f"{len(keys)} access keys, {len(active)} active", differences

    def _faults_of_secret(self, secret: Mapping[str, str], active: list[str], scene: Scene) -> Iterator[str]:
        if secret.get("UserName") != self.user.name:
            yield f"the key's secret does not name {self.user.name} as the user"
        if secret.get("AccessKeyId") not in active:
            yield f"the key in the secret is not an active key of {self.user.name}"
        elif not secret.get("SecretAccessKey") or _signs_wrongly(scene, self.user):
            yield f"the secret access key in the secret is not that of {self.user.name}'s key"


def _signs_wrongly(scene: Scene, user: User) -> bool:
    """Whether AWS knows the key and finds that the secret access key is not the one that belongs to it.

    A clock that is wrong gets the same code, with other words ("Signature expired", "Signature not yet current").
    """
    answer = scene.caller_identity(user)
    return answer.code == "SignatureDoesNotMatch" and "we calculated does not match" in answer.message
