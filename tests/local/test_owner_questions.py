"""What the owner of an instance learns over its private socket, and what the record of decisions holds."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labkit import private_socket
from tests.local.callers import (
    Caller,
    Embedded,
    allow,
    deny,
    make_role,
    make_user,
    policy,
    refusal,
    start_embedded,
    stop_embedded,
    trust,
)
from tests.local.stacks import Stack, resource


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("owner") / "socket"


@pytest.fixture(scope="module")
def instance(path: Path) -> Iterator[Embedded]:
    instance = start_embedded("--socket", str(path))
    yield instance
    assert stop_embedded(instance) == 0


@pytest.fixture(scope="module")
def owner(instance: Embedded) -> Caller:
    return instance.administrator("home")


def last(path: Path, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        private_socket.ask(path, json.dumps({"question": "decisions", "last": number}))
    )
    return found


def test_nothing_asked_is_the_ready_document(instance: Embedded, path: Path) -> None:
    assert json.loads(private_socket.ask(path)) == instance.document


@pytest.mark.parametrize(
    "question",
    [
        "nonsense",
        "{}",
        "[]",
        '{"question": "nonsense"}',
        '{"question": ["decisions"]}',
        '{"question": "decisions"}',
        '{"question": "decisions", "last": 0}',
        '{"question": "decisions", "last": true}',
        '{"question": "decisions", "last": "10"}',
        "[" * 60_000,
        "x" * 1_000_000,
    ],
)
def test_what_is_no_question_is_an_error(instance: Embedded, path: Path, question: str) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        try:
            connection.sendall(question.encode() + b"\n")
            connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):  # answered before it was sent whole
            pass
        try:
            text = connection.makefile().read()
        except ConnectionResetError:
            assert len(question) > 100_000
        else:
            assert json.loads(text).keys() == {"error"}
    assert json.loads(private_socket.ask(path)) == instance.document


def test_who_says_nothing_gets_nothing(instance: Embedded, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        assert connection.recv(1) == b""
    assert json.loads(private_socket.ask(path)) == instance.document


def test_an_allow_and_the_denials(owner: Caller, path: Path) -> None:
    user = make_user(owner, "decided", policy(allow("s3:*", Sid="All"), deny("s3:CreateBucket")))
    user.client("s3").list_buckets()
    refusal(user.client("s3").create_bucket, Bucket="never")
    refusal(user.client("iam").list_users)
    allowed, denied, missing = last(path, 3)
    assert [each["decision"] for each in (allowed, denied, missing)] == ["allow", "explicit deny", "implicit deny"]
    assert [each["action"] for each in (allowed, denied, missing)] == [
        "s3:ListAllMyBuckets",
        "s3:CreateBucket",
        "iam:ListUsers",
    ]
    assert {each["principal"] for each in (allowed, denied, missing)} == {user.arn}
    assert (allowed["policy"], allowed["statement"], allowed["sid"]) == ("policy-0", 0, "All")
    assert (denied["policy"], denied["statement"], denied["resource"]) == ("policy-0", 1, "arn:aws:s3:::never")
    assert (missing["policy"], missing["layer"]) == (None, "identity-based policy")
    (layer,) = missing["trace"]
    assert [(each["effect"], each["failed_on"]) for each in layer["statements"]] == [
        ("allow", "action"),
        ("explicit deny", "action"),
    ]


def test_calls_for_credentials(owner: Caller, path: Path) -> None:
    user = make_user(owner, "assumer", policy(allow("sts:GetFederationToken")))
    condition = {"StringEquals": {"sts:ExternalId": "lab-7"}}
    role = make_role(owner, "assumed", trust(user.arn, Condition=condition))
    refusal(user.client("sts").assume_role, RoleArn=role, RoleSessionName="session", ExternalId="lab-8")
    user.assume(role, ExternalId="lab-7")
    user.client("sts").get_federation_token(Name="Bob")
    denied, assumed, federated = last(path, 3)
    assert [each["action"] for each in (denied, assumed, federated)] == [
        "sts:AssumeRole",
        "sts:AssumeRole",
        "sts:GetFederationToken",
    ]
    assert [each["decision"] for each in (denied, assumed, federated)] == ["implicit deny", "allow", "allow"]
    assert denied["resource"] == role
    assert denied["conditions"] == [
        {
            "operator": "StringEquals",
            "key": "sts:ExternalId",
            "actual": ["lab-8"],
            "expected": ["lab-7"],
            "held": False,
            "note": "",
        }
    ]
    assert (assumed["layer"], assumed["policy"]) == ("role trust policy", f"trust policy of {role}")


def test_calls_of_cloudformation(owner: Caller, path: Path) -> None:
    user = make_user(owner, "deployer", policy(allow(["cloudformation:*", "iam:CreateUser", "iam:GetUser"])))
    stack = Stack("decided", user, owner)
    assert stack.create({"Role": resource("IAM::Group", GroupName="made")}) == "ROLLBACK_COMPLETE"
    (denied,) = [each for each in last(path, 50) if each["action"] == "iam:CreateGroup"]
    assert (denied["decision"], denied["principal"]) == ("implicit deny", user.arn)
    assert denied["via"] == "cloudformation.amazonaws.com"
    (own, *_) = [each for each in last(path, 50) if each["action"] == "cloudformation:CreateStack"]
    assert (own["decision"], own["via"]) == ("allow", None)


def test_no_secret_in_the_record(owner: Caller, instance: Embedded, path: Path) -> None:
    user = make_user(owner, "secretive", policy(allow("*")))
    role = make_role(owner, "secretive", trust(user.arn))
    session = user.assume(role)
    user.client("iam").create_user(UserName="with-password")
    user.client("iam").create_login_profile(UserName="with-password", Password="correct-Horse-7")
    user.client("secretsmanager").create_secret(Name="secret", SecretString="correct-Horse-7")
    text = json.dumps(last(path, 10_000))
    assert "secretsmanager:CreateSecret" in text
    assert "iam:CreateLoginProfile" in text
    keys = [key["secret_access_key"] for key in instance.document["accounts"].values()]
    for secret in (*keys, user.secret_access_key, session.secret_access_key, session.session_token, "correct-Horse-7"):
        assert secret
        assert secret not in text
