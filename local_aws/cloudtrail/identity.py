"""Who made a call, as its event says it.

AWS: CloudTrail User Guide, "CloudTrail userIdentity element".
"""

from __future__ import annotations

from typing import Any

from iam_engine import PrincipalKind
from local_aws import upstream
from local_aws.callers import Caller

_TYPES = {
    PrincipalKind.USER: "IAMUser",
    PrincipalKind.ASSUMED_ROLE: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}


def user_identity(caller: Caller) -> dict[str, Any]:
    """`userIdentity` in the caller's own account."""
    principal = caller.principal
    identity: dict[str, Any] = {
        "type": _TYPES[principal.kind],
        "principalId": caller.keys["aws:userid"],
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": caller.access_key_id,
    }
    if principal.kind is PrincipalKind.USER:
        identity["userName"] = caller.user
    if caller.is_temporary:
        identity["sessionContext"] = _session_context(caller)
    return identity


def in_other_account(caller: Caller) -> dict[str, Any]:
    """`userIdentity` in the account whose role a caller from another one has assumed."""
    return {
        "type": "AWSAccount",
        "principalId": caller.keys["aws:userid"],
        "accountId": caller.principal.account,
    }


def user_name(caller: Caller) -> str:
    """The name that LookupEvents finds the events by: the user's, the role session's, the federated user's."""
    if caller.principal.kind is PrincipalKind.USER:
        return caller.user or ""
    return caller.principal.arn.rpartition("/")[2]


def _session_context(caller: Caller) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if caller.principal.kind is not PrincipalKind.USER:
        context["sessionIssuer"] = _session_issuer(caller)
    context["attributes"] = {
        "creationDate": caller.keys["aws:TokenIssueTime"],
        "mfaAuthenticated": caller.keys.get("aws:MultiFactorAuthPresent", "false"),
    }
    if "aws:SourceIdentity" in caller.keys:
        context["sourceIdentity"] = caller.keys["aws:SourceIdentity"]
    return context


def _session_issuer(caller: Caller) -> dict[str, Any]:
    arn, account = caller.principal.issuer_arn or "", caller.principal.account
    name = arn.rpartition("/")[2]
    if caller.principal.kind is PrincipalKind.ASSUMED_ROLE:
        kind, principal_id = "Role", str(caller.keys["aws:userid"]).partition(":")[0]
    else:
        user = upstream.module("services.iam")._users.get_scoped(account, None, name) or {}
        kind, principal_id = "IAMUser", user.get("UserId", "")
    return {"type": kind, "principalId": principal_id, "arn": arn, "accountId": account, "userName": name}
