"""AssumeRole: who may, for how long, and the session that comes of it.

AWS: AWS STS API Reference, AssumeRole; IAM User Guide, id_roles_terms-and-concepts ("Role chaining"),
id_session-tags and id_credentials_temp_control-access_monitor. Stock MiniStack asks the identity policy first, so
that a user named in the trust policy of a role in its own account is refused; evaluates the trust policy without MFA,
source identity, policy variables and NotPrincipal; and checks no duration.
Hook: token_service.py hands the requests here; `enforce` has authenticated the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iam_engine.messages import access_denied_message
from local_aws import authorization, mfa, request_context, session_policies, session_tags, sts_requests, upstream
from local_aws.callers import Caller, ContextValue, Credentials
from local_aws.compiled_policies import compiled
from local_aws.issued_credentials import issue
from local_aws.resource_policies import ResourceSide
from local_aws.session_tags import Tags
from local_aws.sts_requests import Response, StsError, StsRequest, access_denied, element

_DEFAULT_SECONDS = 3600
_CHAINED_SECONDS = 3600

_LIMITS: sts_requests.Limits = {
    "RoleArn": sts_requests.ROLE_ARN,
    "RoleSessionName": sts_requests.SESSION_NAME,
    "DurationSeconds": sts_requests.Number(900, 43200),
    "ExternalId": sts_requests.EXTERNAL_ID,
    "SourceIdentity": sts_requests.SOURCE_IDENTITY,
    "SerialNumber": sts_requests.SERIAL_NUMBER,
    "TokenCode": sts_requests.TOKEN_CODE,
}


@dataclass(frozen=True, slots=True)
class _Session:
    """What a session is to have besides the role's permissions.

    `tags` are those passed and those inherited from the session that assumes the role; `transitive` the keys of
    those that go on to the next one.
    """

    name: str
    tags: Tags
    transitive: tuple[str, ...]
    source_identity: str | None
    policies: dict[str, Any]
    packed_size: int | None


def assume_role(caller: Caller, request: StsRequest) -> Response:
    """Answer AssumeRole. Raises StsError for a refusal."""
    request.check(_LIMITS)
    role_arn = request.get("RoleArn") or ""
    account, role_name = _parse(role_arn)
    session = _session(caller, request, account)
    if mfa.check(caller, request):
        caller = caller.with_mfa()
    role = upstream.module("services.iam")._roles.get_scoped(account, None, role_name)
    if role is not None and role["Arn"] != role_arn:
        role = None
    _decide(caller, request, role_arn, account, role, session)
    if role is None:
        # A missing role has no trust policy, and without one nobody is let in.
        raise RuntimeError(f"a session was decided for {role_arn}, which does not exist")
    seconds = _duration(caller, request, role)
    return _issue(caller, role, session, seconds)


def _parse(arn: str) -> tuple[str, str]:
    """Account and name of a role."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[:3] != ["arn", "aws", "iam"] or parts[3] or not parts[5].startswith("role/"):
        raise StsError("ValidationError", f"{arn} is invalid")
    account, name = parts[4], parts[5].rpartition("/")[2]
    if len(account) != 12 or not (account.isascii() and account.isdigit()) or not name:
        raise StsError("ValidationError", f"{arn} is invalid")
    return account, name


def _session(caller: Caller, request: StsRequest, account: str) -> _Session:
    before = _session_of(caller)
    inherited = session_tags.transitive_of(before.get("SessionTags") or (), before.get("TransitiveTagKeys") or ())
    passed, transitive = session_tags.passed(request), request.members("TransitiveTagKeys")
    session_tags.check_transitive(transitive, passed, inherited)
    tags, policies = [*inherited, *passed], session_policies.passed(request, account)
    return _Session(
        name=request.get("RoleSessionName") or "",
        tags=tags,
        transitive=(*(tag["Key"] for tag in inherited), *transitive),
        # A source identity stays for the whole chain; a different one is refused by the trust decision's key.
        source_identity=request.get("SourceIdentity") or before.get("SourceIdentity"),
        policies=policies,
        packed_size=session_policies.packed_size(policies, tags),
    )


def _session_of(caller: Caller) -> Mapping[str, Any]:
    """The record of the role session that calls; empty for any other caller."""
    if caller.credentials is not Credentials.ROLE:
        return {}
    record: Mapping[str, Any] = upstream.module("services.sts")._sessions[caller.access_key_id]
    return record


def _decide(
    caller: Caller,
    request: StsRequest,
    role_arn: str,
    account: str,
    role: Mapping[str, Any] | None,
    session: _Session,
) -> None:
    """Raise StsError unless AssumeRole, and what the request makes necessary besides, is allowed."""
    actions = ["sts:AssumeRole"]
    if session.tags:
        actions.append("sts:TagSession")
    if session.source_identity:
        actions.append("sts:SetSourceIdentity")
    trust = compiled(role["AssumeRolePolicyDocument"], f"trust policy of {role_arn}") if role else None
    side = ResourceSide(account, trust, must_allow=True)
    context = _context(request, role or {}, account, session)
    for action in actions:
        decided = authorization.ask(caller, action, role_arn, side, context)
        if not decided.decision.allowed:
            raise access_denied(access_denied_message(decided.request, decided.decision))
    before = _session_of(caller).get("SourceIdentity")
    if before and session.source_identity != before:
        raise access_denied(
            f"User: {caller.principal.arn} is not authorized to perform: sts:SetSourceIdentity on resource: {role_arn}"
        )


def _context(request: StsRequest, role: Mapping[str, Any], account: str, session: _Session) -> dict[str, ContextValue]:
    context: dict[str, ContextValue] = {
        **request_context.common_keys(authorization.request_region()),
        "aws:ResourceAccount": account,
        "sts:RoleSessionName": session.name,
        **{f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in role.get("Tags") or ()},
        **{f"iam:ResourceTag/{tag['Key']}": tag["Value"] for tag in role.get("Tags") or ()},
        **{f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in session.tags},
    }
    optional: dict[str, ContextValue | None] = {
        "sts:ExternalId": request.get("ExternalId"),
        "sts:SourceIdentity": session.source_identity,
        "sts:TransitiveTagKeys": session.transitive or None,
        "aws:TagKeys": [tag["Key"] for tag in session.tags] or None,
    }
    return context | {key: value for key, value in optional.items() if value is not None}


def _duration(caller: Caller, request: StsRequest, role: Mapping[str, Any]) -> int:
    seconds = request.duration(_DEFAULT_SECONDS)
    if caller.credentials is Credentials.ROLE and seconds > _CHAINED_SECONDS:
        raise StsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    if seconds > int(role.get("MaxSessionDuration") or _DEFAULT_SECONDS):
        raise StsError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return seconds


def _issue(caller: Caller, role: Mapping[str, Any], session: _Session, seconds: int) -> Response:
    account, role_name = _parse(role["Arn"])
    arn = f"arn:aws:sts::{account}:assumed-role/{role_name}/{session.name}"
    role_id = f"{role['RoleId']}:{session.name}"
    credentials = issue(
        caller,
        seconds,
        {
            "Arn": arn,
            "UserId": role_id,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
            "SessionTags": list(session.tags),
            "TransitiveTagKeys": list(session.transitive),
            "SourceIdentity": session.source_identity,
            "SessionPolicies": session.policies or None,
        },
    )
    user = f"<AssumedRoleUser>{element('AssumedRoleId', role_id)}{element('Arn', arn)}</AssumedRoleUser>"
    more = element("PackedPolicySize", session.packed_size) + element("SourceIdentity", session.source_identity)
    return sts_requests.answer("AssumeRole", credentials.xml() + user + more)
