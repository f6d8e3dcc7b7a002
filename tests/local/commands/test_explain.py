"""`lab explain` and `--explain`: why AWS answers so, on a lab that stands."""

from __future__ import annotations

import json
from pathlib import Path

from tests.local.commands.conftest import Lab


def test_one_check_is_explained(standing: Lab) -> None:
    done = standing("explain", "james-s3", "role-list-buckets")
    assert done.returncode == 0, done.stderr
    assert "proven: The role lists every bucket" in done.stdout
    assert "AmazonS3ReadOnlyAccess" in done.stdout
    assert "Smallest change that would deny it" in done.stdout


def test_verify_explains_every_check(standing: Lab, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    done = standing("verify", "--explain", "--json", str(report))
    assert done.returncode == 0, done.stderr
    checks = json.loads(report.read_text())["labs"][0]["checks"]
    assert all(check["explanation"]["why"] for check in checks)
    assert [check["id"] for check in checks if check["explanation"]["difference"]] == []
    for check in checks:
        assert check["explanation"]["why"] in done.stdout
