"""What is asked of the engine, and what it answers.

A `Request` says who wants to do what on what, under which circumstances; `Policies` are the layers
that apply to it; a `Decision` says what IAM answers and which statement, condition or layer made it so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from iam_engine.context import ContextValue

if TYPE_CHECKING:
    from iam_engine.policy import Policy


class PrincipalKind(StrEnum):
    """The kinds of principal, spelled as the values of `aws:PrincipalType` where AWS gives one.

    USER is also the session that GetSessionToken gives a user. IDENTITY_PROVIDER is the SAML or OIDC provider
    in whose name AssumeRoleWithSAML or AssumeRoleWithWebIdentity is called.
    """

    USER = "User"
    ASSUMED_ROLE = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    ROOT = "Account"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"
    IDENTITY_PROVIDER = "Federated"


class Layer(StrEnum):
    """The layers of policies, in the order in which IAM's documentation lists them."""

    SERVICE_CONTROL = "service control policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


class Effect(StrEnum):
    """What IAM, or one layer by itself, answers."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    `arn` is the principal as AWS's messages name it: a user's ARN, an assumed-role session's ARN
    (`arn:aws:sts::…:assumed-role/ROLE/SESSION`), a federated user's ARN, an account's root ARN, the name of
    a service, or an identity provider's ARN or name. `issuer_arn` is, for a session, the ARN of the role
    (with its path) or of the user that it was made from.
    """

    kind: PrincipalKind
    arn: str
    account: str
    issuer_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `action` as in policies (`s3:GetObject`); `resource` an ARN or `*`.

    `context` holds the condition keys of the request (`aws:SourceIp`, `sts:ExternalId` …); a key's case does
    not matter; a key that is absent is absent, never empty; a sequence is a multivalued key, which only
    ForAllValues and ForAnyValue compare. Dates are ISO 8601 or seconds since 1970, binary values Base64.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """The layers that apply to a request.

    `identity`: all identity-based policies of the principal (a group's are its members').
    `resource`: the policy on the resource, for a role its trust policy; None where there is none.
    `resource_is_trust`: the resource is a role being assumed: then its trust policy has to allow in
    any case. `boundary` and `session`: None where there is none, which narrows nothing; an
    empty tuple never occurs for "none". `service_control`: each inner tuple is one level of the
    organization, every level has to allow.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    resource_is_trust: bool = False
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    service_control: tuple[tuple[Policy, ...], ...] = ()


class Part(StrEnum):
    """The parts of a statement that a request has to match, in the order in which they are looked at."""

    PRINCIPAL = "principal"
    ACTION = "action"
    RESOURCE = "resource"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One key under one condition operator, as it was evaluated.

    `actual` is the request's value or values, None where the request lacks the key; `expected` the
    policy's values, with their variables replaced where they had a value. `note` says what was wrong
    with the condition itself (an unknown operator, a variable without value), else it is empty.
    """

    operator: str
    key: str
    actual: tuple[str, ...] | None
    expected: tuple[str, ...]
    held: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """How one statement met the request.

    `failed_on` is the first part that did not match, None for a statement that matched. `conditions`
    is filled only where all else matched, since IAM looks at conditions last.
    """

    policy: str
    index: int
    sid: str | None
    effect: Effect
    failed_on: Part | None
    conditions: tuple[ConditionTrace, ...] = ()

    @property
    def matched(self) -> bool:
        return self.failed_on is None


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """What one layer by itself answers, and every statement in it."""

    layer: Layer
    effect: Effect
    statements: tuple[StatementTrace, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What IAM answers, and why.

    `layer` is the layer that allowed, that denied or, for an implicit deny, the first one on the way that had
    no allow. Where two have to allow, it is the later one of the flow chart: the resource's across accounts,
    the identity's where a trust policy only delegates. `policy` (its name), `statement` (index from 0) and
    `sid` are those of the statement that decided; None for an implicit deny and for a root user, whom no
    statement has to allow. `conditions` are the decisive statement's
    conditions; for an implicit deny the failed conditions of the Allow statements that would
    otherwise have matched. `trace` holds every layer, in the order in which they were looked at.
    """

    effect: Effect
    layer: Layer
    policy: str | None = None
    statement: int | None = None
    sid: str | None = None
    conditions: tuple[ConditionTrace, ...] = ()
    trace: tuple[LayerTrace, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.effect is Effect.ALLOW
