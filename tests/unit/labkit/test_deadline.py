"""Where the deadline comes from, and how waits grow towards it."""

import pytest

from labkit.deadline import Deadline, deadline_seconds, wait_before
from labkit.errors import LabError
from tests.unit.labkit.fakes import FakeTime


def test_option_before_environment_before_default() -> None:
    assert deadline_seconds(7, {"LAB_DEADLINE": "5"}) == 7
    assert deadline_seconds(0, {"LAB_DEADLINE": "5"}) == 0
    assert deadline_seconds(None, {"LAB_DEADLINE": "5"}) == 5
    assert deadline_seconds(None, {}) == 120
    assert deadline_seconds(None, {"LAB_DEADLINE": ""}) == 120


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_a_deadline_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(LabError, match="LAB_DEADLINE"):
        deadline_seconds(None, {"LAB_DEADLINE": text})


def test_waits_grow_with_jitter_and_end_at_the_deadline() -> None:
    for attempt, most in ((2, 0.1), (3, 0.2), (5, 0.8), (12, 5.0)):
        waits = [wait_before(attempt, remaining=1000) for _ in range(50)]
        assert most / 2 <= min(waits) <= max(waits) <= most
        assert len(set(waits)) > 1
    assert wait_before(12, remaining=0.03) == 0.03


def test_waits_get_short_again_towards_the_deadline() -> None:
    for remaining, most in ((1000, 5.0), (16, 2.0), (4, 0.5), (0.5, 0.1)):
        waits = [wait_before(12, remaining) for _ in range(50)]
        assert most / 2 <= min(waits) <= max(waits) <= most


def test_a_deadline_never_goes_below_zero() -> None:
    time = FakeTime()
    deadline = Deadline(3, time.clock())
    assert deadline.remaining() == 3
    time.now += 10
    assert deadline.remaining() == 0
    deadline.restart()
    assert deadline.remaining() == 3
