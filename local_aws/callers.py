"""Who calls: the principal behind an access key, with its policies and the condition keys that describe it.

AWS: IAM User Guide, reference_policies_condition-keys ("Properties of the principal", "Properties of a role
session") and reference_policies_variables ("Principal key values"). Stock MiniStack drops the policies' names,
gives a session's ARN for `aws:PrincipalArn`, and lets sessions of a deleted and recreated user or role go on.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from iam_engine import Policies, Policy, Principal, PrincipalKind, Request
from local_aws import upstream
from local_aws.compiled_policies import compiled, reads_resource_tags

ContextValue = str | Sequence[str]
_AWS_MANAGED = "arn:aws:iam::aws:policy/"
_MFA_PRESENT = "aws:MultiFactorAuthPresent"


class Credentials(Enum):
    """What kind of credentials a call is made with."""

    LONG_TERM = "access key"
    ROLE = "role session"
    SESSION_TOKEN = "GetSessionToken"  # noqa: S105
    FEDERATION_TOKEN = "GetFederationToken"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal that has been authenticated.

    `boundary` and `session` are None where nothing narrows. `keys` are the condition keys of the principal and
    its session. `user` is the name of the user behind it, None for a role's session.
    """

    principal: Principal
    credentials: Credentials
    access_key_id: str
    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    keys: Mapping[str, ContextValue] = field(default_factory=dict)
    user: str | None = None
    reads_resource_tags: bool = False

    @property
    def is_temporary(self) -> bool:
        """Whether the credentials are temporary ones."""
        return self.credentials is not Credentials.LONG_TERM

    @property
    def used_mfa(self) -> bool:
        """Whether an MFA device was used to get the credentials, or is used for this request."""
        return self.keys.get(_MFA_PRESENT) == "true"

    def with_mfa(self) -> Caller:
        """The caller of a request that has an MFA device's code with it."""
        return replace(self, keys={**self.keys, **_mfa_keys(time.time())})


def identify(credential: Any) -> Caller | None:
    """The caller behind a credential as MiniStack resolved it (`iam_evaluator.ResolvedCredential`).

    None for the session of a user or role that was deleted, be it that another one has its name now.
    """
    session = upstream.module("services.sts")._sessions.get(credential.access_key_id)
    if session and not _exists(credential, session):
        return None
    if credential.principal_type == "AssumedRole":
        return _role_session(credential, session)
    if credential.principal_type == "FederatedUser":
        return _federated_user(credential, session)
    return _user(credential, session)


def policies_of(caller: Caller, resource: Policy | None, *, resource_must_allow: bool) -> Policies:
    """The layers for a question of this caller's."""
    return Policies(
        identity=caller.identity,
        resource=resource,
        resource_is_trust=resource_must_allow,
        boundary=caller.boundary,
        session=caller.session,
    )


def request_of(
    caller: Caller, action: str, resource: str, resource_account: str, context: Mapping[str, ContextValue]
) -> Request:
    """A question of this caller's; its own condition keys win over those in `context`."""
    return Request(caller.principal, action, resource, resource_account, {**context, **caller.keys})


def _user(credential: Any, session: Mapping[str, Any] | None) -> Caller:
    account, name = credential.account_id, credential.principal_name
    found = _UserPolicies.of(account, name)
    keys: dict[str, ContextValue] = {
        "aws:username": name,
        **_principal_keys(credential, PrincipalKind.USER, credential.principal_arn),
        **_tag_keys(found.tags),
        **_session_keys(session),
        **(_mfa_keys(session.get("MfaAt")) if session else {}),
    }
    return Caller(
        Principal(PrincipalKind.USER, credential.principal_arn, account),
        Credentials.SESSION_TOKEN if session else Credentials.LONG_TERM,
        credential.access_key_id,
        found.identity,
        found.boundary,
        _session_policies(session, account),
        keys,
        name,
        found.reads_resource_tags,
    )


def _federated_user(credential: Any, session: Mapping[str, Any]) -> Caller:
    account, name = credential.account_id, str(session.get("PrincipalName") or "")
    found = _UserPolicies.of(account, name)
    keys: dict[str, ContextValue] = {
        **_principal_keys(credential, PrincipalKind.FEDERATED_USER, credential.principal_arn),
        **_tag_keys(found.tags, session.get("SessionTags") or []),
        **_session_keys(session),
        **_mfa_keys(None),
    }
    issuer = str(session.get("SourcePrincipalArn") or "") or None
    return Caller(
        Principal(PrincipalKind.FEDERATED_USER, credential.principal_arn, account, issuer),
        Credentials.FEDERATION_TOKEN,
        credential.access_key_id,
        found.identity,
        found.boundary,
        # Without a session policy a federated user has nothing but what resources' policies give.
        _session_policies(session, account) or (),
        keys,
        name,
        found.reads_resource_tags,
    )


def _role_session(credential: Any, session: Mapping[str, Any]) -> Caller:
    account = credential.account_id
    name = credential.principal_arn.split("/")[1]
    role = upstream.module("services.iam")._roles.get_scoped(account, None, name)
    role_arn = role["Arn"]
    documents = list(_documents(role, role.get("InlinePolicies") or {}, account))
    keys: dict[str, ContextValue] = {
        **_principal_keys(credential, PrincipalKind.ASSUMED_ROLE, role_arn),
        **_tag_keys(role.get("Tags") or [], session.get("SessionTags") or []),
        **_session_keys(session),
    }
    if session.get("SourceIdentity"):
        keys["aws:SourceIdentity"] = str(session["SourceIdentity"])
    keys |= session.get("ContextKeys") or {}
    return Caller(
        Principal(PrincipalKind.ASSUMED_ROLE, credential.principal_arn, account, role_arn),
        Credentials.ROLE,
        credential.access_key_id,
        tuple(compiled(document, name) for name, document in documents),
        _boundary(role, account),
        _session_policies(session, account),
        keys,
        reads_resource_tags=any(reads_resource_tags(document) for _, document in documents),
    )


def _exists(credential: Any, session: Mapping[str, Any]) -> bool:
    """Whether the role or user that the session was made from is still there, by its unique id."""
    iam, account = upstream.module("services.iam"), credential.account_id
    if credential.principal_type == "AssumedRole":
        role = iam._roles.get_scoped(account, None, credential.principal_arn.split("/")[1])
        return role is not None and role["RoleId"] == credential.principal_id.partition(":")[0]
    user = iam._users.get_scoped(account, None, session.get("PrincipalName"))
    return user is not None and user["UserId"] == (session.get("IssuerId") or credential.principal_id)


@dataclass(frozen=True, slots=True)
class _UserPolicies:
    identity: tuple[Policy, ...]
    boundary: Policy | None
    tags: Sequence[Mapping[str, str]]
    reads_resource_tags: bool

    @classmethod
    def of(cls, account: str, name: str) -> _UserPolicies:
        iam = upstream.module("services.iam")
        user = iam._users.get_scoped(account, None, name)
        if user is None:
            return cls((), None, (), False)
        inline = iam._user_inline_policies.get_scoped(account, None, name) or {}
        documents = list(_documents(user, inline, account))
        for (owner, group_name), group in iam._groups.to_dict().items():
            if owner == account and name in group.get("Users", ()):
                inline = iam._group_inline_policies.get_scoped(account, None, group_name) or {}
                documents += _documents(group, inline, account)
        return cls(
            tuple(compiled(document, policy_name) for policy_name, document in documents),
            _boundary(user, account),
            user.get("Tags") or (),
            any(reads_resource_tags(document) for _, document in documents),
        )


def _documents(
    holder: Mapping[str, Any], inline: Mapping[str, Any], account: str
) -> Iterable[tuple[str, str | Mapping[str, Any]]]:
    """Name and document of every policy of a user, group or role."""
    yield from inline.items()
    for arn in holder.get("AttachedPolicies", ()):
        document = managed_policy(arn, account)
        if document is not None:
            yield arn, document


def managed_policy(arn: str, account: str) -> str | Mapping[str, Any] | None:
    """The default version of a managed policy, AWS's or one of `account`; None where there is no such policy."""
    iam = upstream.module("services.iam")
    if arn.startswith(_AWS_MANAGED):
        policy = iam._aws_managed_policies.get(arn)
    else:
        policy = iam._policies.get_scoped(account, None, arn)
    if policy is None:
        return None
    document: str | Mapping[str, Any] = policy["Versions"][policy["DefaultVersionId"]]["Document"]
    return document


def _boundary(holder: Mapping[str, Any], account: str) -> Policy | None:
    arn = holder.get("PermissionsBoundary")
    if not arn:
        return None
    # A boundary that is gone can't allow anything any more.
    return compiled(managed_policy(arn, account) or "", arn)


def _session_policies(session: Mapping[str, Any] | None, account: str) -> tuple[Policy, ...] | None:
    passed = (session or {}).get("SessionPolicies")
    if not passed or not any(passed.values()):
        return None
    found = [compiled(passed["Policy"], "session policy")] if passed.get("Policy") else []
    found += [compiled(managed_policy(arn, account) or "", arn) for arn in passed.get("PolicyArns") or ()]
    return tuple(found)


def _principal_keys(credential: Any, kind: PrincipalKind, arn: str) -> dict[str, ContextValue]:
    return {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": credential.account_id,
        "aws:PrincipalType": kind.value,
        "aws:userid": credential.principal_id,
    }


def _tag_keys(*layers: Iterable[Mapping[str, str]]) -> dict[str, ContextValue]:
    """`aws:PrincipalTag/…`; a later layer's tag takes the place of an earlier one's, whatever its case."""
    tags = {tag["Key"].lower(): (tag["Key"], tag["Value"]) for layer in layers for tag in layer}
    return {f"aws:PrincipalTag/{key}": value for key, value in tags.values()}


def _session_keys(session: Mapping[str, Any] | None) -> dict[str, ContextValue]:
    """The key that all temporary credentials have, and only they."""
    if session is None:
        return {}
    issued = datetime.fromtimestamp(session["IssuedAt"], UTC)
    return {"aws:TokenIssueTime": issued.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _mfa_keys(used_at: float | None) -> dict[str, ContextValue]:
    """The keys about MFA, used at that time (seconds since the epoch) or not at all.

    Long-term keys have none of them, and no role's session has: the credentials of AssumeRole do not include MFA
    information (IAM User Guide, id_credentials_mfa_configure-api-require).
    """
    if used_at is None:
        return {_MFA_PRESENT: "false"}
    return {_MFA_PRESENT: "true", "aws:MultiFactorAuthAge": str(max(0, int(time.time() - used_at)))}
