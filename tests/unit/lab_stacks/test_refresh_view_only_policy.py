"""The script that refreshes the copy of ViewOnlyAccess: what it shows, writes and refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lab_stacks.aws_policy import load_aws_policy
from lab_stacks.james_s3.stack import VIEW_ONLY_ACCESS
from scripts import refresh_view_only_policy as script

DATE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "General", "Effect": "Allow", "Action": ["ec2:Describe*", "s3:ListBucket"], "Resource": "*"},
        {"Sid": "Gateway", "Effect": "Allow", "Action": ["apigateway:GET"], "Resource": ["arn:b", "arn:a"]},
    ],
}
RECORD: dict[str, Any] = {
    "source": "somewhere",
    "Arn": script.POLICY_ARN,
    "VersionId": "v1",
    "VersionDate": DATE.isoformat(),
    "Document": DOCUMENT,
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to refresh, in place of the one in the tree."""
    path = tmp_path / "ViewOnlyAccess.json"
    path.write_text(json.dumps(RECORD))
    monkeypatch.setattr(script, "COPY", path)
    return path


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Answers in place of AWS; all of them must be asked for."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    iam = boto3.client("iam", region_name="us-east-1", aws_access_key_id="EXAMPLE", aws_secret_access_key="EXAMPLE")
    monkeypatch.setattr(script, "_iam_client", lambda: iam)
    with Stubber(iam) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer(aws: Stubber, document: dict[str, Any], version: str = "v1", date: datetime = DATE) -> None:
    """AWS has this version of the policy."""
    policy = {"Policy": {"Arn": script.POLICY_ARN, "DefaultVersionId": version}}
    aws.add_response("get_policy", policy, {"PolicyArn": script.POLICY_ARN})
    found = {"PolicyVersion": {"Document": json.dumps(document), "VersionId": version, "CreateDate": date}}
    aws.add_response("get_policy_version", found, {"PolicyArn": script.POLICY_ARN, "VersionId": version})


def changed() -> dict[str, Any]:
    """An action more, one less, a resource less, a statement's condition and a statement more."""
    document = copy.deepcopy(DOCUMENT)
    general, gateway = document["Statement"]
    general["Action"] = ["ec2:Describe*", "acm:ListCertificates"]
    gateway["Resource"] = "arn:a"
    gateway["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    document["Statement"].append({"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"})
    return document


SHOWN = """\
ViewOnlyAccess v1 (2026-01-02T03:04:05+00:00) -> v2 (2026-02-02T00:00:00+00:00)
General
  + Action acm:ListCertificates
  - Action s3:ListBucket
Gateway
  ~ Condition null -> {"Bool": {"aws:SecureTransport": "true"}}
  - Resource arn:b
statement 3 (new)
  + Action sts:GetCallerIdentity
  ~ Effect null -> "Allow"
  + Resource *
"""


def test_what_changed_is_shown_and_written(path: Path, aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    answer(aws, changed(), "v2", datetime(2026, 2, 2, tzinfo=UTC))
    assert script.main([]) == 0
    assert capsys.readouterr().out.startswith(SHOWN + "written to ")
    policy = load_aws_policy(path)
    assert (policy.label, policy.document) == ("ViewOnlyAccess v2 (2026-02-02)", changed())
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    answer(aws, changed(), "v2", datetime(2026, 2, 2, tzinfo=UTC))
    assert script.main(["--check"]) == 0


def test_check_shows_and_writes_nothing(path: Path, aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    answer(aws, changed(), "v2", datetime(2026, 2, 2, tzinfo=UTC))
    assert script.main(["--check"]) == 1
    assert capsys.readouterr().out == SHOWN
    assert path.read_bytes() == before


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_nothing_is_written_if_nothing_changed(
    path: Path, aws: Stubber, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    before = path.stat()
    same = copy.deepcopy(DOCUMENT)
    for statement in same["Statement"]:
        statement["Action"].reverse()
    answer(aws, same)
    assert script.main(arguments) == 0
    assert capsys.readouterr().out == "ViewOnlyAccess v1 (2026-01-02T03:04:05+00:00): nothing changed\n"
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_statement_that_is_gone_and_a_new_version_of_the_same(path: Path) -> None:
    shorter = {**RECORD, "Document": {**DOCUMENT, "Statement": DOCUMENT["Statement"][:1]}}
    assert script.differences(RECORD, shorter)[0] == "Gateway (gone)"
    assert script.differences(RECORD, {**RECORD, "VersionId": "v2"}) == [
        f"ViewOnlyAccess v1 ({DATE.isoformat()}) -> v2 ({DATE.isoformat()})"
    ]
    assert script.differences(RECORD, {**RECORD, "source": "elsewhere"}) == []


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that says what is wrong."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_a_denial_is_one_line(path: Path, aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    aws.add_client_error("get_policy", "AccessDenied", "User: X is not authorized\nto perform: iam:GetPolicy")
    assert script.main([]) == 2
    assert "is not authorized to perform: iam:GetPolicy" in refusal(capsys)
    assert path.read_bytes() == before


def test_an_aws_that_is_not_aws_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert script.main([]) == 2
    assert "from AWS only, not from 127.0.0.1" in refusal(capsys)


def test_a_profile_that_does_not_exist_is_one_line(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    assert script.main([]) == 2
    assert "no-such-profile" in refusal(capsys)


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"VersionId": "v1", "VersionDate": "x", "Document": {"Statement": {}}}']
)
def test_a_damaged_copy_is_one_line(path: Path, aws: Stubber, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path.write_text(text)
    assert script.main([]) == 2
    assert refusal(capsys)
    assert path.read_text() == text


def test_a_missing_copy_is_one_line(path: Path, aws: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    path.unlink()
    assert script.main([]) == 2
    assert "can't be read" in refusal(capsys)


def test_a_copy_that_can_not_be_written_is_one_line(
    path: Path, aws: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    before = path.read_bytes()
    (path.with_suffix(".new")).mkdir()
    answer(aws, changed(), "v2")
    assert script.main([]) == 2
    assert "can't be written" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_copy_in_the_tree_is_the_one_the_stack_reads_in_the_form_the_script_writes(tmp_path: Path) -> None:
    assert script.COPY == VIEW_ONLY_ACCESS
    record = script.load(script.COPY)
    script.save(record, tmp_path / "copy.json")
    assert (tmp_path / "copy.json").read_text() == script.COPY.read_text()
