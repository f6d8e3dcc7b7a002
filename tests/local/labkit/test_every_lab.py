"""Every lab on the embedded AWS: proven as deployed, with nothing left behind; its sheet's table of breaks is true."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labkit.aws.clients import Clients
from labkit.checks.lab import Lab
from labkit.checks.principals import FederatedUser, OneTimeCode, Temporary
from labkit.checks.questions import Question
from labkit.checks.values import Facts
from labkit.reports import as_html
from labkit.results import Report
from labkit.verdicts import Verdict
from labkit.verification import Extras
from tests.lab_sheets import LABS, Break, sheet
from tests.local.callers import Embedded
from tests.local.labkit.conftest import Stand, StandingLab, open_place, stand_on

BIN = Path(sys.executable).parent
ROWS = [pytest.param(lab, row, id=f"{lab}-{number}") for lab in LABS for number, row in enumerate(sheet(lab).breaks)]


@dataclass(frozen=True)
class Told:
    """The story of a healthy lab, told once: what was reported, and what the account held before and after."""

    lab: Lab
    facts: Facts
    report: Report
    before: Any
    after: Any


@pytest.fixture(scope="module", params=LABS)
def told(request: pytest.FixtureRequest, embedded: Embedded, assembly: Path) -> Told:
    """Told once for all that is asserted of it: some stories wait for the next code of an MFA device."""
    with pytest.MonkeyPatch.context() as environment:
        place = open_place(embedded, environment)
        with stand_on(place, assembly) as stand:
            lab = stand(request.param)
            before = everything(lab)
            report = lab.verify(deadline=30, extras=Extras(explain=True, sketch=True))
            return Told(lab.entry.lab, lab.facts, report, before, everything(lab))


def everything(lab: StandingLab) -> Any:
    """What IAM and S3 hold, in both accounts, as data that can be compared; times of last use aside."""
    return [held_by(place.clients) for place in (lab.place, lab.place.partner) if place]


def held_by(clients: Clients) -> Any:
    """What IAM and S3 hold in one account."""
    iam, s3 = clients.client("iam"), clients.client("s3")
    details = iam.get_account_authorization_details()
    held = {kind: details[kind] for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")}
    for role in held["RoleDetailList"]:
        role.pop("RoleLastUsed", None)
    objects = {b["Name"]: s3.list_objects_v2(Bucket=b["Name"])["KeyCount"] for b in s3.list_buckets()["Buckets"]}
    return json.loads(json.dumps({**held, "objects": objects}, default=str))


def by_rule(question: Question) -> bool:
    """Whether AWS answers by a rule of its own, whatever the policies say (AWS STS API Reference)."""
    if question.call.operation in ("GetCallerIdentity", "GetSessionToken"):
        return True
    code = question.call.parameters.get("TokenCode")
    if isinstance(code, OneTimeCode) and not code.right:
        return True
    federated = isinstance(question.who, FederatedUser) and question.call.service == "sts"
    return federated or (isinstance(question.who, Temporary) and question.call.operation == "GetFederationToken")


def test_a_healthy_lab_is_proven_and_left_as_it_was(told: Told) -> None:
    checks = told.report.checks
    assert [check.id for check in checks] == [check.id for check in told.lab.story]
    unproven = [f"{c.id}: {c.observed} {c.reason}" for c in checks if c.verdict is not Verdict.PROVEN]
    assert unproven == []
    assert told.report.exit_code == 0
    assert told.after == told.before


def test_every_check_explains_itself_and_none_differs_from_aws(told: Told) -> None:
    explained = {check.id: check.explanation for check in told.report.checks if check.explanation}
    assert {id: explanation.difference for id, explanation in explained.items() if explanation.difference} == {}
    for check in told.lab.story:
        explanation = explained[check.id]
        assert "can't be explained" not in explanation.why, check.id
        policies_decide = any(not by_rule(question) for question in check.questions(told.facts))
        assert explanation.change.startswith("Smallest change that would ") is policies_decide, check.id


def test_everybody_who_asks_is_in_the_picture(told: Told) -> None:
    assert as_html.render(told.report).count("<svg") == 2
    (lab,) = told.report.labs
    players = {player.label: player for player in lab.players}
    asking = {check.identity for check in lab.checks if check.asked}
    assert asking
    assert asking <= set(players)
    assert {player.by for player in lab.players} - {""} <= set(players)
    opened = {asked.opens for check in lab.checks for asked in check.asked} - {""}
    assert {player.label for player in lab.players if player.by} <= opened
    answered = {asked.allowed for check in lab.checks for asked in check.asked}
    assert answered - {None}


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_what_the_sheet_tells_to_break_fails_as_it_says(stand: Stand, name: str, row: Break) -> None:
    lab = stand(name)
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-e", "-c", row.command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    broken = everything(lab)
    assert set(row.checks) <= lab.failed()
    assert everything(lab) == broken
