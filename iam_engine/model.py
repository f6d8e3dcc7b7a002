"""What is asked of the engine, and what it answers.

A `Request` says who wants to do what on what, under which circumstances; `Policies` are the layers
that apply to it; a `Decision` says what IAM answers and which statement, condition or layer made it so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from iam_engine.policy import Policy

ContextValue = str | Sequence[str]


class PrincipalKind(StrEnum):
    """The kinds of principal, spelled as the values of `aws:PrincipalType` where AWS gives one."""

    USER = "User"
    ASSUMED_ROLE = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    ROOT = "Account"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


class Layer(StrEnum):
    """The layers of policies, in the order in which IAM's documentation lists them."""

    SERVICE_CONTROL = "service control policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


class Effect(StrEnum):
    """What IAM answers."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    `arn` is the principal as AWS's messages name it: a user's ARN, an assumed-role session's ARN
    (`arn:aws:sts::…:assumed-role/ROLE/SESSION`), a federated user's ARN, an account's root ARN, or
    the name of a service. `issuer_arn` is, for a session, the ARN of the role (with its path) or of
    the user that it was made from.
    """

    kind: PrincipalKind
    arn: str
    account: str
    issuer_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `action` as in policies (`s3:GetObject`); `resource` an ARN or `*`.

    `context` holds the condition keys of the request (`aws:SourceIp`, `sts:ExternalId` …); a key's
    case does not matter; a key that is absent is absent, never empty; a sequence is a multivalued key.
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
