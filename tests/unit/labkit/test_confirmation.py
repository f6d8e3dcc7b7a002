"""What was proven while a change may still spread: asked again until it stays, or believed as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from labkit.aws.answers import Answer, allowed
from labkit.checks import (
    Change,
    Lab,
    call,
)
from labkit.checks.check import Check
from labkit.checks.observation import Observation, State
from labkit.deadline import Deadline
from labkit.results import LabResult
from labkit.runner import Runner
from labkit.scene import LiveScene
from labkit.verdicts import Verdict
from tests.unit.labkit.fakes import (
    FakeScene,
    FakeTime,
    bad_key,
    no_identity_allow,
    throttled,
)
from tests.unit.labkit.told import (
    MAY_LIST,
    MAY_NOT_LIST,
    MAY_NOT_LIST_ROLES,
    NO_ROLES,
    REFUSED,
    Answers,
    Listener,
    OneCode,
    only,
    run,
    slow,
)

FLAPPING = (REFUSED, allowed({}), REFUSED, allowed({}))


def settle(*story: Check, deadline: float = 60, **replies: Any) -> tuple[LabResult, Listener, FakeTime]:
    """As `run`, of a story whose first check shows that something is still spreading."""
    late = replace(MAY_LIST, id="late", call=call("iam", "ListRoles"))
    flapping = Answers(*[no_identity_allow("iam:ListRoles")] * 3, allowed({}))
    return run(late, *story, deadline=deadline, ListRoles=flapping, **replies)


def test_a_denial_amid_a_spreading_change_is_believed_only_if_it_lasts() -> None:
    result, _, _ = settle(MAY_NOT_LIST, ListBuckets=Answers(REFUSED, allowed({})))
    assert [check.verdict for check in result.checks] == [Verdict.PROVEN, Verdict.FAILED]
    assert result.checks[1].attempts == 2
    healthy, _, _ = settle(MAY_NOT_LIST, ListBuckets=REFUSED)
    assert [check.verdict for check in healthy.checks] == [Verdict.PROVEN, Verdict.PROVEN]
    assert healthy.checks[1].attempts >= 2


def test_answers_that_flap_are_asked_for_until_they_stay() -> None:
    result, _, _ = run(MAY_LIST, ListBuckets=Answers(*FLAPPING))
    # Wrong, right, wrong, and then right three times.
    assert only(result).verdict is Verdict.PROVEN
    assert only(result).attempts >= 6


def test_what_took_long_to_change_has_to_stay_for_half_as_long() -> None:
    _, _, time = run(MAY_LIST, ListBuckets=Answers(*[REFUSED] * 8, allowed({})), deadline=120)
    started = time.now - sum(time.slept)
    changed = sum(time.slept[:8])
    assert time.now - started >= 1.5 * changed
    assert sum(time.slept) < 1.5 * changed + 6


def test_right_answers_that_did_not_stay_until_the_deadline_are_undetermined() -> None:
    result, _, _ = settle(MAY_NOT_LIST, ListBuckets=REFUSED, deadline=0.8)
    assert {check.verdict for check in result.checks} <= {Verdict.UNDETERMINED, Verdict.PROVEN}
    flapping = Answers(*[REFUSED, allowed({})] * 500)
    result, _, _ = run(MAY_LIST, ListBuckets=flapping, deadline=5)
    assert only(result).verdict is Verdict.UNDETERMINED
    assert "--deadline" in only(result).reason


def test_a_refusal_to_the_deadline_does_not_make_others_undetermined_that_had_stayed() -> None:
    refused_for_ever = replace(MAY_LIST, id="broken", call=call("s3", "ListObjectsV2", action="s3:ListBucket"))
    result, _, _ = settle(
        MAY_NOT_LIST, refused_for_ever, ListBuckets=REFUSED, ListObjectsV2=no_identity_allow("s3:ListBucket")
    )
    assert [check.verdict for check in result.checks] == [Verdict.PROVEN, Verdict.PROVEN, Verdict.FAILED]


def test_without_a_sign_of_a_spreading_change_everything_is_asked_once() -> None:
    result, _, _ = run(
        MAY_LIST, MAY_NOT_LIST_ROLES, ListBuckets=allowed({}), ListRoles=no_identity_allow("iam:ListRoles")
    )
    assert [check.attempts for check in result.checks] == [1, 1]
    throttles, _, _ = run(MAY_LIST, ListBuckets=Answers(throttled(), throttled(), allowed({})))
    assert only(throttles).attempts == 3


def test_a_key_that_was_not_valid_yet_is_a_sign_of_a_spreading_change() -> None:
    result, _, _ = run(MAY_LIST, ListBuckets=Answers(bad_key(), allowed({})))
    assert only(result).verdict is Verdict.PROVEN
    assert only(result).attempts >= 4


def test_a_step_that_changes_something_is_not_asked_again_and_ends_what_was_before() -> None:
    class Changing(FakeScene):
        """James may list buckets until the administrator takes that away."""

        def ask(self, who: Any, call: Any, **more: Any) -> Answer:
            changed = any(operation == "DeleteUserPolicy" for _, operation, _ in self.asked)
            answer = super().ask(who, call, **more)
            if call.operation != "ListBuckets":
                return answer
            return REFUSED if changed or len(self.asked) < 3 else allowed({})

    time = FakeTime()
    scene = Changing({("James", "ListBuckets"): REFUSED, ("administrator", "DeleteUserPolicy"): allowed({})})
    change = Change("change", "title", call("iam", "DeleteUserPolicy", UserName="James", PolicyName="p"))
    runner = Runner(cast(LiveScene, scene), Deadline(60, time.clock()), Listener(), time.clock())
    story = (MAY_LIST, change, replace(MAY_NOT_LIST, after="change"))
    result = runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=story))
    assert [check.verdict for check in result.checks] == [Verdict.PROVEN] * 3
    assert [operation for _, operation, _ in scene.asked].count("DeleteUserPolicy") == 1


def test_what_needs_a_check_that_turns_out_otherwise_is_not_proven_either() -> None:
    needing = replace(MAY_NOT_LIST_ROLES, after="may-not-list", call=call("iam", "ListUsers"))
    result, _, _ = settle(
        MAY_NOT_LIST, needing, ListBuckets=Answers(REFUSED, allowed({})), ListUsers=no_identity_allow("iam:ListUsers")
    )
    verdicts = [Verdict.PROVEN, Verdict.FAILED, Verdict.UNDETERMINED]
    assert [check.verdict for check in result.checks] == verdicts


def test_a_check_that_would_need_another_code_is_believed_for_the_one_it_had() -> None:
    code = OneCode("code", "title", asked=[Observation(State.PROVEN, "allowed")])
    result, _, _ = settle(code)
    assert [check.verdict for check in result.checks] == [Verdict.PROVEN] * 2


def test_what_waits_for_something_else_than_iam_is_no_sign_of_a_spreading_change() -> None:
    result, _, _ = run(slow(600), MAY_NOT_LIST_ROLES, ListBuckets=Answers(REFUSED, allowed({})), ListRoles=NO_ROLES)
    assert [check.attempts for check in result.checks] == [2, 1]


def test_what_was_denied_before_another_check_failed_is_asked_again() -> None:
    """A permission that should not be there came while the story was told, and was seen by its second check only."""
    story = (MAY_NOT_LIST, replace(MAY_NOT_LIST_ROLES, id="second"))
    result, _, time = run(*story, ListBuckets=Answers(REFUSED, allowed({})), ListRoles=allowed({}))
    assert [check.verdict for check in result.checks] == [Verdict.FAILED] * 2
    result, _, time = run(*story, ListBuckets=REFUSED, ListRoles=allowed({}))
    assert [check.verdict for check in result.checks] == [Verdict.PROVEN, Verdict.FAILED]
    assert result.checks[0].attempts > 1
    assert result.checks[1].attempts == 1
    assert sum(time.slept) < 0.2
