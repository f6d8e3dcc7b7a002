"""What credentials of GetSessionToken and GetFederationToken can't call, whatever policies allow.

AWS: IAM User Guide, id_credentials_temp_request ("Comparing AWS STS credentials"); AWS STS API Reference,
GetSessionToken and GetFederationToken. Without MFA the former may call no IAM operation, the latter never; of STS
the former may call AssumeRole and GetCallerIdentity, the latter GetCallerIdentity only. Stock MiniStack sets no
such limits. Applied in authorization.py.
"""

from __future__ import annotations

from typing import Any

from local_aws import refusals, upstream
from local_aws.callers import Caller, Credentials

_STS_CALLS = {
    Credentials.SESSION_TOKEN: frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"}),
    Credentials.FEDERATION_TOKEN: frozenset({"sts:GetCallerIdentity"}),
}


def refusal(caller: Caller, action: str) -> Any:
    """What `enforce` returns for a call that these credentials can't make; None for any other."""
    allowed_calls = _STS_CALLS.get(caller.credentials)
    if allowed_calls is None:
        return None
    service, _, name = action.partition(":")
    if service == "iam" and not (caller.credentials is Credentials.SESSION_TOKEN and caller.used_mfa):
        # AWS answers as if it did not know the token.
        evaluator = upstream.module("core.iam_evaluator")
        return evaluator.AuthError("InvalidClientTokenId", "The security token included in the request is invalid")
    if service == "sts" and action not in allowed_calls:
        return refusals.refusal_without_policy(caller.principal.arn, f"Cannot call {name} with session credentials")
    return None
