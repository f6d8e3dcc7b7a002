"""What the administrator changes in a story, and when that counts as done."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import Change, SessionsRevoked, call
from labkit.checks.observation import State
from tests.unit.labkit.fakes import ADMIN_ARN, AS_ROLE, FakeScene, denied, refused, throttled

ADD = call("iam", "AddUserToGroup", GroupName="team", UserName="James")
OPENED = datetime(2026, 1, 1, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (allowed({}), State.PROVEN),
        (refused("NoSuchEntity"), State.WRONG),
        (denied("no"), State.UNKNOWN),
        (throttled(), State.UNKNOWN),
    ],
)
def test_a_change_is_done_or_not(answer: Answer, state: State) -> None:
    scene = FakeScene({("administrator", "AddUserToGroup"): answer})
    assert Change("id", "title", ADD).observe(scene).state is state


def revoke(seconds_later: int, *, opened: bool = True) -> tuple[State, list[dict[str, Any]]]:
    """The state after the first attempt so long after the session was opened, and what was put."""
    date = format_datetime(OPENED + timedelta(seconds=seconds_later), usegmt=True)
    identity = allowed({"Arn": ADMIN_ARN, "ResponseMetadata": {"HTTPHeaders": {"date": date}}})
    scene = FakeScene(
        {("administrator", "GetCallerIdentity"): identity, ("administrator", "PutRolePolicy"): allowed({})}
    )
    if opened:
        scene.opened[AS_ROLE] = OPENED
    state = SessionsRevoked("id", "title", AS_ROLE).observe(scene).state
    return state, [parameters for _, operation, parameters in scene.asked if operation == "PutRolePolicy"]


def test_older_sessions_are_revoked_by_aws_s_clock() -> None:
    state, put = revoke(1)
    assert state is State.PROVEN
    (parameters,) = put
    (statement,) = json.loads(parameters["PolicyDocument"])["Statement"]
    assert statement["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T10:00:01Z"}}
    assert (parameters["RoleName"], parameters["PolicyName"]) == ("James-custom-S3-role", "AWSRevokeOlderSessions")


def test_not_before_the_session_is_older_than_a_second_can_tell() -> None:
    """And what has to be waited for says nothing of the lab."""
    assert revoke(0) == (State.UNKNOWN, [])


def test_without_a_session_there_is_nothing_to_revoke() -> None:
    assert revoke(1, opened=False) == (State.WITHOUT_BASIS, [])
