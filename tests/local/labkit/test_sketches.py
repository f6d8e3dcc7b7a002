"""The picture of every lab: who plays in it, what they hold, and what they asked for."""

from __future__ import annotations

import pytest

from labkit.catalogue import all_labs
from labkit.deadline import Deadline
from labkit.reports import as_html
from labkit.results import LabResult
from labkit.verification import Extras, standing, verify
from tests.local.labkit.conftest import Nobody, Stand, StandingLab


def sketched(lab: StandingLab) -> LabResult:
    labs = standing((lab.entry,), lab.place.clients, named=True)
    report = verify(
        labs, lab.place.clients, lab.place.administrator, Deadline(30), Nobody(), extras=Extras(sketch=True)
    )
    assert as_html.render(report).count("<svg") == 2
    return report.labs[0]


@pytest.mark.parametrize("name", [entry.name for entry in all_labs()])
def test_everybody_who_asks_is_in_the_picture(stand: Stand, name: str) -> None:
    lab = sketched(stand(name))
    players = {player.label: player for player in lab.players}
    asking = {check.identity for check in lab.checks if check.asked}
    assert asking
    assert asking <= set(players)
    assert {player.by for player in lab.players} - {""} <= set(players)
    opened = {asked.opens for check in lab.checks for asked in check.asked} - {""}
    assert {player.label for player in lab.players if player.by} <= opened
    answered = {asked.allowed for check in lab.checks for asked in check.asked}
    assert answered - {None}


def test_the_picture_of_the_james_lab(james: StandingLab) -> None:
    lab = sketched(james)
    james_himself, role, administrator = lab.players
    assert (james_himself.kind, james_himself.name, len(james_himself.policies)) == ("IAM user", "James", 4)
    assert (role.kind, role.name, role.policies) == (
        "role session",
        "James-custom-S3-role",
        ("AmazonS3ReadOnlyAccess",),
    )
    assert (role.by, role.notes) == ("James", ("session Radkowski-CLI-test",))
    assert (administrator.kind, administrator.name) == ("administrator", "lab-administrator")
    asked = {check.id: check.asked for check in lab.checks}
    assert [(each.action, each.allowed) for each in asked["before-list-buckets"]] == [("s3:ListAllMyBuckets", False)]
    assert [(each.action, each.allowed) for each in asked["role-get-object"]] == [("s3:GetObject", True)]
    assert asked["assume-role"][0].opens == role.label
    assert asked["trust-policy"] == ()
