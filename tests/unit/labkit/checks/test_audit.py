"""An event is the request's own, and says who, when, from where and how it ended; it is waited for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import Recorded
from labkit.checks.observation import Observation, State
from tests.unit.labkit.fakes import AS_ROLE, JAMES_ARN, ROLE_ARN, SESSION_ARN, FakeScene, denied, refused, throttled

METADATA = {"RequestId": "the-request", "HTTPHeaders": {"date": "Tue, 24 Nov 2026 12:00:00 GMT"}}
RECORD: dict[str, Any] = {
    "eventTime": "2026-11-24T12:00:01Z",
    "sourceIPAddress": "192.0.2.1",
    "requestID": "the-request",
    "userIdentity": {"type": "IAMUser", "arn": JAMES_ARN},
    "requestParameters": {"roleArn": ROLE_ARN, "roleSessionName": AS_ROLE.name},
    "responseElements": {"assumedRoleUser": {"arn": SESSION_ARN}},
}
REFUSAL = {**RECORD, "errorCode": "AccessDenied", "requestParameters": None, "responseElements": None}
CHECK = Recorded("id", "title", AS_ROLE)
OF_REFUSAL = Recorded("id", "title", AS_ROLE, error="AccessDenied")


def history(*records: dict[str, Any]) -> Answer:
    return allowed({"Events": [{"CloudTrailEvent": json.dumps(record)} for record in records]})


def observe(check: Recorded, looked_up: Answer) -> Observation:
    scene = FakeScene({("administrator", "LookupEvents"): looked_up})
    scene.answers[AS_ROLE] = Answer(denied("").kind, metadata=METADATA)
    return check.observe(scene)


@pytest.mark.parametrize(("check", "record"), [(CHECK, RECORD), (OF_REFUSAL, REFUSAL)])
def test_the_event_of_the_request(check: Recorded, record: dict[str, Any]) -> None:
    other = {**record, "requestID": "another", "userIdentity": {}}
    seen = observe(check, history(other, record))
    assert seen.state is State.PROVEN
    assert JAMES_ARN in seen.observed
    assert "192.0.2.1" in seen.observed


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"userIdentity": {"arn": "arn:aws:iam::123456789012:user/Other"}}, "who"),
        ({"eventTime": "2026-11-24T12:02:01Z"}, "when"),
        ({"sourceIPAddress": "nowhere"}, "from where"),
        ({"errorCode": "AccessDenied"}, "how it ended"),
        ({"requestParameters": {"roleArn": ROLE_ARN, "roleSessionName": "other"}}, "what"),
        ({"responseElements": None}, "what was given"),
    ],
)
def test_an_event_that_says_otherwise_fails_at_once(changed: dict[str, Any], says: str) -> None:
    seen = observe(CHECK, history({**RECORD, **changed}))
    assert seen.state is State.WRONG
    assert seen.reason.startswith(says)


def test_a_refusal_that_is_on_record_as_allowed() -> None:
    assert observe(OF_REFUSAL, history(RECORD)).state is State.WRONG


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (history(), State.UNSETTLED),
        (history({**RECORD, "requestID": "another"}), State.UNSETTLED),
        (denied("no", "AccessDeniedException"), State.UNKNOWN),
        (refused("InvalidTimeRangeException"), State.UNKNOWN),
        (throttled(), State.UNKNOWN),
    ],
)
def test_no_event_yet_or_no_answer(answer: Answer, state: State) -> None:
    assert observe(CHECK, answer).state is state


def test_without_a_request_there_is_nothing_to_look_for() -> None:
    assert CHECK.observe(FakeScene()).state is State.WITHOUT_BASIS
    assert replace(CHECK, error="AccessDenied").observe(FakeScene()).state is State.WITHOUT_BASIS
