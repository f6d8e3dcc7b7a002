"""The checks that a role is assumed, or can't be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from labkit.aws.answers import Kind
from labkit.checks.calls import Call
from labkit.checks.check import Check, Scene, unknown
from labkit.checks.denied import denial_text, weigh_denial
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, Identity, Session
from labkit.checks.reasons import Reason
from labkit.checks.values import Facts

EXPIRY_TOLERANCE_S = 60
ONE_HOUR_S = 3600
ASSUME_ROLE = Call("sts", "AssumeRole")


@dataclass(frozen=True)
class _AssumeRoleCheck(Check):
    session: Session

    @property
    def identity(self) -> Identity:
        return self.session.by

    def call_text(self, facts: Facts) -> str:
        return Call("sts", "AssumeRole", dict(self.session.parameters(facts))).text(facts)


@dataclass(frozen=True)
class Assumed(_AssumeRoleCheck):
    """AssumeRole gives three credentials of the role's session, which expire after `lasts` seconds.

    The session stays open for the checks that follow. Source: AWS STS API Reference, AssumeRole.
    """

    lasts: int = ONE_HOUR_S

    def expected(self, facts: Facts) -> str:
        return f"credentials of {self.session.expected_arn(facts)} for {self.lasts} s"

    def observe(self, scene: Scene) -> Observation:
        answer = scene.open(self.session)
        if answer.kind is Kind.ALLOWED:
            return self._look_into(answer.data, scene.expected_arn(self.session))
        if answer.kind is Kind.DENIED:
            return Observation(State.UNSETTLED, str(answer), "refused where the role should be assumed")
        if answer.kind is Kind.REFUSED:
            return Observation(State.WRONG, str(answer), "AssumeRole itself is refused")
        return unknown(answer)

    def _look_into(self, data: Mapping[str, Any], expected_arn: str) -> Observation:
        arn, lasts = data["AssumedRoleUser"]["Arn"], _lifetime(data)
        observed = f"credentials of {arn} for {lasts:.0f} s"
        missing = [
            name for name in ("AccessKeyId", "SecretAccessKey", "SessionToken") if not data["Credentials"].get(name)
        ]
        if missing:
            return Observation(State.WRONG, observed, f"without {' and '.join(missing)}")
        if arn != expected_arn:
            return Observation(State.WRONG, observed, f"not a session of {expected_arn}")
        if abs(lasts - self.lasts) > EXPIRY_TOLERANCE_S:
            return Observation(State.WRONG, observed, f"the session does not last {self.lasts} s")
        return Observation(State.PROVEN, observed)


@dataclass(frozen=True)
class NotAssumed(_AssumeRoleCheck):
    """AssumeRole is denied to a caller whose key is live.

    `because`: as in `Denied`; AWS states no reason for most denials of AssumeRole.
    """

    because: Reason | None = None

    def expected(self, facts: Facts) -> str:
        return denial_text("AccessDenied", self.because)

    def observe(self, scene: Scene) -> Observation:
        if self.session.by == ADMINISTRATOR and scene.expected_arn(ADMINISTRATOR).endswith(":root"):
            reason = "the administrator is the root user, who can't assume any role, so it would prove nothing"
            return Observation(State.NOT_APPLICABLE, "not asked", reason)
        answer = scene.try_to_open(self.session)
        if answer.kind is Kind.DENIED:
            return weigh_denial(scene, self.session.by, answer, ASSUME_ROLE, self.because)
        if answer.kind is Kind.ALLOWED:
            return Observation(State.WRONG, "the role was assumed", "allowed where it should be denied")
        if answer.kind is Kind.REFUSED:
            return Observation(State.WRONG, str(answer), "not denied: this answer says nothing of permissions")
        return unknown(answer)


def _lifetime(data: Mapping[str, Any]) -> float:
    """Seconds until the session expires, by AWS's own clock where the answer carries its time."""
    date = data.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    return float((data["Credentials"]["Expiration"] - now).total_seconds())
