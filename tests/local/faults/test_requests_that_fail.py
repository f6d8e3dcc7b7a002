"""Throttling, 5xx, lost connections, late answers, an STS outage: each as the AWS SDK sees it on AWS."""

from __future__ import annotations

import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.local.callers import Caller
from tests.local.faults.conftest import WithFaults

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "sts": ("sts", "get_caller_identity", {}),
    "iam": ("iam", "list_users", {}),
    "s3": ("s3", "list_buckets", {}),
    "s3 head": ("s3", "head_bucket", {"Bucket": "no-such-bucket"}),
    "ec2": ("ec2", "describe_instances", {}),
    "secretsmanager": ("secretsmanager", "list_secrets", {}),
    "cloudformation": ("cloudformation", "describe_stacks", {}),
    "lambda": ("lambda", "list_functions", {}),
    "sqs": ("sqs", "list_queues", {}),
}
LATE = ("slow=1+0.3", "sts-outage=3600+1", "seed=1")


def call(caller: Caller, name: str) -> Callable[[], Any]:
    service, operation, parameters = CALLS[name]
    return lambda: getattr(caller.client(service), operation)(**parameters)


def outcome(ask: Callable[[], Any]) -> tuple[int, str]:
    try:
        return ask()["ResponseMetadata"]["HTTPStatusCode"], "allowed"
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
    except ConnectionClosedError:
        return 0, "closed"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("sts", 400, "Throttling"),
        ("iam", 400, "Throttling"),
        ("cloudformation", 400, "Throttling"),
        ("s3", 503, "SlowDown"),
        ("s3 head", 503, "503"),  # an answer to HEAD has no body that could name a code
        ("ec2", 503, "RequestLimitExceeded"),
        ("secretsmanager", 400, "ThrottlingException"),
        ("lambda", 429, "TooManyRequestsException"),
        ("sqs", 400, "ThrottlingException"),
    ],
)
def test_each_service_throttles_with_its_own_code(with_faults: WithFaults, name: str, status: int, code: str) -> None:
    admin = with_faults("throttle=1").administrator("home")
    assert outcome(call(admin, name)) == (status, code)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("sts", {(500, "InternalFailure"), (503, "ServiceUnavailable")}),
        ("iam", {(500, "InternalFailure"), (503, "ServiceUnavailable")}),
        ("s3", {(500, "InternalError"), (503, "ServiceUnavailable")}),
        ("s3 head", {(500, "500"), (503, "503")}),
        ("ec2", {(500, "InternalError"), (503, "Unavailable")}),
        ("secretsmanager", {(500, "InternalServiceError"), (503, "ServiceUnavailableException")}),
    ],
)
def test_each_service_fails_with_its_own_codes(with_faults: WithFaults, name: str, codes: set[tuple[int, str]]) -> None:
    admin = with_faults("errors=1").administrator("home")
    assert {outcome(call(admin, name)) for _ in range(20)} == codes


@pytest.mark.parametrize("name", CALLS)
def test_a_connection_is_lost_without_an_answer(with_faults: WithFaults, name: str) -> None:
    admin = with_faults("drop=1").administrator("home")
    assert outcome(call(admin, name)) == (0, "closed")


def test_a_request_whose_connection_is_lost_may_have_been_carried_out(with_faults: WithFaults) -> None:
    admin = with_faults("drop=0.5", "seed=1").administrator("home")
    created = {}
    for number in range(40):
        user = f"user-{number}"
        created[user] = outcome(lambda user=user: admin.client("iam").create_user(UserName=user))[1]
    there: set[str] = set()
    while not there:
        try:
            there = {user["UserName"] for user in admin.client("iam").list_users()["Users"]}
        except ConnectionClosedError:
            continue
    lost = {user for user, result in created.items() if result == "closed"}
    assert {user for user, result in created.items() if result == "allowed"} <= there
    assert lost & there
    assert lost - there


def test_a_share_of_the_requests_fails_and_the_same_one_with_the_same_seed(with_faults: WithFaults) -> None:
    def outcomes(*faults: str) -> list[str]:
        admin = with_faults(*faults).administrator("home")
        return [outcome(call(admin, "iam"))[1] for _ in range(100)]

    once = outcomes("throttle=0.3", "errors=0.2", "seed=5")
    share = Counter(once)
    assert 15 <= share["Throttling"] <= 50
    assert 5 <= share["InternalFailure"] + share["ServiceUnavailable"] <= 40
    assert outcomes("seed=5", "errors=0.2", "throttle=0.3") == once


def test_the_request_that_gets_through_is_decided_as_ever(with_faults: WithFaults) -> None:
    admin = with_faults("throttle=0.3", "errors=0.2", "seed=5").administrator("home")
    assert (200, "allowed") in {outcome(call(admin, "iam")) for _ in range(30)}
    admin.secret_access_key = "wrong"
    admin.clients.clear()
    seen = {outcome(call(admin, "iam")) for _ in range(30)}
    assert (403, "SignatureDoesNotMatch") in seen
    assert (200, "allowed") not in seen


def test_answers_come_late(with_faults: WithFaults) -> None:
    admin = with_faults(*LATE).administrator("home")
    seconds = []
    for _ in range(8):
        started = time.monotonic()
        assert outcome(call(admin, "sts")) == (200, "allowed")
        seconds.append(time.monotonic() - started)
    assert max(seconds) > 0.1


def test_sts_is_away_for_a_while_and_nothing_else(with_faults: WithFaults) -> None:
    admin = with_faults("sts-outage=0+1").administrator("home")
    assert outcome(call(admin, "sts")) == (503, "ServiceUnavailable")
    assert outcome(call(admin, "iam")) == (200, "allowed")
    give_up = time.monotonic() + 20
    while outcome(call(admin, "sts"))[1] != "allowed":
        assert time.monotonic() < give_up, "the outage does not end"


def test_sts_is_there_until_its_outage_begins(with_faults: WithFaults) -> None:
    admin = with_faults(*LATE).administrator("home")
    assert outcome(call(admin, "sts")) == (200, "allowed")


def test_the_health_check_is_spared(with_faults: WithFaults) -> None:
    instance = with_faults("errors=1")
    address = f"{instance.endpoint}/_ministack/health"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 (an address of this test's)
        assert answer.status == 200


def test_the_ready_document_says_which_faults_are_on(with_faults: WithFaults) -> None:
    assert with_faults(*LATE).document["faults"] == list(LATE)
