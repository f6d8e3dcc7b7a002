"""Who asks: a lab's users, the sessions of its roles, and the administrator who deployed it."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.checks.values import Facts, Output, resolve


@dataclass(frozen=True)
class Administrator:
    """Whoever runs the verification, with the environment's credentials."""

    label: str = "administrator"


ADMINISTRATOR = Administrator()


@dataclass(frozen=True)
class User:
    """An IAM user of the lab.

    `arn`: its ARN; `access_key`: the ARN of the secret that holds its key as JSON (`AccessKeyId`,
    `SecretAccessKey`); `password`: the ARN of the secret that holds its console password (`password`),
    None for a user without one.
    """

    name: str
    arn: Output
    access_key: Output
    password: Output | None = None

    @property
    def label(self) -> str:
        return self.name

    def expected_arn(self, facts: Facts) -> str:
        """The ARN that GetCallerIdentity gives for the user's own key."""
        return str(resolve(self.arn, facts))


@dataclass(frozen=True)
class Role:
    """An IAM role of the lab, by its name and the output that holds its ARN."""

    name: str
    arn: Output


@dataclass(frozen=True)
class Session:
    """A session of `role`, assumed by `by` under the session name `name`.

    `duration`: seconds, None for AWS's default of one hour; `external_id`: what the trust policy may ask for.
    Sessions are compared by what they are, so the same session named twice is one.
    """

    role: Role
    by: User | Session | Administrator
    name: str
    duration: int | None = None
    external_id: str | None = None

    @property
    def label(self) -> str:
        return f"{self.role.name}/{self.name}"

    def parameters(self, facts: Facts) -> dict[str, object]:
        """The parameters of the AssumeRole call that opens the session."""
        optional = {"DurationSeconds": self.duration, "ExternalId": self.external_id}
        return {
            "RoleArn": resolve(self.role.arn, facts),
            "RoleSessionName": self.name,
            **{name: value for name, value in optional.items() if value is not None},
        }

    def expected_arn(self, facts: Facts) -> str:
        """The ARN that GetCallerIdentity gives in the session (it leaves out the role's path).

        IAM User Guide, "IAM identifiers": arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
        """
        _, partition, _, _, account, resource = str(resolve(self.role.arn, facts)).split(":", 5)
        return f"arn:{partition}:sts::{account}:assumed-role/{resource.rsplit('/', 1)[-1]}/{self.name}"


Identity = User | Session | Administrator
