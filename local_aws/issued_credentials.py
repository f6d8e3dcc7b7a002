"""Temporary credentials: made at random, kept where MiniStack looks for sessions."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws import upstream
from local_aws.callers import Caller
from local_aws.sts_requests import element


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """Credentials that STS gives out; `expires` is a time in whole seconds since the epoch."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expires: int

    def xml(self) -> str:
        """The `Credentials` element of STS's results."""
        expiration = datetime.fromtimestamp(self.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return (
            "<Credentials>"
            + element("AccessKeyId", self.access_key_id)
            + element("SecretAccessKey", self.secret_access_key)
            + element("SessionToken", self.session_token)
            + element("Expiration", expiration)
            + "</Credentials>"
        )


def issue(caller: Caller, seconds: int, session: dict[str, Any]) -> IssuedCredentials:
    """Make credentials that last `seconds`, for a session whose principal `session` describes.

    `session` has the keys of MiniStack's own sessions (Arn, UserId, AccountId, PrincipalType …), and ours.
    """
    source = {"SourceAccessKeyId": caller.access_key_id, "SourcePrincipalArn": caller.principal.arn}
    return _issue(seconds, session | source)


def issue_to_service(service: str, seconds: int, session: dict[str, Any]) -> IssuedCredentials:
    """The same for a role that a service assumed, whose principal is `service` (`lambda.amazonaws.com`)."""
    return _issue(seconds, session | {"SourcePrincipalArn": service})


def _issue(seconds: int, session: dict[str, Any]) -> IssuedCredentials:
    iam, sts = upstream.module("services.iam"), upstream.module("services.sts")
    now = time.time()
    credentials = IssuedCredentials(
        access_key_id=iam._gen_session_access_key(),
        secret_access_key=iam._gen_secret(),
        session_token=iam._gen_session_token(),
        expires=math.ceil(now + seconds),
    )
    sts.register_session(
        credentials.access_key_id,
        {
            **session,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": float(credentials.expires),
            "IssuedAt": now,
        },
    )
    return credentials
