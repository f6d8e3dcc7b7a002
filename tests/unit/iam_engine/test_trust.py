"""Who may assume a role. Each row names the page that it was written from."""

from __future__ import annotations

from typing import Any

import pytest

from iam_engine import Effect, Layer, Policies, Policy, Principal, PrincipalKind, Request, decide

HOME, PARTNER = "123456789012", "210987654321"
USER = f"arn:aws:iam::{HOME}:user/staff/james"
OTHER_USER = f"arn:aws:iam::{HOME}:user/james"
CALLING_ROLE = f"arn:aws:iam::{HOME}:role/app/caller"
CALLING_SESSION = f"arn:aws:sts::{HOME}:assumed-role/caller/run-1"
TARGET = f"arn:aws:iam::{HOME}:role/S3ReadOnlyRole"
PROVIDER = f"arn:aws:iam::{HOME}:oidc-provider/token.actions.githubusercontent.com"

PRINCIPALS = {
    "user": Principal(PrincipalKind.USER, USER, HOME),
    "session": Principal(PrincipalKind.ASSUMED_ROLE, CALLING_SESSION, HOME, CALLING_ROLE),
    "partner": Principal(PrincipalKind.USER, f"arn:aws:iam::{PARTNER}:user/james", PARTNER),
    "root": Principal(PrincipalKind.ROOT, f"arn:aws:iam::{HOME}:root", HOME),
    "service": Principal(PrincipalKind.SERVICE, "lambda.amazonaws.com", ""),
    "provider": Principal(PrincipalKind.IDENTITY_PROVIDER, PROVIDER, HOME),
}

YES, EXPLICIT, NO = Effect.ALLOW, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY
DENY_ALLOW = "IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow"
CROSS = "IAM User Guide, reference_policies_evaluation-logic-cross-account"
PRINCIPAL = "IAM User Guide, reference_policies_elements_principal"
NOT_PRINCIPAL = "IAM User Guide, reference_policies_elements_notprincipal"
ROLES = "IAM User Guide, id_roles_create_for-user"
ROOT_USER = "AWS STS API Reference, AssumeRole"

ROOT_OF_HOME = {"AWS": f"arn:aws:iam::{HOME}:root"}


def trust(principal: Any, effect: str = "Allow", element: str = "Principal", **more: Any) -> Policy:
    statement = {"Effect": effect, element: principal, "Action": "sts:AssumeRole", **more}
    return Policy.parse({"Version": "2012-10-17", "Statement": [statement]}, f"trust policy of {TARGET}")


def identity(effect: str = "Allow", action: str = "sts:AssumeRole", resource: str = TARGET) -> Policy:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return Policy.parse({"Version": "2012-10-17", "Statement": [statement]}, f"{effect} {action}")


MAY, MAY_NOT, ELSE = identity(), identity("Deny"), identity(action="s3:*")

ROWS = [
    # The caller's own account.
    (PRINCIPAL, "user", {"AWS": USER}, {}, YES, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": [OTHER_USER, USER]}, {}, YES, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": OTHER_USER}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": "*"}, {}, YES, Layer.TRUST),
    (PRINCIPAL, "user", "*", {}, YES, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": HOME}, {}, NO, Layer.IDENTITY),
    (PRINCIPAL, "user", ROOT_OF_HOME, {}, NO, Layer.IDENTITY),
    (PRINCIPAL, "user", ROOT_OF_HOME, {"identity": (ELSE,)}, NO, Layer.IDENTITY),
    (PRINCIPAL, "user", ROOT_OF_HOME, {"identity": (identity(resource=f"{TARGET}2"),)}, NO, Layer.IDENTITY),
    (PRINCIPAL, "user", ROOT_OF_HOME, {"identity": (MAY,)}, YES, Layer.IDENTITY),
    (PRINCIPAL, "user", {"AWS": HOME}, {"identity": (MAY,)}, YES, Layer.IDENTITY),
    (PRINCIPAL, "user", {"AWS": PARTNER}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": [HOME, USER]}, {}, YES, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": f"arn:aws:iam::{HOME}:user/staff/*"}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": USER.upper()}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "user", {"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "user", {"Service": "lambda.amazonaws.com"}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "user", {"Federated": PROVIDER}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (DENY_ALLOW, "user", None, {"identity": (MAY,)}, NO, Layer.TRUST),
    (DENY_ALLOW, "user", {"AWS": USER}, {"identity": (MAY_NOT,)}, EXPLICIT, Layer.IDENTITY),
    # Roles that assume roles: by session, by role, by account.
    (PRINCIPAL, "session", {"AWS": CALLING_ROLE}, {}, YES, Layer.TRUST),
    (PRINCIPAL, "session", {"AWS": CALLING_SESSION}, {}, YES, Layer.TRUST),
    (PRINCIPAL, "session", {"AWS": f"arn:aws:iam::{HOME}:role/caller"}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "session", {"AWS": f"{CALLING_SESSION}-2"}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "session", {"AWS": "AROACKCEVSQ6C2EXAMPLE"}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (PRINCIPAL, "session", {"AWS": HOME}, {}, NO, Layer.IDENTITY),
    (PRINCIPAL, "session", {"AWS": HOME}, {"identity": (MAY,)}, YES, Layer.IDENTITY),
    # What narrows the caller: as with any resource-based policy in the same account.
    (DENY_ALLOW, "user", {"AWS": USER}, {"boundary": ELSE}, YES, Layer.TRUST),
    (DENY_ALLOW, "user", {"AWS": USER}, {"boundary": MAY_NOT}, EXPLICIT, Layer.BOUNDARY),
    (DENY_ALLOW, "user", {"AWS": HOME}, {"identity": (MAY,), "boundary": ELSE}, NO, Layer.BOUNDARY),
    (DENY_ALLOW, "session", {"AWS": CALLING_ROLE}, {"boundary": ELSE}, NO, Layer.BOUNDARY),
    (DENY_ALLOW, "session", {"AWS": CALLING_ROLE}, {"session": (ELSE,)}, NO, Layer.SESSION),
    (DENY_ALLOW, "session", {"AWS": CALLING_ROLE}, {"session": (MAY,), "boundary": MAY}, YES, Layer.TRUST),
    (DENY_ALLOW, "session", {"AWS": CALLING_SESSION}, {"session": (ELSE,), "boundary": ELSE}, YES, Layer.TRUST),
    (DENY_ALLOW, "session", {"AWS": CALLING_SESSION}, {"session": (MAY_NOT,)}, EXPLICIT, Layer.SESSION),
    (DENY_ALLOW, "user", {"AWS": USER}, {"service_control": ((ELSE,),)}, NO, Layer.SERVICE_CONTROL),
    # Another account: both sides, always.
    (CROSS, "partner", {"AWS": f"arn:aws:iam::{PARTNER}:user/james"}, {}, NO, Layer.IDENTITY),
    (CROSS, "partner", {"AWS": f"arn:aws:iam::{PARTNER}:user/james"}, {"identity": (MAY,)}, YES, Layer.TRUST),
    (CROSS, "partner", {"AWS": PARTNER}, {}, NO, Layer.IDENTITY),
    (CROSS, "partner", {"AWS": PARTNER}, {"identity": (MAY,)}, YES, Layer.TRUST),
    (CROSS, "partner", {"AWS": PARTNER}, {"identity": (MAY_NOT,)}, EXPLICIT, Layer.IDENTITY),
    (CROSS, "partner", {"AWS": PARTNER}, {"identity": (MAY,), "boundary": ELSE}, NO, Layer.BOUNDARY),
    (CROSS, "partner", {"AWS": HOME}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (CROSS, "partner", {"AWS": USER}, {"identity": (MAY,)}, NO, Layer.TRUST),
    (CROSS, "partner", "*", {}, NO, Layer.IDENTITY),
    (CROSS, "partner", "*", {"identity": (MAY,)}, YES, Layer.TRUST),
    # Callers that are no users or roles.
    (ROLES, "service", {"Service": "lambda.amazonaws.com"}, {}, YES, Layer.TRUST),
    (ROLES, "service", {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}, {}, YES, Layer.TRUST),
    (ROLES, "service", {"Service": "ec2.amazonaws.com"}, {}, NO, Layer.TRUST),
    (ROLES, "service", {"AWS": HOME}, {}, NO, Layer.TRUST),
    (PRINCIPAL, "provider", {"Federated": PROVIDER}, {}, YES, Layer.TRUST),
    (PRINCIPAL, "provider", {"Federated": f"{PROVIDER}2"}, {}, NO, Layer.TRUST),
    (PRINCIPAL, "provider", {"AWS": HOME}, {}, NO, Layer.TRUST),
    (ROOT_USER, "root", {"AWS": HOME}, {}, NO, Layer.TRUST),
    (ROOT_USER, "root", "*", {"identity": (MAY,)}, NO, Layer.TRUST),
]


@pytest.mark.parametrize(("page", "who", "trusted", "layers", "effect", "layer"), ROWS)
def test_who_may_assume(
    page: str, who: str, trusted: Any, layers: dict[str, Any], effect: Effect, layer: Layer
) -> None:
    request = Request(PRINCIPALS[who], "sts:AssumeRole", TARGET, HOME)
    policies = Policies(resource=trust(trusted) if trusted else None, resource_is_trust=True, **layers)
    decision = decide(request, policies)
    assert (decision.effect, decision.layer) == (effect, layer), page


@pytest.mark.parametrize("who", ["user", "session", "partner", "service"])
def test_an_explicit_deny_in_the_trust_policy_wins(who: str) -> None:
    everyone = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    nobody = {**everyone, "Effect": "Deny", "Sid": "Nobody"}
    request = Request(PRINCIPALS[who], "sts:AssumeRole", TARGET, HOME)
    effects = {}
    for statements in ([everyone], [everyone, nobody]):
        document = Policy.parse({"Statement": statements}, "trust policy")
        decision = decide(request, Policies(identity=(MAY,), resource=document, resource_is_trust=True))
        effects[len(statements)] = (decision.effect, decision.sid)
    assert effects == {1: (YES, None), 2: (EXPLICIT, "Nobody")}


@pytest.mark.parametrize(
    ("spared", "who", "effect"),
    [
        ([USER, HOME], "user", YES),
        ([USER], "user", EXPLICIT),
        ([OTHER_USER, HOME], "user", EXPLICIT),
        ([CALLING_SESSION, CALLING_ROLE, HOME], "session", YES),
        ([CALLING_ROLE, HOME], "session", EXPLICIT),
    ],
)
def test_a_deny_with_not_principal(spared: list[str], who: str, effect: Effect) -> None:
    statements = [
        {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "sts:AssumeRole"},
    ]
    request = Request(PRINCIPALS[who], "sts:AssumeRole", TARGET, HOME)
    policies = Policies(resource=Policy.parse({"Statement": statements}, "trust policy"), resource_is_trust=True)
    assert decide(request, policies).effect is effect, NOT_PRINCIPAL


@pytest.mark.parametrize(
    ("context", "effect"),
    [({"sts:ExternalId": "lab-7"}, YES), ({"sts:ExternalId": "lab-8"}, NO), ({}, NO)],
)
def test_an_external_id_that_the_trust_policy_asks_for(context: dict[str, str], effect: Effect) -> None:
    policy = trust({"AWS": USER}, Condition={"StringEquals": {"sts:ExternalId": "lab-7"}})
    request = Request(PRINCIPALS["user"], "sts:AssumeRole", TARGET, HOME, context)
    decision = decide(request, Policies(identity=(MAY,), resource=policy, resource_is_trust=True))
    assert decision.effect is effect, "IAM User Guide, id_roles_common-scenarios_third-party"
    assert [c.held for c in decision.conditions] == [effect is YES]


def test_a_session_needs_its_own_permission_for_tags() -> None:
    policy = trust({"AWS": USER}, Action=["sts:AssumeRole", "sts:TagSession"])
    policies = Policies(resource=policy, resource_is_trust=True)
    asked = {
        action: decide(Request(PRINCIPALS["user"], action, TARGET, HOME), policies).allowed
        for action in ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    }
    assert asked == {"sts:AssumeRole": True, "sts:TagSession": True, "sts:SetSourceIdentity": False}
