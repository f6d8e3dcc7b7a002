"""A role is assumed with what AWS must hand out for it, or not at all."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import (
    ADMINISTRATOR,
    Assumed,
    FederatedUser,
    NotAssumed,
    Output,
    Session,
    SessionToken,
    Text,
    TokenGiven,
)
from labkit.checks.observation import State
from labkit.checks.values import resolve
from tests.unit.labkit.fakes import (
    ADMIN_ARN,
    AS_ROLE,
    JAMES,
    JAMES_ARN,
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
TO_ADMIN = f"User: {ADMIN_ARN} is not authorized to perform: sts:AssumeRole on resource: {ROLE_ARN}"
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
        (denied(f"{TO_ADMIN} with an explicit deny in a service control policy"), State.WITHOUT_BASIS),
        (denied(f"{TO_ADMIN} because no identity-based policy allows the sts:AssumeRole action"), State.WITHOUT_BASIS),
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


def test_a_user_of_the_lab_is_no_stranger_to_it() -> None:
    check, answers = NotAssumed("id", "title", STRANGER), {("administrator", "AssumeRole"): REFUSED_TO_ADMIN}
    theirs = FakeScene(answers, administrator_arn=FACTS.outputs["UserArn"])
    assert check.observe(theirs).state is State.NOT_APPLICABLE
    assert check.observe(FakeScene(answers)).state is State.PROVEN


def test_root_can_assume_no_role_so_its_refusal_proves_nothing() -> None:
    check = NotAssumed("id", "title", STRANGER)
    scene = FakeScene(
        {("administrator", "AssumeRole"): REFUSED_TO_ADMIN}, administrator_arn="arn:aws:iam::123456789012:root"
    )
    assert check.observe(scene).state is State.NOT_APPLICABLE


FACTS = FakeScene().facts


def test_parameters_of_the_call() -> None:
    document = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": Text(Output("Bucket"), "/*")}]}
    session = Session(
        S3_ROLE,
        by=ADMINISTRATOR,
        name="n",
        duration=900,
        external_id="e",
        tags={"team": "red", "unit": "x"},
        transitive=("team",),
        source_identity="jo",
        policy=document,
    )
    parameters = resolve(session.call.parameters, FACTS)
    assert json.loads(parameters.pop("Policy"))["Statement"][0]["Resource"] == "b/*"
    assert parameters == {
        "RoleArn": ROLE_ARN,
        "RoleSessionName": "n",
        "DurationSeconds": 900,
        "ExternalId": "e",
        "Tags": [{"Key": "team", "Value": "red"}, {"Key": "unit", "Value": "x"}],
        "TransitiveTagKeys": ["team"],
        "SourceIdentity": "jo",
    }
    assert set(AS_ROLE.call.parameters) == {"RoleArn", "RoleSessionName"}


def test_sessions_that_differ_in_anything_are_not_the_same() -> None:
    others = [
        Session(S3_ROLE, by=JAMES, name="x"),
        Session(S3_ROLE, by=JAMES, name=AS_ROLE.name, duration=900),
        Session(S3_ROLE, by=JAMES, name=AS_ROLE.name, tags={"team": "red"}),
        Session(S3_ROLE, by=JAMES, name=AS_ROLE.name, policy={"Statement": []}),
        Session(S3_ROLE, by=AS_ROLE, name=AS_ROLE.name),
    ]
    assert len({AS_ROLE, Session(S3_ROLE, by=JAMES, name=AS_ROLE.name), *others}) == 6


def test_how_long_it_should_last_is_what_was_asked_for() -> None:
    quarter = Assumed("id", "title", Session(S3_ROLE, by=JAMES, name=AS_ROLE.name, duration=900))
    assert quarter.observe(FakeScene({("James", "AssumeRole"): handed_out(lasts=900)})).state is State.PROVEN
    assert quarter.observe(FakeScene({("James", "AssumeRole"): handed_out()})).state is State.WRONG


def test_a_denial_of_what_the_session_brings_along_counts() -> None:
    tags = denied(f"User: {ADMIN_ARN} is not authorized to perform: sts:TagSession on resource: {ROLE_ARN}")
    replies = {("administrator", "AssumeRole"): tags}
    tagged = Session(S3_ROLE, by=ADMINISTRATOR, name="x", tags={"team": "red"})
    assert NotAssumed("id", "title", tagged).observe(FakeScene(dict(replies))).state is State.PROVEN
    assert NotAssumed("id", "title", STRANGER).observe(FakeScene(dict(replies))).state is State.WRONG


def test_what_was_just_withdrawn_may_last_a_little() -> None:
    check = NotAssumed("id", "title", STRANGER, withdrawn=True)
    assert check.observe(FakeScene({("administrator", "AssumeRole"): handed_out()})).state is State.UNSETTLED
    assert check.observe(FakeScene({("administrator", "AssumeRole"): REFUSED_TO_ADMIN})).state is State.PROVEN


def without_user(answer: Answer, **user: dict[str, str]) -> Answer:
    return allowed({k: v for k, v in answer.data.items() if k != "AssumedRoleUser"} | user)


def test_a_session_token_is_the_users_own() -> None:
    token = SessionToken(JAMES)
    check = TokenGiven("id", "title", token)
    assert (check.identity, token.expected_arn(FACTS)) == (JAMES, JAMES_ARN)
    for lasts, state in ((43200, State.PROVEN), (3600, State.WRONG)):
        scene = FakeScene({("James", "GetSessionToken"): without_user(handed_out(lasts=lasts))})
        assert check.observe(scene).state is state
    assert scene.is_open(token)


def test_a_federated_user_is_somebody_else() -> None:
    application = FederatedUser(JAMES, name="app", policy={"Statement": []})
    arn = "arn:aws:sts::123456789012:federated-user/app"
    assert application.expected_arn(FACTS) == arn
    assert resolve(application.call.parameters, FACTS) == {"Name": "app", "Policy": '{"Statement": []}'}
    for stated, state in ((arn, State.PROVEN), (JAMES_ARN, State.WRONG)):
        answer = without_user(handed_out(lasts=43200), FederatedUser={"Arn": stated})
        scene = FakeScene({("James", "GetFederationToken"): answer})
        assert TokenGiven("id", "title", application).observe(scene).state is state
