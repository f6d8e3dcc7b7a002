"""The flow chart, within an account and across accounts. Each row names its page of the IAM User Guide."""

from __future__ import annotations

from typing import Any

import pytest

from iam_engine import Decision, Effect, Layer, Policies, Policy, Principal, PrincipalKind, Request, decide

HOME, PARTNER = "123456789012", "210987654321"
ROLE = f"arn:aws:iam::{HOME}:role/labs/reader"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/reader/james"
USER = f"arn:aws:iam::{HOME}:user/james"
FEDERATED = f"arn:aws:sts::{HOME}:federated-user/guest"
BUCKET = "arn:aws:s3:::lab-bucket"

PRINCIPALS = {
    "user": Principal(PrincipalKind.USER, USER, HOME),
    "session": Principal(PrincipalKind.ASSUMED_ROLE, SESSION, HOME, ROLE),
    "federated": Principal(PrincipalKind.FEDERATED_USER, FEDERATED, HOME, USER),
    "root": Principal(PrincipalKind.ROOT, f"arn:aws:iam::{HOME}:root", HOME),
    "service": Principal(PrincipalKind.SERVICE, "logging.s3.amazonaws.com", ""),
    "anonymous": Principal(PrincipalKind.ANONYMOUS, "anonymous", ""),
}

ALLOW, EXPLICIT, IMPLICIT = Effect.ALLOW, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY
EVALUATION = "reference_policies_evaluation-logic"
DENY_ALLOW = "reference_policies_evaluation-logic_policy-eval-denyallow"
CROSS = "reference_policies_evaluation-logic-cross-account"
PRINCIPAL = "reference_policies_elements_principal"
NOT_PRINCIPAL = "reference_policies_elements_notprincipal"
BOUNDARIES = "access_policies_boundaries"


def policy(effect: str = "Allow", action: str = "s3:ListBucket", **elements: Any) -> Policy:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **elements}
    return Policy.parse({"Version": "2012-10-17", "Statement": statement}, f"{effect} {action}")


YES, NO, OTHER = policy(), policy("Deny"), policy(action="s3:GetObject")


def bucket(principal: Any, effect: str = "Allow", element: str = "Principal") -> Policy:
    named: dict[str, Any] = {element: principal if principal == "*" else {"AWS": principal}}
    return policy(effect, **named)


def ask(who: str, owner: str = HOME, **layers: Any) -> Decision:
    return decide(Request(PRINCIPALS[who], "s3:ListBucket", BUCKET, owner), Policies(**layers))


IMPLICIT_DENIES = {"identity": (OTHER,), "boundary": OTHER, "session": (OTHER,)}

WITHIN_ACCOUNT = [
    (DENY_ALLOW, "user", {}, IMPLICIT, Layer.IDENTITY),
    (DENY_ALLOW, "user", {"identity": (YES,)}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "user", {"identity": (OTHER,)}, IMPLICIT, Layer.IDENTITY),
    (DENY_ALLOW, "user", {"identity": (YES, NO)}, EXPLICIT, Layer.IDENTITY),
    (DENY_ALLOW, "user", {"identity": (OTHER, YES)}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "root", {}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "root", {"resource": bucket("*", "Deny")}, EXPLICIT, Layer.RESOURCE),
    (DENY_ALLOW, "root", {"service_control": ((OTHER,),)}, IMPLICIT, Layer.SERVICE_CONTROL),
    # Service control policies: every level has to allow.
    (DENY_ALLOW, "user", {"identity": (YES,), "service_control": ((YES,), (OTHER, YES))}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "user", {"identity": (YES,), "service_control": ((YES,), (OTHER,))}, IMPLICIT, Layer.SERVICE_CONTROL),
    (DENY_ALLOW, "user", {"identity": (YES,), "service_control": ((YES, NO),)}, EXPLICIT, Layer.SERVICE_CONTROL),
    (DENY_ALLOW, "user", {"service_control": ((YES,),)}, IMPLICIT, Layer.IDENTITY),
    (
        DENY_ALLOW,
        "user",
        {"resource": bucket(USER), "service_control": ((OTHER,),)},
        IMPLICIT,
        Layer.SERVICE_CONTROL,
    ),
    # Permissions boundary and session policy.
    (BOUNDARIES, "user", {"identity": (YES,), "boundary": YES}, ALLOW, Layer.IDENTITY),
    (BOUNDARIES, "user", {"identity": (YES,), "boundary": OTHER}, IMPLICIT, Layer.BOUNDARY),
    (BOUNDARIES, "user", {"identity": (YES,), "boundary": NO}, EXPLICIT, Layer.BOUNDARY),
    (BOUNDARIES, "user", {"boundary": YES}, IMPLICIT, Layer.IDENTITY),
    (DENY_ALLOW, "session", {"identity": (YES,)}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "session", {"identity": (YES,), "session": (YES,)}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "session", {"identity": (YES,), "session": (OTHER, YES)}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "session", {"identity": (YES,), "session": (OTHER,)}, IMPLICIT, Layer.SESSION),
    (DENY_ALLOW, "session", {"identity": (YES,), "session": (YES, NO)}, EXPLICIT, Layer.SESSION),
    (DENY_ALLOW, "session", {"session": (YES,)}, IMPLICIT, Layer.IDENTITY),
    (DENY_ALLOW, "federated", {"identity": (YES,), "session": (YES,)}, ALLOW, Layer.IDENTITY),
    (DENY_ALLOW, "federated", {"identity": (YES,)}, IMPLICIT, Layer.SESSION),
    (DENY_ALLOW, "federated", {"session": (YES,)}, IMPLICIT, Layer.IDENTITY),
    # Resource-based policies and implicit denies in other policy types (same account): the guide's table.
    (DENY_ALLOW, "user", {"resource": bucket(USER)}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "user", {"resource": bucket(USER), "identity": (OTHER,), "boundary": OTHER}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "session", {"resource": bucket(ROLE), "identity": (OTHER,)}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "session", {"resource": bucket(ROLE), "boundary": OTHER}, IMPLICIT, Layer.BOUNDARY),
    (DENY_ALLOW, "session", {"resource": bucket(ROLE), "session": (OTHER,)}, IMPLICIT, Layer.SESSION),
    (DENY_ALLOW, "session", {"resource": bucket(ROLE), "boundary": YES, "session": (YES,)}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "session", {"resource": bucket(SESSION), **IMPLICIT_DENIES}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "federated", {"resource": bucket(FEDERATED), **IMPLICIT_DENIES}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "federated", {"resource": bucket(FEDERATED)}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "federated", {"resource": bucket(USER), "session": (YES,)}, ALLOW, Layer.RESOURCE),
    (DENY_ALLOW, "federated", {"resource": bucket(USER), "session": (OTHER,)}, IMPLICIT, Layer.SESSION),
    (DENY_ALLOW, "federated", {"resource": bucket(USER)}, IMPLICIT, Layer.SESSION),
    (PRINCIPAL, "session", {"resource": bucket("*"), **IMPLICIT_DENIES}, ALLOW, Layer.RESOURCE),
    (PRINCIPAL, "session", {"resource": bucket("*"), "boundary": NO}, EXPLICIT, Layer.BOUNDARY),
    (EVALUATION, "user", {"resource": bucket(USER), "identity": (NO,)}, EXPLICIT, Layer.IDENTITY),
    (EVALUATION, "user", {"resource": bucket(USER, "Deny"), "identity": (YES,)}, EXPLICIT, Layer.RESOURCE),
    (EVALUATION, "session", {"resource": bucket(ROLE, "Deny"), "identity": (YES,)}, EXPLICIT, Layer.RESOURCE),
    (EVALUATION, "user", {"resource": bucket(ROLE), "identity": (YES,)}, ALLOW, Layer.IDENTITY),
    # The account as principal only delegates.
    (PRINCIPAL, "user", {"resource": bucket(HOME)}, IMPLICIT, Layer.IDENTITY),
    (PRINCIPAL, "user", {"resource": bucket(f"arn:aws:iam::{HOME}:root")}, IMPLICIT, Layer.IDENTITY),
    (PRINCIPAL, "user", {"resource": bucket(HOME), "identity": (YES,)}, ALLOW, Layer.IDENTITY),
    (PRINCIPAL, "user", {"resource": bucket(HOME, "Deny"), "identity": (YES,)}, EXPLICIT, Layer.RESOURCE),
    (PRINCIPAL, "user", {"resource": bucket(PARTNER, "Deny"), "identity": (YES,)}, ALLOW, Layer.IDENTITY),
    (PRINCIPAL, "root", {"resource": bucket(f"arn:aws:iam::{HOME}:root")}, ALLOW, Layer.IDENTITY),
    # Callers without policies of their own.
    (PRINCIPAL, "anonymous", {"resource": bucket("*")}, ALLOW, Layer.RESOURCE),
    (PRINCIPAL, "anonymous", {"resource": bucket(["*", USER])}, ALLOW, Layer.RESOURCE),
    (PRINCIPAL, "anonymous", {"resource": bucket(USER)}, IMPLICIT, Layer.RESOURCE),
    (PRINCIPAL, "anonymous", {}, IMPLICIT, Layer.RESOURCE),
    (PRINCIPAL, "anonymous", {"identity": (YES,)}, IMPLICIT, Layer.RESOURCE),
    (
        PRINCIPAL,
        "service",
        {"resource": policy(Principal={"Service": "logging.s3.amazonaws.com"})},
        ALLOW,
        Layer.RESOURCE,
    ),
    (PRINCIPAL, "service", {"resource": policy(Principal={"Service": "s3.amazonaws.com"})}, IMPLICIT, Layer.RESOURCE),
    (
        PRINCIPAL,
        "user",
        {"resource": policy(Principal={"Service": ["logging.s3.amazonaws.com", USER, "*"]})},
        IMPLICIT,
        Layer.IDENTITY,
    ),
    (PRINCIPAL, "user", {"resource": policy(Principal={"CanonicalUser": USER})}, IMPLICIT, Layer.IDENTITY),
    (PRINCIPAL, "user", {"resource": bucket(f"arn:aws:iam::{HOME}:user/*")}, IMPLICIT, Layer.IDENTITY),
    (PRINCIPAL, "user", {"resource": bucket("AIDACKCEVSQ6C2EXAMPLE")}, IMPLICIT, Layer.IDENTITY),
    (PRINCIPAL, "session", {"resource": bucket(f"arn:aws:iam::{HOME}:role/reader")}, IMPLICIT, Layer.IDENTITY),
    # NotPrincipal with Deny spares who is named together with everything that it belongs to.
    (
        NOT_PRINCIPAL,
        "user",
        {"resource": bucket([USER, HOME], "Deny", "NotPrincipal"), "identity": (YES,)},
        ALLOW,
        Layer.IDENTITY,
    ),
    (
        NOT_PRINCIPAL,
        "user",
        {"resource": bucket(USER, "Deny", "NotPrincipal"), "identity": (YES,)},
        EXPLICIT,
        Layer.RESOURCE,
    ),
    (
        NOT_PRINCIPAL,
        "user",
        {"resource": bucket(HOME, "Deny", "NotPrincipal"), "identity": (YES,)},
        EXPLICIT,
        Layer.RESOURCE,
    ),
    (
        NOT_PRINCIPAL,
        "session",
        {"resource": bucket([SESSION, ROLE, HOME], "Deny", "NotPrincipal"), "identity": (YES,)},
        ALLOW,
        Layer.IDENTITY,
    ),
    (
        NOT_PRINCIPAL,
        "session",
        {"resource": bucket([ROLE, HOME], "Deny", "NotPrincipal"), "identity": (YES,)},
        EXPLICIT,
        Layer.RESOURCE,
    ),
    (
        NOT_PRINCIPAL,
        "session",
        {"resource": bucket([SESSION, HOME], "Deny", "NotPrincipal"), "identity": (YES,)},
        EXPLICIT,
        Layer.RESOURCE,
    ),
    (NOT_PRINCIPAL, "root", {"resource": bucket(HOME, "Deny", "NotPrincipal")}, ALLOW, Layer.IDENTITY),
    (NOT_PRINCIPAL, "anonymous", {"resource": bucket(USER, "Deny", "NotPrincipal")}, EXPLICIT, Layer.RESOURCE),
    (
        BOUNDARIES,
        "user",
        {"resource": bucket([USER, HOME], "Deny", "NotPrincipal"), "identity": (YES,), "boundary": YES},
        EXPLICIT,
        Layer.RESOURCE,
    ),
    (NOT_PRINCIPAL, "user", {"resource": bucket(ROLE, element="NotPrincipal")}, ALLOW, Layer.RESOURCE),
    (NOT_PRINCIPAL, "user", {"resource": bucket(USER, element="NotPrincipal")}, IMPLICIT, Layer.IDENTITY),
    (NOT_PRINCIPAL, "user", {"resource": bucket(HOME, element="NotPrincipal")}, IMPLICIT, Layer.IDENTITY),
]


@pytest.mark.parametrize(("page", "who", "layers", "effect", "layer"), WITHIN_ACCOUNT)
def test_within_an_account(page: str, who: str, layers: dict[str, Any], effect: Effect, layer: Layer) -> None:
    decision = ask(who, **layers)
    assert (decision.effect, decision.layer) == (effect, layer), page


ACROSS_ACCOUNTS = [
    ("user", {}, IMPLICIT, Layer.IDENTITY),
    ("user", {"identity": (YES,)}, IMPLICIT, Layer.RESOURCE),
    ("user", {"identity": (YES,), "resource": bucket(ROLE)}, IMPLICIT, Layer.RESOURCE),
    ("user", {"resource": bucket(USER)}, IMPLICIT, Layer.IDENTITY),
    ("user", {"resource": bucket("*")}, IMPLICIT, Layer.IDENTITY),
    ("user", {"identity": (YES,), "resource": bucket(USER)}, ALLOW, Layer.RESOURCE),
    ("user", {"identity": (YES,), "resource": bucket(HOME)}, ALLOW, Layer.RESOURCE),
    ("user", {"identity": (YES,), "resource": bucket(PARTNER)}, IMPLICIT, Layer.RESOURCE),
    ("user", {"identity": (YES,), "resource": bucket("*")}, ALLOW, Layer.RESOURCE),
    ("user", {"identity": (YES,), "resource": bucket(USER), "boundary": OTHER}, IMPLICIT, Layer.BOUNDARY),
    ("user", {"identity": (YES, NO), "resource": bucket(USER)}, EXPLICIT, Layer.IDENTITY),
    ("user", {"identity": (YES,), "resource": bucket(USER, "Deny")}, EXPLICIT, Layer.RESOURCE),
    (
        "user",
        {"identity": (YES,), "resource": bucket(USER), "service_control": ((OTHER,),)},
        IMPLICIT,
        Layer.SERVICE_CONTROL,
    ),
    ("session", {"identity": (YES,), "resource": bucket(SESSION)}, ALLOW, Layer.RESOURCE),
    ("session", {"identity": (YES,), "resource": bucket(SESSION), "session": (OTHER,)}, IMPLICIT, Layer.SESSION),
    ("session", {"resource": bucket(SESSION)}, IMPLICIT, Layer.IDENTITY),
    ("root", {"resource": bucket(HOME)}, ALLOW, Layer.RESOURCE),
    ("root", {}, IMPLICIT, Layer.RESOURCE),
]


@pytest.mark.parametrize(("who", "layers", "effect", "layer"), ACROSS_ACCOUNTS)
def test_across_accounts(who: str, layers: dict[str, Any], effect: Effect, layer: Layer) -> None:
    decision = ask(who, owner=PARTNER, **layers)
    assert (decision.effect, decision.layer) == (effect, layer), CROSS


def test_the_decision_names_the_decisive_statement() -> None:
    statements = [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
        {"Sid": "List", "Effect": "Allow", "Action": "s3:List*", "Resource": "*"},
    ]
    named = Policy.parse({"Statement": statements}, "arn:aws:iam::123456789012:policy/reader")
    decision = ask("user", identity=(OTHER, named))
    assert (decision.policy, decision.statement, decision.sid) == (named.name, 1, "List")
    assert decision.allowed


def test_an_implicit_deny_names_no_statement_but_the_condition_that_failed() -> None:
    conditional = policy(Condition={"Bool": {"aws:SecureTransport": "true"}, "Null": {"aws:username": "true"}})
    decision = ask("user", identity=(OTHER, conditional))
    assert (decision.policy, decision.statement, decision.sid) == (None, None, None)
    assert [(c.operator, c.key, c.actual, c.expected) for c in decision.conditions] == [
        ("Bool", "aws:SecureTransport", None, ("true",))
    ]


def test_the_trace_holds_every_layer_and_why_each_statement_did_not_match() -> None:
    elsewhere = policy(Resource="arn:aws:s3:::other")
    conditional = policy(Condition={"Bool": {"aws:SecureTransport": "true"}})
    decision = ask("user", identity=(OTHER, elsewhere, conditional), resource=bucket(ROLE), boundary=YES)
    assert [(layer.layer, layer.effect) for layer in decision.trace] == [
        (Layer.RESOURCE, IMPLICIT),
        (Layer.IDENTITY, IMPLICIT),
        (Layer.BOUNDARY, ALLOW),
    ]
    reasons = [[statement.failed_on for statement in layer.statements] for layer in decision.trace]
    assert reasons == [["principal"], ["action", "resource", "condition"], [None]]
    assert decision.trace[2].statements[0].matched


def test_of_several_allows_on_a_resource_the_one_that_names_the_principal_counts() -> None:
    both = [
        {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": name}, "Action": "s3:*", "Resource": "*"}
        for sid, name in (("Account", HOME), ("Session", SESSION), ("Role", ROLE))
    ]
    decision = ask("session", resource=Policy.parse({"Statement": both}, "bucket policy"), boundary=OTHER)
    assert (decision.effect, decision.sid) == (ALLOW, "Session")


def test_the_trace_of_a_root_user_says_that_no_policy_was_needed() -> None:
    decision = ask("root")
    assert (decision.effect, decision.policy) == (ALLOW, None)
    assert [(layer.layer, layer.effect) for layer in decision.trace] == [(Layer.IDENTITY, ALLOW)]
    assert "root user" in decision.trace[0].note


def test_a_principal_element_in_an_identity_policy_never_allows_and_never_spares() -> None:
    assert ask("user", identity=(bucket("*"),)).effect is IMPLICIT
    assert ask("user", identity=(YES, bucket(ROLE, "Deny"))).effect is EXPLICIT


def test_a_resource_policy_without_principal_allows_nobody() -> None:
    assert ask("user", resource=YES).effect is IMPLICIT
    assert ask("user", resource=bucket(USER)).effect is ALLOW
