"""A role is assumed with what AWS must hand out for it, or not at all."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import ADMINISTRATOR, Assumed, NotAssumed, Session
from labkit.checks.observation import State
from tests.unit.labkit.fakes import (
    ADMIN_ARN,
    AS_ROLE,
    ROLE_ARN,
    S3_ROLE,
    SESSION_ARN,
    FakeScene,
    bad_key,
    denied,
    refused,
    throttled,
)

CHECK = Assumed("id", "title", AS_ROLE)
STRANGER = Session(S3_ROLE, by=ADMINISTRATOR, name="a-stranger")
REFUSED_TO_ADMIN = denied(f"User: {ADMIN_ARN} is not authorized to perform: sts:AssumeRole on resource: {ROLE_ARN}")


def handed_out(lasts: float = 3600, arn: str = SESSION_ARN, **credentials: str) -> Answer:
    now = datetime.now(UTC)
    # AWS's clock an hour off from ours: only its own Date header may count.
    aws_now = now + timedelta(hours=1)
    data: dict[str, Any] = {
        "Credentials": {
            "AccessKeyId": "ASIAEXAMPLE",
            "SecretAccessKey": "EXAMPLE",
            "SessionToken": "EXAMPLE",
            "Expiration": aws_now + timedelta(seconds=lasts),
            **credentials,
        },
        "AssumedRoleUser": {"Arn": arn, "AssumedRoleId": "AROAEXAMPLE:Radkowski-CLI-test"},
        "ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(aws_now, usegmt=True)}},
    }
    return allowed(data)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (handed_out(), State.PROVEN),
        (handed_out(lasts=900), State.WRONG),
        (handed_out(lasts=43200), State.WRONG),
        (handed_out(arn=SESSION_ARN + "x"), State.WRONG),
        (handed_out(SessionToken=""), State.WRONG),
        (denied("not authorized"), State.UNSETTLED),
        (refused("ValidationError"), State.WRONG),
        (throttled(), State.UNKNOWN),
        (bad_key(), State.UNKNOWN),
    ],
)
def test_assumed(answer: Answer, state: State) -> None:
    assert CHECK.observe(FakeScene({("James", "AssumeRole"): answer})).state is state


def test_an_expiry_without_aws_s_date_is_measured_by_ours() -> None:
    answer = handed_out()
    data = {**answer.data, "ResponseMetadata": {}}
    assert CHECK.observe(FakeScene({("James", "AssumeRole"): allowed(data)})).state is State.WRONG
    data["Credentials"] = {**data["Credentials"], "Expiration": datetime.now(UTC) + timedelta(hours=1)}
    assert CHECK.observe(FakeScene({("James", "AssumeRole"): allowed(data)})).state is State.PROVEN


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (REFUSED_TO_ADMIN, State.PROVEN),
        (handed_out(), State.WRONG),
        (denied("User: arn:aws:iam::123456789012:user/x is not authorized to perform: sts:AssumeRole"), State.WRONG),
        (denied(f"User: {ADMIN_ARN} is not authorized to perform: sts:TagSession on resource: r"), State.WRONG),
        (refused("ValidationError"), State.WRONG),
        (throttled(), State.UNKNOWN),
        (bad_key(), State.UNKNOWN),
    ],
)
def test_not_assumed(answer: Answer, state: State) -> None:
    check = NotAssumed("id", "title", STRANGER)
    assert check.observe(FakeScene({("administrator", "AssumeRole"): answer})).state is state


def test_root_can_assume_no_role_so_its_refusal_proves_nothing() -> None:
    check = NotAssumed("id", "title", STRANGER)
    scene = FakeScene(
        {("administrator", "AssumeRole"): REFUSED_TO_ADMIN}, administrator_arn="arn:aws:iam::123456789012:root"
    )
    assert check.observe(scene).state is State.NOT_APPLICABLE


def test_parameters_of_the_call() -> None:
    session = Session(S3_ROLE, by=ADMINISTRATOR, name="n", duration=900, external_id="e")
    assert session.parameters(FakeScene().facts) == {
        "RoleArn": ROLE_ARN,
        "RoleSessionName": "n",
        "DurationSeconds": 900,
        "ExternalId": "e",
    }
    assert set(AS_ROLE.parameters(FakeScene().facts)) == {"RoleArn", "RoleSessionName"}
