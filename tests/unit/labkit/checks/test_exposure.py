"""Which roles are reachable from outside is read from the trust policies, and Access Analyzer must not contradict."""

from __future__ import annotations

from typing import Any

import pytest

from labkit.aws.answers import Answer, Kind, allowed
from labkit.checks import OnlyReachable, Output, Role
from labkit.checks.exposure import outsiders
from labkit.checks.observation import State
from labkit.checks.values import Account, Facts
from tests.unit.labkit.fakes import FakeScene, denied, refused, throttled

OWN, OTHER = "123456789012", "210987654321"
VENDOR_ROLE, HOUSE_ROLE = (f"arn:aws:iam::{OWN}:role/{name}" for name in ("vendorAccess", "houseAccess"))
FACTS = Facts({"Vendor": VENDOR_ROLE, "House": HOUSE_ROLE}, Account(OWN))
ROLE, HOUSE = Role("vendorAccess", Output("Vendor")), Role("houseAccess", Output("House"))
CHECK = OnlyReachable("reachable", "Only vendorAccess is reachable", roles=(ROLE, HOUSE), reachable=(ROLE,))
INSIDE, OUTSIDE = {"AWS": f"arn:aws:iam::{OWN}:root"}, {"AWS": f"arn:aws:iam::{OTHER}:user/vendor"}


def trust(principal: Any, effect: str = "Allow") -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}]}


def scene(listed: Answer, found: Answer | None = None, /, house: Any = INSIDE, vendor: Any = OUTSIDE) -> FakeScene:
    documents = {VENDOR_ROLE: vendor, HOUSE_ROLE: house, f"arn:aws:iam::{OWN}:role/other": OUTSIDE}
    roles = [{"Arn": arn, "AssumeRolePolicyDocument": trust(principal)} for arn, principal in documents.items()]
    replies = {
        ("administrator", "ListRoles"): allowed({"Roles": roles}),
        ("administrator", "ListAnalyzers"): listed,
        **({("administrator", "ListFindings"): found} if found else {}),
    }
    return FakeScene(replies, facts=FACTS)


def analyzers(*statuses: str) -> Answer:
    return allowed({"analyzers": [{"arn": f"arn:{number}", "status": each} for number, each in enumerate(statuses)]})


def findings(**statuses: str) -> Answer:
    arns = {"vendor": VENDOR_ROLE, "house": HOUSE_ROLE, "other": f"arn:aws:iam::{OWN}:role/other"}
    return allowed({"findings": [{"resource": arns[name], "status": each} for name, each in statuses.items()]})


@pytest.mark.parametrize(
    ("principal", "outside"),
    [
        (INSIDE, False),
        ({"AWS": OWN}, False),
        ({"AWS": [f"arn:aws:iam::{OWN}:user/james", f"arn:aws:sts::{OWN}:assumed-role/r/s"]}, False),
        ({"Service": "lambda.amazonaws.com"}, False),
        ({"AWS": "AIDAEXAMPLEEXAMPLE123"}, False),
        (OUTSIDE, True),
        ({"AWS": OTHER}, True),
        ({"AWS": [OWN, OTHER]}, True),
        ({"AWS": "*"}, True),
        ("*", True),
        ({"Federated": f"arn:aws:iam::{OWN}:saml-provider/idp"}, True),
        ({"Federated": "accounts.google.com"}, True),
        ({"Service": "lambda.amazonaws.com", "AWS": OTHER}, True),
    ],
)
def test_who_is_outside(principal: Any, outside: bool) -> None:
    assert bool(outsiders(trust(principal), OWN)) is outside
    assert outsiders(trust(principal, "Deny"), OWN) == set()


def test_everybody_but_somebody_is_outside() -> None:
    assert outsiders({"Statement": {"Effect": "Allow", "NotPrincipal": INSIDE, "Action": "sts:AssumeRole"}}, OWN)


@pytest.mark.parametrize(
    "unasked", [refused("400"), denied(code="AccessDeniedException"), analyzers(), analyzers("CREATING", "DISABLED")]
)
def test_without_an_analyzer_the_trust_policies_decide(unasked: Answer) -> None:
    observation = CHECK.observe(scene(unasked))
    assert (observation.state, "others of the account: other" in observation.observed) == (State.PROVEN, True)
    exposed = CHECK.observe(scene(unasked, house=OUTSIDE))
    assert (exposed.state, exposed.reason) == (
        State.UNSETTLED,
        "houseAccess should not be reachable from outside the account",
    )
    shut = CHECK.observe(scene(unasked, vendor=INSIDE))
    assert (shut.state, shut.reason) == (
        State.UNSETTLED,
        "vendorAccess should be reachable from outside the account",
    )


def test_an_analyzer_has_to_agree() -> None:
    agreed = CHECK.observe(scene(analyzers("ACTIVE"), findings(vendor="ACTIVE", other="ACTIVE", house="RESOLVED")))
    assert (agreed.state, "and IAM Access Analyzer" in agreed.observed) == (State.PROVEN, True)
    assert CHECK.observe(scene(analyzers("ACTIVE"), findings(vendor="ARCHIVED"))).state is State.PROVEN
    for other in (findings(), findings(vendor="ACTIVE", house="ACTIVE")):
        observation = CHECK.observe(scene(analyzers("ACTIVE"), other))
        assert (observation.state, "30 minutes" in observation.reason) == (State.UNKNOWN, True)
    # The trust policy itself is broken: no finding can mend that.
    assert CHECK.observe(scene(analyzers("ACTIVE"), findings(vendor="ACTIVE"), house="*")).state is State.UNSETTLED


def test_what_can_t_be_read_proves_nothing() -> None:
    assert CHECK.observe(scene(throttled())).state is State.UNKNOWN
    assert CHECK.observe(scene(analyzers("ACTIVE"), denied(code="AccessDeniedException"))).state is State.UNKNOWN
    unread = scene(analyzers())
    unread.replies["administrator", "ListRoles"] = Answer(Kind.TRANSIENT, "ThrottlingException", "")
    assert CHECK.observe(unread).state is State.UNKNOWN


def test_a_role_that_is_not_there_is_not_shut() -> None:
    gone = Facts({"Vendor": VENDOR_ROLE, "House": f"{HOUSE_ROLE}2"}, Account(OWN))
    observation = CHECK.observe(FakeScene(scene(analyzers()).replies, facts=gone))
    assert (observation.state, "there is no role" in observation.reason) == (State.UNSETTLED, True)
