"""Who asks: a lab's users, the sessions of its roles, and the administrator who deployed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.checks.calls import Call
from labkit.checks.values import HOME, PARTNER, Account, Arn, DeviceSerial, Facts, Json, Output, resolve

ONE_HOUR_S = 3600
TWELVE_HOURS_S = 43200


@dataclass(frozen=True)
class Administrator:
    """Whoever runs the verification, with the environment's credentials; `account`: in HOME or PARTNER."""

    label: str = "administrator"
    account: str = HOME


ADMINISTRATOR = Administrator()
PARTNERS_ADMINISTRATOR = Administrator("the partner's administrator", PARTNER)


def administrator_of(account: str) -> Administrator:
    """Who administers HOME or PARTNER."""
    return ADMINISTRATOR if account == HOME else PARTNERS_ADMINISTRATOR


@dataclass(frozen=True)
class User:
    """An IAM user of the lab. Make it with `user`, unless its outputs are named otherwise.

    `arn`: its ARN; `access_key`: the ARN of the secret that holds its key as JSON (`AccessKeyId`,
    `SecretAccessKey`); `password`: the ARN of the secret that holds its console password (`password`),
    None for a user without one. A user belongs to the account of the stack that `arn` is an output of.
    """

    name: str
    arn: Output
    access_key: Output
    password: Output | None = None

    @property
    def account(self) -> str:
        """HOME or PARTNER."""
        return self.arn.of

    @property
    def label(self) -> str:
        return self.name

    def expected_arn(self, facts: Facts) -> str:
        """The ARN that GetCallerIdentity gives for the user's own key."""
        return str(resolve(self.arn, facts))


def user(name: str, outputs: str = "", *, console_password: bool = False, account: str = HOME) -> User:
    """The user `name` of `account` (HOME or PARTNER), whose stack outputs all begin with `outputs`."""
    password = Output(f"{outputs}PasswordSecretArn", account) if console_password else None
    return User(name, Output(f"{outputs}UserArn", account), Output(f"{outputs}AccessKeySecretArn", account), password)


@dataclass(frozen=True)
class Profile:
    """Whoever the profile `name` of the AWS configuration is, for principals that no stack hands out a key of.

    `arn`: what GetCallerIdentity has to say of it: the user's ARN, or that of the session that the profile opens. A
    profile that is somebody else's proves nothing of the principal that is meant.
    """

    name: str
    arn: Arn

    @property
    def label(self) -> str:
        return f"profile {self.name}"

    def expected_arn(self, facts: Facts) -> str:
        """The ARN that GetCallerIdentity must give."""
        return str(resolve(self.arn, facts))


@dataclass(frozen=True)
class MfaDevice:
    """A virtual MFA device of `user`, which the verification makes and deletes again (`MfaDeviceAdded`)."""

    user: User
    name: str

    @property
    def serial(self) -> DeviceSerial:
        return DeviceSerial(self.name)

    @property
    def right_code(self) -> OneTimeCode:
        return OneTimeCode(self)

    @property
    def wrong_code(self) -> OneTimeCode:
        return OneTimeCode(self, right=False)


@dataclass(frozen=True)
class OneTimeCode:
    """What proves that the caller has `device`, as a call's parameter: a code that the device shows, or a wrong one.

    It is put in when the call is made; a report shows no code.
    """

    device: MfaDevice
    right: bool = True

    def resolve(self, facts: Facts) -> str:
        return "(the code it shows)" if self.right else "(a wrong code)"


@dataclass(frozen=True)
class Role:
    """An IAM role, by its name and its ARN (in a lab the output that holds it).

    `through`: the role as which it has to be assumed, None where a user does it directly; `external_id`: the one that
    has to be passed, None where the trust policy asks for none.
    """

    name: str
    arn: Arn
    through: Role | None = None
    external_id: str | None = None


@dataclass(frozen=True)
class Group:
    """An IAM group of the lab, by its name."""

    name: str


@dataclass(frozen=True)
class Session:
    """A session of `role`, assumed by `by` under the session name `name`.

    `duration`: seconds, None for AWS's default of one hour; `external_id`: what the trust policy may ask for;
    `tags`: session tags, of which those with a key in `transitive` go on to the next role; `source_identity`: who
    is behind the session, for good; `policy`: a session policy, which can only take away (it may hold `Output`);
    `mfa`: the code of the caller's MFA device.
    Sessions are compared by what they are, so the same session named twice is one.
    """

    role: Role
    by: User | Profile | Session | SessionToken | FederatedUser | Administrator
    name: str
    duration: int | None = None
    external_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None
    policy: Mapping[str, Any] | None = field(default=None, hash=False)
    mfa: OneTimeCode | None = None

    @property
    def label(self) -> str:
        return f"{self.role.name}/{self.name}"

    @property
    def lasts(self) -> int:
        """For how many seconds it is asked for (AWS STS API Reference, AssumeRole, DurationSeconds)."""
        return ONE_HOUR_S if self.duration is None else self.duration

    @property
    def call(self) -> Call:
        """The AssumeRole call that opens the session."""
        return Call(
            "sts",
            "AssumeRole",
            _given(
                RoleArn=self.role.arn,
                RoleSessionName=self.name,
                DurationSeconds=self.duration,
                ExternalId=self.external_id,
                Tags=[{"Key": key, "Value": value} for key, value in self.tags.items()] or None,
                TransitiveTagKeys=list(self.transitive) or None,
                SourceIdentity=self.source_identity,
                Policy=Json(self.policy) if self.policy else None,
                **_proof(self.mfa),
            ),
        )

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions of which each must be allowed (IAM User Guide, id_session-tags and monitor_control-access)."""
        return (
            "sts:AssumeRole",
            *(("sts:TagSession",) if self.tags else ()),
            *(("sts:SetSourceIdentity",) if self.source_identity else ()),
        )

    def expected_arn(self, facts: Facts) -> str:
        """The ARN that GetCallerIdentity gives in the session (it leaves out the role's path).

        IAM User Guide, "IAM identifiers": arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
        """
        _, partition, _, _, account, resource = str(resolve(self.role.arn, facts)).split(":", 5)
        return f"arn:{partition}:sts::{account}:assumed-role/{resource.rsplit('/', 1)[-1]}/{self.name}"


@dataclass(frozen=True)
class SessionToken:
    """What GetSessionToken gives the user `by`: temporary credentials of that same user.

    `duration`: seconds, None for AWS's default of twelve hours; `mfa`: the code of the user's MFA device.
    """

    by: User
    duration: int | None = None
    mfa: OneTimeCode | None = None

    @property
    def label(self) -> str:
        return f"{self.by.name}, session token{' with MFA' if self.mfa else ''}"

    @property
    def lasts(self) -> int:
        """For how many seconds it is asked for (AWS STS API Reference, GetSessionToken)."""
        return TWELVE_HOURS_S if self.duration is None else self.duration

    @property
    def call(self) -> Call:
        """The GetSessionToken call that gives the credentials."""
        return Call("sts", "GetSessionToken", _given(DurationSeconds=self.duration, **_proof(self.mfa)))

    @property
    def actions(self) -> tuple[str, ...]:
        return ("sts:GetSessionToken",)

    def expected_arn(self, facts: Facts) -> str:
        """The ARN that GetCallerIdentity gives: the user's own."""
        return self.by.expected_arn(facts)


@dataclass(frozen=True)
class FederatedUser:
    """What GetFederationToken gives the user `by`: credentials that may do what both `by` and `policy` allow.

    `name`: what the federated user is called; `policy`: the session policy, without which they may do next to
    nothing; `duration`: seconds, None for AWS's default of twelve hours.
    """

    by: User
    name: str
    policy: Mapping[str, Any] | None = field(default=None, hash=False)
    duration: int | None = None

    @property
    def label(self) -> str:
        return f"federated user {self.name}"

    @property
    def lasts(self) -> int:
        """For how many seconds it is asked for (AWS STS API Reference, GetFederationToken)."""
        return TWELVE_HOURS_S if self.duration is None else self.duration

    @property
    def call(self) -> Call:
        """The GetFederationToken call that gives the credentials."""
        policy = Json(self.policy) if self.policy else None
        return Call("sts", "GetFederationToken", _given(Name=self.name, DurationSeconds=self.duration, Policy=policy))

    @property
    def actions(self) -> tuple[str, ...]:
        return ("sts:GetFederationToken",)

    def expected_arn(self, facts: Facts) -> str:
        """The ARN that GetCallerIdentity gives (IAM User Guide, "IAM identifiers")."""
        account = Account.of_arn(self.by.expected_arn(facts))
        return f"arn:{account.partition}:sts::{account.id}:federated-user/{self.name}"


Temporary = Session | SessionToken | FederatedUser
"""Credentials that a call of STS gives: each knows the `call`, who makes it (`by`) and how long it `lasts`."""

Identity = User | Profile | Temporary | Administrator


def _proof(code: OneTimeCode | None) -> dict[str, Any]:
    """The parameters by which a caller proves to have an MFA device."""
    return {"SerialNumber": code.device.serial, "TokenCode": code} if code else {}


def _given(**parameters: Any) -> dict[str, Any]:
    """The parameters that are given at all."""
    return {name: value for name, value in parameters.items() if value is not None}
