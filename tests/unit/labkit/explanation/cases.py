"""Cases for tests: James, his role's session, and policies made of a few statements."""

from __future__ import annotations

from typing import Any

from iam_engine import Principal, PrincipalKind
from labkit.explanation.case import Case
from labkit.explanation.policies import Held, Kind

HOME, PARTNER = "123456789012", "210987654321"
JAMES = f"arn:aws:iam::{HOME}:user/James"
ROLE = f"arn:aws:iam::{HOME}:role/R"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/R/S"
OBJECT = "arn:aws:s3:::b/k"


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return statement("Allow", action, resource, **more)


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return statement("Deny", action, resource, **more)


def lets_in(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}


def held(kind: Kind, *statements: dict[str, Any], holder: str = "user James", name: str = "P", **more: Any) -> Held:
    return Held(kind, name, holder, {"Version": "2012-10-17", "Statement": list(statements)}, **more)


def inline(*statements: dict[str, Any], **more: Any) -> Held:
    return held(Kind.INLINE, *statements, **more)


def managed(*statements: dict[str, Any], **more: Any) -> Held:
    return held(Kind.MANAGED, *statements, name=f"arn:aws:iam::{HOME}:policy/M", **more)


def aws_managed(*statements: dict[str, Any], **more: Any) -> Held:
    return held(Kind.AWS_MANAGED, *statements, name="arn:aws:iam::aws:policy/A", **more)


def trust(*statements: dict[str, Any]) -> Held:
    return held(Kind.TRUST, *statements, holder="role R", name="")


def case_of(
    *identity: Held,
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    as_role: bool = False,
    account: str = HOME,
    context: dict[str, Any] | None = None,
    **more: Any,
) -> Case:
    """A case of James's, or of the session of his role."""
    asker, home, principal = "James", "user James", Principal(PrincipalKind.USER, JAMES, HOME)
    if as_role:
        asker, home = "the session S of R", "role R"
        principal = Principal(PrincipalKind.ASSUMED_ROLE, SESSION, HOME, ROLE)
    keys = {"aws:CurrentTime": "2026-01-01T00:00:00Z", **(context or {})}
    return Case(asker, home, principal, action, resource, account, keys, identity, **more)


def assume(*identity: Held, trusts: Held | None, account: str = HOME, **more: Any) -> Case:
    """James wants to assume R."""
    resource = ROLE.replace(HOME, account)
    return case_of(
        *identity,
        action="sts:AssumeRole",
        resource=resource,
        account=account,
        on_resource=trusts,
        resource_is_trust=True,
        **more,
    )
