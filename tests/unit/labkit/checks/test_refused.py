"""A refusal that is no denial counts by its code and its words, and only from a live caller."""

from __future__ import annotations

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import Refused, Session, call, refused_session
from labkit.checks.observation import State
from tests.unit.labkit.fakes import JAMES, S3_ROLE, FakeScene, bad_key, denied, refused, throttled

TOO_LONG = Session(S3_ROLE, by=JAMES, name="too-long", duration=3601)
CHECK = refused_session("id", "title", TOO_LONG, "ValidationError", "exceeds the MaxSessionDuration")
AWS_SAYS = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refused("ValidationError", AWS_SAYS), State.PROVEN),
        (refused("ValidationError", "1 validation error detected"), State.WRONG),
        (refused("MalformedPolicyDocument", AWS_SAYS), State.WRONG),
        (allowed({}), State.WRONG),
        (denied("not authorized"), State.UNSETTLED),
        (throttled(), State.UNKNOWN),
        (bad_key(), State.UNKNOWN),
    ],
)
def test_refused(answer: Answer, state: State) -> None:
    assert CHECK.observe(FakeScene({("James", "AssumeRole"): answer})).state is state


@pytest.mark.parametrize(
    ("identity", "state"),
    [
        (allowed({"Arn": "arn:aws:iam::123456789012:user/James"}), State.PROVEN),
        (allowed({"Arn": "arn:aws:iam::123456789012:user/Eve"}), State.WRONG),
        (bad_key(), State.UNKNOWN),
    ],
)
def test_a_code_of_bad_credentials_counts_only_if_they_are_live(identity: Answer, state: State) -> None:
    check = Refused("id", "title", JAMES, call("iam", "ListUsers"), "InvalidClientTokenId")
    scene = FakeScene({("James", "ListUsers"): bad_key(), ("James", "GetCallerIdentity"): identity})
    assert check.observe(scene).state is state
