"""The reports for programs say what was found, in the contract's words."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from junitparser import Error, Failure, JUnitXml, Skipped

from labkit.errors import LabError
from labkit.reports import as_json, as_junit, as_markdown, files
from labkit.results import LabResult, Report
from labkit.verdicts import Verdict
from tests.unit.labkit.reports.samples import HOSTILE, REPORT, check

SCHEMA = Path(__file__).resolve().parents[4] / "docs" / "report.schema.json"
CHECKS = tuple(check(verdict.value, verdict, attempts=2, seconds=1.5, expected="e<&>") for verdict in Verdict)
PLAIN = Report((LabResult("james-s3", "JamesS3", CHECKS, 2.5),))
CONTRACT = {"id", "title", "identity", "call", "expected", "observed", "verdict", "reason", "attempts", "seconds"}


def test_json_has_the_fields_of_the_contract() -> None:
    document = json.loads(as_json.render(PLAIN))
    assert set(document) == {"labs", "verdict", "exit_code"}
    assert (document["verdict"], document["exit_code"]) == ("failed", 1)
    (lab,) = document["labs"]
    assert {key: value for key, value in lab.items() if key != "checks"} == {
        "lab": "james-s3",
        "stack": "JamesS3",
        "verdict": "failed",
        "seconds": 2.5,
    }
    assert [check["verdict"] for check in lab["checks"]] == ["proven", "failed", "undetermined", "not_applicable"]
    assert lab["checks"][1] == {
        "id": "failed",
        "title": "The check failed",
        "identity": "James",
        "call": "s3:ListBuckets",
        "expected": "e<&>",
        "observed": "allowed",
        "verdict": "failed",
        "reason": "because it is failed",
        "attempts": 2,
        "seconds": 1.5,
    }


def test_json_has_an_explanation_only_where_one_was_asked_for() -> None:
    checks = json.loads(as_json.render(REPORT))["labs"][0]["checks"]
    explained = [each for each in checks if "explanation" in each]
    assert [each["id"] for each in explained] == ["put"]
    assert all(set(each) - {"explanation"} == CONTRACT for each in checks)
    assert explained[0]["explanation"]["change"] == "Smallest change that would allow it: sign in with MFA."
    assert explained[0]["explanation"]["policies"] == [
        {"policy": "the inline policy guard of role Reader", "statement": 2}
    ]


@pytest.mark.parametrize("report", [PLAIN, REPORT, Report()])
def test_json_is_as_the_published_schema_says(report: Report) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    document = json.loads(as_json.render(report))
    assert list(validator.iter_errors(document)) == []
    assert list(validator.iter_errors({**document, "more": 1}))
    for lab in document["labs"]:
        lab["checks"][0]["verdict"] = "passed"
        assert list(validator.iter_errors(document))


def test_junit_tells_failures_errors_and_skipped_apart() -> None:
    (suite,) = JUnitXml.fromstring(as_junit.render(PLAIN).encode())
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("james-s3", 4, 1, 1, 1)
    results = [case.result for case in suite]
    assert results[0] == []
    assert [type(result[0]) for result in results[1:]] == [Failure, Error, Skipped]
    assert "expected: e<&>" in results[1][0].text
    assert [case.time for case in suite] == [1.5] * 4
    assert suite.time == 6.0


def test_junit_says_where_and_when_and_survives_any_answer() -> None:
    document = JUnitXml.fromstring(as_junit.render(REPORT).encode())
    james, other = document
    assert (document.tests, document.failures, document.errors, document.skipped) == (11, 1, 1, 1)
    assert {each.name: each.value for each in james.properties()} == {
        "stack": "JamesS3",
        "account": "123456789012",
        "verdict": "failed",
    }
    assert james.timestamp == other.timestamp == "2026-11-24T12:00:00+00:00"
    (failure,) = next(case.result for case in james if case.classname == "james-s3.put")
    assert HOSTILE.replace("\x07", "\ufffd") in failure.text


def test_markdown_shows_what_is_not_proven_in_full_and_takes_nothing_for_markup() -> None:
    text = as_markdown.render(REPORT)
    assert "## ✗ AssumeRole Lab: failed" in text
    assert "| James assumes a role to read S3 | ✗ failed | 9 | 4.6 |" in text
    assert "### ? The check unsure (undetermined)" in text
    assert "- reason: because it is undetermined" in text
    assert "### ✓" not in text
    assert "- ✓ The check live" in text
    assert "|  | James | Reader/one |\n| --- | --- | --- |\n| s3:ListBuckets | yes |  |" in text
    assert "<script>" not in text
    assert "\\<script\\>" in text
    assert " | [link]" not in text
    assert "http://" not in text


def test_files_are_written_whole(tmp_path: Path) -> None:
    wanted = {name: tmp_path / f"r.{name}" for name in files.FORMATS}
    assert set(wanted) == {"json", "junit", "html"}
    files.require_writable(wanted)
    files.write(PLAIN, wanted, {})
    assert json.loads(wanted["json"].read_text())["exit_code"] == 1
    assert wanted["junit"].read_text().startswith("<?xml")
    assert wanted["html"].read_text().startswith("<!doctype html>")
    assert sorted(tmp_path.iterdir()) == sorted(wanted.values())


def test_a_file_that_is_replaced_keeps_its_permissions_and_a_link_its_target(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    files.write(PLAIN, {"json": link}, {})
    assert link.is_symlink()
    assert json.loads(real.read_text())["exit_code"] == 1
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_report_can_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {"json": Path("/dev/stdout")}
    files.require_writable(wanted)
    files.write(PLAIN, wanted, {})
    assert json.loads(capsys.readouterr().out)["exit_code"] == 1


def test_a_report_can_go_into_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.require_writable({"json": pipe})
    files.write(PLAIN, {"json": pipe}, {})
    assert json.loads(os.read(reader, 65536))["exit_code"] == 1
    os.close(reader)
    assert pipe.is_fifo()


def test_what_was_there_stays_if_the_new_report_can_t_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(LabError, match=r"r\.json can't be written: No space left on device"):
        files.write(PLAIN, {"json": path}, {})
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "no/such/folder/r.json"])
def test_a_file_that_can_t_be_written_is_found_out_beforehand(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError):
        files.require_writable({"json": tmp_path / name})


def test_a_github_step_gets_its_summary_after_what_is_there_already(tmp_path: Path) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    files.write(PLAIN, {}, {"GITHUB_STEP_SUMMARY": str(page)})
    assert page.read_text() == "before\n" + as_markdown.render(PLAIN)
    with pytest.raises(LabError, match="GITHUB_STEP_SUMMARY"):
        files.write(PLAIN, {}, {"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "summary.md")})
