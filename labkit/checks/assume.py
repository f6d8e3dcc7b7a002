"""The checks that STS gives somebody temporary credentials, or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from labkit.aws.answers import Answer, Kind
from labkit.checks.check import Check, Scene, refused_though_expected, unknown
from labkit.checks.denied import denial_code, denial_text, weigh_denial
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, FederatedUser, Identity, Session, SessionToken, Temporary
from labkit.checks.questions import Question
from labkit.checks.reasons import Reason
from labkit.checks.values import Facts

EXPIRY_TOLERANCE_S = 60
_OF_THE_CALLER = frozenset({"identity-based policy", "permissions boundary", "session policy"})


@dataclass(frozen=True)
class _CredentialsCheck(Check):
    session: Temporary

    @property
    def identity(self) -> Identity:
        return self.session.by

    def call_text(self, facts: Facts) -> str:
        return self.session.call.text(facts)

    def questions(self, facts: Facts) -> tuple[Question, ...]:
        return (Question(self.session.by, self.session.call),)


@dataclass(frozen=True)
class _Given(_CredentialsCheck):
    """Three credentials that belong to the right identity, and expire when they should."""

    def expected(self, facts: Facts) -> str:
        return f"credentials of {self.session.expected_arn(facts)} for {self.session.lasts} s"

    def observe(self, scene: Scene) -> Observation:
        answer = scene.open(self.session)
        if answer.kind is Kind.ALLOWED:
            return self._look_into(answer.data, scene.expected_arn(self.session))
        if answer.kind is Kind.DENIED:
            return refused_though_expected(answer, "refused where it should be allowed")
        if answer.kind is Kind.REFUSED:
            return Observation(State.WRONG, str(answer), f"{self.session.call.operation} itself is refused")
        return unknown(answer)

    def _look_into(self, data: Mapping[str, Any], expected_arn: str) -> Observation:
        arn, lasts = self._stated_arn(data, expected_arn), _lifetime(data)
        observed = f"credentials of {arn} for {lasts:.0f} s"
        missing = [
            name for name in ("AccessKeyId", "SecretAccessKey", "SessionToken") if not data["Credentials"].get(name)
        ]
        if missing:
            return Observation(State.WRONG, observed, f"without {' and '.join(missing)}")
        if arn != expected_arn:
            return Observation(State.WRONG, observed, f"not those of {expected_arn}")
        if abs(lasts - self.session.lasts) > EXPIRY_TOLERANCE_S:
            return Observation(State.WRONG, observed, f"they do not last {self.session.lasts} s")
        return Observation(State.PROVEN, observed)

    def _stated_arn(self, data: Mapping[str, Any], expected_arn: str) -> str:
        """Whose credentials AWS says it gives; GetSessionToken does not say, and CallerIdentity has to find out."""
        if isinstance(self.session, SessionToken):
            return expected_arn
        return str(data["FederatedUser" if isinstance(self.session, FederatedUser) else "AssumedRoleUser"]["Arn"])


@dataclass(frozen=True)
class Assumed(_Given):
    """AssumeRole gives three credentials of the role's session, which last as long as was asked for.

    The session stays open for the checks that follow. Source: AWS STS API Reference, AssumeRole.
    """

    session: Session


@dataclass(frozen=True)
class TokenGiven(_Given):
    """GetSessionToken or GetFederationToken gives three credentials, which last as long as was asked for.

    They stay at hand for the checks that follow. Source: AWS STS API Reference, GetSessionToken, GetFederationToken.
    """

    session: SessionToken | FederatedUser


@dataclass(frozen=True)
class NotAssumed(_CredentialsCheck):
    """AssumeRole is denied to a caller whose key is live.

    `because`: as in `Denied`; AWS states no reason for most denials of AssumeRole. `withdrawn`: as in `Denied`.
    """

    session: Session
    because: Reason | None = None
    withdrawn: bool = False

    def expected(self, facts: Facts) -> str:
        return denial_text(denial_code("sts"), self.because)

    def observe(self, scene: Scene) -> Observation:
        if self.session.by == ADMINISTRATOR and (reason := _no_stranger(scene)):
            return Observation(State.NOT_APPLICABLE, "not asked", reason)
        answer = scene.try_to_open(self.session)
        if answer.kind is Kind.DENIED and self._denied_by_its_own_policies(answer):
            reason = "the administrator's own policies deny it, so it says nothing of the trust policy"
            return Observation(State.WITHOUT_BASIS, str(answer), reason)
        if answer.kind is Kind.DENIED:
            actions = self.session.actions
            return weigh_denial(scene, self.session.by, answer, denial_code("sts"), actions, self.because)
        if answer.kind is Kind.ALLOWED:
            state = State.UNSETTLED if self.withdrawn else State.WRONG
            return Observation(state, "the role was assumed", "allowed where it should be denied")
        if answer.kind is Kind.REFUSED:
            return Observation(State.WRONG, str(answer), "not denied: this answer says nothing of permissions")
        return unknown(answer)

    def _denied_by_its_own_policies(self, answer: Answer) -> bool:
        """Whether it is not the role that refuses the administrator, whose policies are none of the lab's."""
        return self.session.by == ADMINISTRATOR and answer.denial.layer in _OF_THE_CALLER


def _no_stranger(scene: Scene) -> str | None:
    """Why it would prove nothing if the administrator is refused; None if it would prove something."""
    arn = scene.expected_arn(ADMINISTRATOR)
    if arn.endswith(":root"):
        return "the administrator is the root user, who can't assume any role, so it would prove nothing"
    if arn in scene.facts.outputs.values():
        return "the administrator is a user of the lab: verify with credentials of somebody else"
    return None


def aws_time(data: Mapping[str, Any]) -> datetime:
    """The time of an answer, in whole seconds: AWS's own where the answer carries it, else ours."""
    date = data.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(date) if date else datetime.now(UTC).replace(microsecond=0)


def _lifetime(data: Mapping[str, Any]) -> float:
    """Seconds until the credentials expire."""
    return float((data["Credentials"]["Expiration"] - aws_time(data)).total_seconds())
