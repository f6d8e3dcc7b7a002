"""Labs that are deployed together: one that can't be does not keep the others from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from labkit.catalogue import find_labs
from labkit.cdk import Cdk
from labkit.deployment import deploy
from labkit.place import Place
from labkit.reports.terminal import Terminal
from labkit.stacks import find_stack
from tests.local.labkit.conftest import take_down

NAMES = ("ec2-operator", "role-chain", "s3-full-access")


@pytest.mark.parametrize("broken", NAMES)
def test_one_that_fails_does_not_stop_the_others(place: Place, assembly: Path, tmp_path: Path, broken: str) -> None:
    entries = find_labs(NAMES)
    copy = tmp_path / "assembly"
    shutil.copytree(assembly, copy)
    (bad,) = find_labs((broken,))
    template = copy / f"{bad.lab.stack}.template.json"
    document = json.loads(template.read_text())
    user = next(r for r in document["Resources"].values() if r["Type"] == "AWS::IAM::User")
    user["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/NoSuchPolicy"]
    template.write_text(json.dumps(document))
    try:
        with Cdk(copy, tmp_path / "cdk.log", print) as cdk:
            failures = deploy(cdk, entries, place, Terminal())
        assert set(failures) == {broken}
        assert "NoSuchPolicy" in failures[broken]
        standing = {entry.name for entry in entries if find_stack(place.cloudformation, entry.lab.stack)}
        assert standing == set(NAMES) - {broken}
    finally:
        for entry in entries:
            take_down(place, entry.lab.stack)
