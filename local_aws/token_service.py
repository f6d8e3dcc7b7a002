"""Requests to STS on their way: those that hand out credentials are answered here, the others by MiniStack.

AWS checks the token of an identity provider before it trusts it (AWS STS API Reference, AssumeRoleWithWebIdentity and
AssumeRoleWithSAML); stock MiniStack reads the former's claims and does not look at the signature, so anyone could write
one, and does not know the latter. Until identity providers have keys that can be checked, such calls are refused.
Hook: `services.sts.handle_request`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local_aws import authorization, upstream
from local_aws.callers import Caller
from local_aws.role_sessions import assume_role
from local_aws.sts_requests import ROLE_ARN, Limits, Response, StsError, StsRequest, Text
from local_aws.token_calls import decode_authorization_message, get_federation_token, get_session_token

_ANSWERED: Mapping[str, Callable[[Caller, StsRequest], Response]] = {
    "AssumeRole": assume_role,
    "GetSessionToken": get_session_token,
    "GetFederationToken": get_federation_token,
    "DecodeAuthorizationMessage": decode_authorization_message,
}

_SAML_LIMITS: Limits = {
    "RoleArn": ROLE_ARN,
    "PrincipalArn": ROLE_ARN,
    "SAMLAssertion": Text(4, 100_000, required=True),
}


def install() -> None:
    """Put this before MiniStack's own."""
    ministack = upstream.module("services.sts").handle_request

    async def handle_request(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Sequence[str]]
    ) -> Any:
        request = StsRequest(query, body)
        try:
            respond = _answered_here(request, headers)
            if respond is not None:
                return respond(_caller(headers, query), request)
        except StsError as error:
            return error.response()
        return await ministack(method, path, headers, body, query)

    upstream.replace("services.sts", "handle_request", handle_request)


def _answered_here(request: StsRequest, headers: Mapping[str, str]) -> Callable[[Caller, StsRequest], Response] | None:
    """What answers the request, None where MiniStack does. Raises StsError for what nobody answers."""
    if "json" in headers.get("content-type", "") or headers.get("x-amz-target"):
        raise StsError("InvalidAction", "STS speaks the Query protocol only.")
    if request.action == "AssumeRoleWithWebIdentity":
        raise StsError(
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider, "
            "please reference AssumeRoleWithWebIdentity documentation for requirements",
        )
    if request.action == "AssumeRoleWithSAML":
        request.check(_SAML_LIMITS)
        raise StsError("InvalidIdentityToken", "Response signature invalid")
    return _ANSWERED.get(request.action)


def _caller(headers: Mapping[str, str], query: Mapping[str, Sequence[str]]) -> Caller:
    """The caller, whose signature has been checked before the request came here."""
    evaluator = upstream.module("core.iam_evaluator")
    key = upstream.module("core.router").extract_access_key_id(headers, query)
    if not key or evaluator._verified_key.get() != key:
        raise StsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    caller = authorization.identify(key)
    if not isinstance(caller, Caller):
        raise StsError(caller.code, caller.message, 403)
    return caller
