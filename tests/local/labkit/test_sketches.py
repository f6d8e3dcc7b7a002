"""The picture of a lab: who plays in it, what they hold, and what they asked for. Every lab's: `test_every_lab`."""

from __future__ import annotations

from labkit.verification import Extras
from tests.local.labkit.conftest import StandingLab


def test_the_picture_of_the_james_lab(james: StandingLab) -> None:
    (lab,) = james.verify(extras=Extras(sketch=True)).labs
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
