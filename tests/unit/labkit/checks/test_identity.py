"""A caller is who its ARN says, and nobody else."""

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import CallerIdentity
from labkit.checks.observation import State
from tests.unit.labkit.fakes import AS_ROLE, JAMES, JAMES_ARN, SESSION_ARN, FakeScene, bad_key, denied, throttled


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (allowed({"Arn": JAMES_ARN}), State.PROVEN),
        (allowed({"Arn": JAMES_ARN + "2"}), State.WRONG),
        (denied("no"), State.WRONG),
        (bad_key(), State.UNKNOWN),
        (throttled(), State.UNKNOWN),
    ],
)
def test_a_user(answer: Answer, state: State) -> None:
    scene = FakeScene({("James", "GetCallerIdentity"): answer})
    assert CallerIdentity("id", "title", JAMES).observe(scene).state is state


def test_a_session_is_named_by_role_and_session_name() -> None:
    label = "James-custom-S3-role/Radkowski-CLI-test"
    check = CallerIdentity("id", "title", AS_ROLE)
    right = FakeScene({(label, "GetCallerIdentity"): allowed({"Arn": SESSION_ARN})})
    wrong = FakeScene({(label, "GetCallerIdentity"): allowed({"Arn": JAMES_ARN})})
    assert check.observe(right).state is State.PROVEN
    assert check.observe(wrong).state is State.WRONG
    assert check.expected(right.facts) == SESSION_ARN
