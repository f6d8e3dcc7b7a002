"""Every lab on the embedded AWS: proven as deployed, with nothing left behind; its sheet's table of breaks is true."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labkit.verdicts import Verdict
from tests.lab_sheets import LABS, Break, sheet
from tests.local.labkit.conftest import StandingLab

BIN = Path(sys.executable).parent
ROWS = [pytest.param(lab, row, id=f"{lab}-{number}") for lab in LABS for number, row in enumerate(sheet(lab).breaks)]
Stand = Callable[[str], StandingLab]


def everything(lab: StandingLab) -> Any:
    """What IAM and S3 hold, as data that can be compared; times of last use aside."""
    iam, s3 = lab.client("iam"), lab.client("s3")
    details = iam.get_account_authorization_details()
    held = {kind: details[kind] for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")}
    for role in held["RoleDetailList"]:
        role.pop("RoleLastUsed", None)
    objects = {b["Name"]: s3.list_objects_v2(Bucket=b["Name"])["KeyCount"] for b in s3.list_buckets()["Buckets"]}
    return json.loads(json.dumps({**held, "objects": objects}, default=str))


@pytest.mark.parametrize("name", LABS)
def test_a_healthy_lab_is_proven_and_left_as_it_was(stand: Stand, name: str) -> None:
    lab = stand(name)
    before = everything(lab)
    report = lab.verify(deadline=30)
    unproven = [f"{c.id}: {c.observed} {c.reason}" for c in report.checks if c.verdict is not Verdict.PROVEN]
    assert unproven == []
    assert report.exit_code == 0
    assert everything(lab) == before


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_what_the_sheet_tells_to_break_fails_as_it_says(stand: Stand, name: str, row: Break) -> None:
    lab = stand(name)
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-e", "-c", row.command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    broken = everything(lab)
    assert set(row.checks) <= lab.failed()
    assert everything(lab) == broken
