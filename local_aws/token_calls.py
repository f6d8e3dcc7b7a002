"""GetSessionToken and GetFederationToken: who may, for how long, and what comes of it.

AWS: AWS STS API Reference, GetSessionToken (no permissions are needed, and policies can't forbid it) and
GetFederationToken (an identity policy has to allow it, on `arn:aws:sts::ACCOUNT:federated-user/NAME`). Neither can be
called with temporary credentials. Stock MiniStack checks no duration, ignores TokenCode, decides GetFederationToken
on `*`, so that a policy for one name matches none, and lacks DecodeAuthorizationMessage.
Hook: token_service.py hands the requests here; `enforce` has authenticated the caller.
"""

from __future__ import annotations

import time

from iam_engine.messages import access_denied_message
from local_aws import authorization, mfa, request_context, session_policies, session_tags, sts_requests
from local_aws.callers import Caller, ContextValue
from local_aws.encoded_messages import MESSAGES
from local_aws.issued_credentials import issue
from local_aws.resource_policies import ResourceSide
from local_aws.sts_requests import Response, StsError, StsRequest, access_denied, element

_DEFAULT_SECONDS = 43200
_DURATION = sts_requests.Number(900, 129600)

_SESSION_LIMITS: sts_requests.Limits = {
    "DurationSeconds": _DURATION,
    "SerialNumber": sts_requests.SERIAL_NUMBER,
    "TokenCode": sts_requests.TOKEN_CODE,
}
_DECODING_LIMITS: sts_requests.Limits = {"EncodedMessage": sts_requests.ENCODED_MESSAGE}
_FEDERATION_LIMITS: sts_requests.Limits = {"Name": sts_requests.FEDERATED_NAME, "DurationSeconds": _DURATION}


def get_session_token(caller: Caller, request: StsRequest) -> Response:
    """Answer GetSessionToken. Raises StsError for a refusal."""
    _refuse_temporary(caller, "GetSessionToken")
    request.check(_SESSION_LIMITS)
    used_mfa = mfa.check(caller, request)
    credentials = issue(
        caller,
        request.duration(_DEFAULT_SECONDS),
        {
            "Arn": caller.principal.arn,
            "UserId": caller.keys["aws:userid"],
            "AccountId": caller.principal.account,
            "PrincipalType": "User",
            "PrincipalName": caller.user,
            "MfaAt": time.time() if used_mfa else None,
        },
    )
    return sts_requests.answer("GetSessionToken", credentials.xml())


def get_federation_token(caller: Caller, request: StsRequest) -> Response:
    """Answer GetFederationToken. Raises StsError for a refusal."""
    _refuse_temporary(caller, "GetFederationToken")
    request.check(_FEDERATION_LIMITS)
    account, name = caller.principal.account, request.get("Name")
    tags, policies = session_tags.passed(request), session_policies.passed(request, account)
    packed = session_policies.packed_size(policies, tags)
    arn = f"arn:aws:sts::{account}:federated-user/{name}"
    _decide(caller, arn, tags)
    federated_id = f"{account}:{name}"
    credentials = issue(
        caller,
        request.duration(_DEFAULT_SECONDS),
        {
            "Arn": arn,
            "UserId": federated_id,
            "AccountId": account,
            "PrincipalType": "FederatedUser",
            "PrincipalName": caller.user,
            "IssuerId": caller.keys["aws:userid"],
            "SessionTags": tags,
            "SessionPolicies": policies or None,
        },
    )
    user = f"<FederatedUser>{element('FederatedUserId', federated_id)}{element('Arn', arn)}</FederatedUser>"
    return sts_requests.answer("GetFederationToken", credentials.xml() + user + element("PackedPolicySize", packed))


def decode_authorization_message(caller: Caller, request: StsRequest) -> Response:
    """Answer DecodeAuthorizationMessage. Raises StsError for what is no message of the caller's account."""
    request.check(_DECODING_LIMITS)
    message = MESSAGES.decode(request.get("EncodedMessage") or "", caller.principal.account)
    if message is None:
        raise StsError("InvalidAuthorizationMessageException", "Message is not valid")
    return sts_requests.answer("DecodeAuthorizationMessage", element("DecodedMessage", message))


def _refuse_temporary(caller: Caller, operation: str) -> None:
    if caller.is_temporary:
        raise access_denied(f"Cannot call {operation} with session credentials")


def _decide(caller: Caller, arn: str, tags: list[dict[str, str]]) -> None:
    context: dict[str, ContextValue] = {
        **request_context.common_keys(authorization.request_region()),
        **{f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags},
    }
    if tags:
        context["aws:TagKeys"] = [tag["Key"] for tag in tags]
    side = ResourceSide(caller.principal.account)
    for action in ("sts:GetFederationToken", *(("sts:TagSession",) if tags else ())):
        decided = authorization.ask(caller, action, arn, side, context)
        if not decided.decision.allowed:
            raise access_denied(access_denied_message(decided.request, decided.decision))
