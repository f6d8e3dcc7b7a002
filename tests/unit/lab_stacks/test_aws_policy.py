"""The copies of AWS's policies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab_stacks.aws_policy import load_aws_policy


def test_version_and_date_come_with_the_document(tmp_path: Path) -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    data = {
        "Arn": "arn:aws:iam::aws:policy/job-function/SomeAccess",
        "VersionId": "v7",
        "VersionDate": "2026-01-02T03:04:05+00:00",
        "Document": document,
    }
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(data))
    policy = load_aws_policy(path)
    assert (policy.arn, policy.version_id, policy.document) == (data["Arn"], "v7", document)
    assert policy.version_date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert policy.label == "SomeAccess v7 (2026-01-02)"


def test_a_copy_without_its_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Arn": "arn:aws:iam::aws:policy/X", "VersionDate": "2026-01-02", "Document": {}}))
    with pytest.raises(KeyError, match="VersionId"):
        load_aws_policy(path)
