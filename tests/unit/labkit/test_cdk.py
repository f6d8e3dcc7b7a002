"""What the CDK CLI is spared: a synthesis of what lies synthesized already."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labkit.cdk import Cdk

STACKS = {
    "JamesS3": {"type": "aws:cloudformation:stack"},
    "RoleChain": {"type": "aws:cloudformation:stack"},
    "Tree": {"type": "cdk:tree"},
}


def cdk(folder: Path, manifest: str | None) -> Cdk:
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    return Cdk(folder, folder / "cdk.log", print)


def test_stacks_that_were_synthesized_are_known(tmp_path: Path) -> None:
    known = cdk(tmp_path, json.dumps({"artifacts": STACKS}))
    assert known.knows(["JamesS3", "RoleChain"])
    assert known.knows(["RoleChain"])
    assert not known.knows(["RoleChain", "S3FullAccess"])
    assert not known.knows(["Tree"])


@pytest.mark.parametrize("manifest", [None, "", '{"artifacts": {"JamesS3"', "[]", '{"artifacts": {"JamesS3": null}}'])
def test_an_assembly_that_is_not_whole_knows_nothing(tmp_path: Path, manifest: str | None) -> None:
    assert not cdk(tmp_path, manifest).knows(["JamesS3"])
