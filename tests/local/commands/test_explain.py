"""`lab explain` and `--explain`: why AWS answers so, on a lab that stands."""

from __future__ import annotations

import json
import sys
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


def test_every_report_is_written_and_the_terminal_s_is_not_lost(standing: Lab, tmp_path: Path) -> None:
    page, summary = tmp_path / "r.html", tmp_path / "summary.md"
    wanted = ["--html", str(page), "--json", "/dev/stdout"]
    done = standing.run(
        [sys.executable, "scripts/verify_lab.py", "james-s3", *wanted],
        {**standing.exports(), "GITHUB_STEP_SUMMARY": str(summary)},
    )
    assert done.returncode == 0, done.stderr
    document, _, rest = done.stdout.partition("\n}\n")
    assert json.loads(document + "}")["exit_code"] == 0
    assert "PROVEN: " in rest
    assert "James assumes a role to read S3" in page.read_text()
    assert "<svg" in page.read_text()
    assert summary.read_text().startswith("## ✓ AssumeRole Lab: proven")
