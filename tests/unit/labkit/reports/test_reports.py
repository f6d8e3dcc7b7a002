"""The report for programs and for people says what was found, in the contract's words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from labkit.errors import LabError
from labkit.explanation.explanation import Explanation, Source
from labkit.reports import as_json, as_junit, files
from labkit.reports.terminal import Terminal, brief, summary
from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict

CHECKS = tuple(
    CheckResult(verdict.value, f"the {verdict} one", "James", "s3:ListBuckets", "e<&>", "o", verdict, "why", 2, 1.5)
    for verdict in Verdict
)
REPORT = Report((LabResult("james-s3", "JamesS3", CHECKS, 2.5),), seconds=2.5)


def test_json_has_the_fields_of_the_contract() -> None:
    document = json.loads(as_json.render(REPORT))
    assert set(document) == {"labs", "verdict", "exit_code"}
    assert (document["verdict"], document["exit_code"]) == ("failed", 1)
    (lab,) = document["labs"]
    assert {key: lab[key] for key in ("lab", "stack", "verdict", "seconds")} == {
        "lab": "james-s3",
        "stack": "JamesS3",
        "verdict": "failed",
        "seconds": 2.5,
    }
    assert [check["verdict"] for check in lab["checks"]] == ["proven", "failed", "undetermined", "not_applicable"]
    assert lab["checks"][0] == {
        "id": "proven",
        "title": "the proven one",
        "identity": "James",
        "call": "s3:ListBuckets",
        "expected": "e<&>",
        "observed": "o",
        "verdict": "proven",
        "reason": "why",
        "attempts": 2,
        "seconds": 1.5,
    }


def test_json_has_an_explanation_only_where_one_was_asked_for() -> None:
    source = Source("the trust policy of role R", {"Statement": []}, 1)
    explanation = Explanation("because", "do this", "", (source,))
    explained = Report((LabResult("lab", "Stack", (replace(CHECKS[0], explanation=explanation), CHECKS[1]), 1.0),))
    first, second = json.loads(as_json.render(explained))["labs"][0]["checks"]
    assert first.pop("explanation") == {
        "why": "because",
        "change": "do this",
        "difference": "",
        "policies": [{"policy": "the trust policy of role R", "statement": 2}],
    }
    assert set(first) == set(second)


def test_junit_tells_failures_errors_and_skipped_apart() -> None:
    (suite,) = JUnitXml.fromstring(as_junit.render(REPORT).encode())
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("james-s3", 4, 1, 1, 1)
    results = [case.result for case in suite]
    assert results[0] == []
    assert [type(result[0]) for result in results[1:]] == [Failure, Error, Skipped]
    assert "expected: e<&>" in results[1][0].text


def test_files_are_written(tmp_path: Path) -> None:
    wanted = {"json": tmp_path / "r.json", "junit": tmp_path / "r.xml"}
    files.require_writable(wanted)
    files.write(REPORT, wanted)
    assert json.loads(wanted["json"].read_text())["exit_code"] == 1
    assert wanted["junit"].read_text().startswith("<?xml")


@pytest.mark.parametrize("name", ["", "no/such/folder/r.json"])
def test_a_file_that_can_t_be_written_is_found_out_beforehand(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError):
        files.require_writable({"json": tmp_path / name})


def test_the_terminal_shows_every_check_and_what_is_wrong_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().report(REPORT)
    out = capsys.readouterr().out
    for check in CHECKS:
        assert check.title in out
    assert out.count("expected: e<&>") == 4 + 3
    assert "why" in out
    assert "\x1b" not in out


def test_the_summary_counts_verdicts_apart() -> None:
    assert summary(REPORT) == ("FAILED: 1 proven, 1 failed, 1 undetermined, 1 not applicable in 2.5 s; 4 asked again")
    assert summary(Report()).startswith("UNDETERMINED: nothing was checked")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "AccessDenied: User: arn:aws:iam::123456789012:user/James is not authorized to perform: s3:GetObject "
            "on resource: arn:aws:s3:::b/k because no identity-based policy allows the s3:GetObject action",
            "AccessDenied: no identity-based policy allows s3:GetObject",
        ),
        (
            "AccessDenied: User: arn:aws:iam::123456789012:user/James is not authorized to perform: sts:AssumeRole "
            "on resource: arn:aws:iam::123456789012:role/r",
            "AccessDenied: sts:AssumeRole",
        ),
        ("arn:aws:sts::123456789012:assumed-role/r/s", "assumed-role/r/s"),
        ("NoSuchKey: The specified key does not exist.", "NoSuchKey: The specified key does not exist."),
    ],
)
def test_a_table_says_it_in_fewer_words(said: str, shown: str) -> None:
    assert brief(said) == shown
