"""When an attempt becomes a verdict: at once, after a while, at the deadline, or never."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import cast

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import (
    ADMINISTRATOR,
    Allowed,
    Assumed,
    CallerIdentity,
    Change,
    Denied,
    Lab,
    Output,
    TrustPolicyIs,
    call,
)
from labkit.checks.check import Check
from labkit.checks.observation import Observation, State
from labkit.deadline import Deadline
from labkit.explanation.explanation import Explanation
from labkit.results import CheckResult, LabResult
from labkit.runner import Runner, StoppedError
from labkit.scene import LiveScene
from labkit.verdicts import Verdict
from tests.unit.labkit.fakes import (
    AS_ROLE,
    JAMES,
    S3_ROLE,
    FakeScene,
    FakeTime,
    bad_key,
    denied,
    no_identity_allow,
    refused,
    throttled,
)
from tests.unit.labkit.told import (
    LIST,
    MAY_LIST,
    MAY_NOT_LIST,
    REFUSED,
    Answers,
    Listener,
    OneCode,
    Scripted,
    only,
    run,
    slow,
)


def test_what_is_as_it_should_be_is_proven_at_the_first_attempt() -> None:
    result, listener, time = run(MAY_LIST, ListBuckets=allowed({}))
    assert (only(result).verdict, only(result).attempts) == (Verdict.PROVEN, 1)
    assert listener.waits == []
    assert time.slept == []


def test_allowed_where_nothing_ever_allowed_it_fails_at_once() -> None:
    result, _, time = run(MAY_NOT_LIST, ListBuckets=allowed({}))
    assert only(result).verdict is Verdict.FAILED
    assert time.slept == []


def test_a_refusal_that_settles_is_proven_and_the_wait_is_reported() -> None:
    result, listener, _ = run(MAY_LIST, ListBuckets=Answers(REFUSED, REFUSED, allowed({})))
    # Two refusals, and then allowed three times: once may be a lucky one.
    assert only(result).verdict is Verdict.PROVEN
    assert only(result).attempts >= 5
    assert only(result).seconds > 0
    assert len(listener.waits) == 2


def test_a_refusal_that_lasts_to_the_deadline_is_failed() -> None:
    result, _, time = run(MAY_LIST, ListBuckets=REFUSED, deadline=30)
    assert only(result).verdict is Verdict.FAILED
    assert sum(time.slept) == pytest.approx(30, abs=0.1)
    assert max(time.slept) <= 5


@pytest.mark.parametrize("answer", [throttled(), bad_key()])
@pytest.mark.parametrize("check", [MAY_LIST, MAY_NOT_LIST])
def test_no_answer_to_the_deadline_is_undetermined(check: Check, answer: Answer) -> None:
    result, _, _ = run(check, ListBuckets=answer, deadline=5)
    assert only(result).verdict is Verdict.UNDETERMINED


def test_a_throttle_is_asked_again() -> None:
    result, _, _ = run(MAY_NOT_LIST, ListBuckets=Answers(throttled(), REFUSED))
    assert (only(result).verdict, only(result).attempts) == (Verdict.PROVEN, 2)


def test_every_check_is_asked_at_least_once_even_after_the_deadline() -> None:
    result, _, _ = run(MAY_LIST, CallerIdentity("who", "title", JAMES), ListBuckets=REFUSED, deadline=1)
    assert [check.verdict for check in result.checks] == [Verdict.FAILED, Verdict.PROVEN]
    assert result.checks[1].attempts == 1


def test_without_a_session_there_is_nobody_to_ask() -> None:
    as_role = Allowed("as-role", "title", AS_ROLE, LIST)
    result, _, _ = run(Assumed("assume", "title", AS_ROLE), as_role, AssumeRole=REFUSED, deadline=1)
    assert [check.verdict for check in result.checks] == [Verdict.FAILED, Verdict.UNDETERMINED]
    assert "no credentials of James-custom-S3-role/Radkowski-CLI-test" in result.checks[1].reason
    assert result.verdict is Verdict.FAILED


def test_what_rests_on_a_step_that_was_not_done_is_not_asked() -> None:
    step = Change("add", "title", call("iam", "AddUserToGroup", GroupName="team", UserName="James"))
    then = Denied("then", "title", JAMES, LIST, withdrawn=True, after="add")
    for answer, verdict in ((allowed({}), Verdict.PROVEN), (refused("NoSuchEntity"), Verdict.UNDETERMINED)):
        time, listener = FakeTime(), Listener()
        scene = FakeScene({("administrator", "AddUserToGroup"): answer, ("James", "ListBuckets"): REFUSED})
        runner = Runner(cast(LiveScene, scene), Deadline(1, time.clock()), listener, time.clock())
        result = runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=(step, then)))
        assert result.checks[1].verdict is verdict
        assert [operation for _, operation, _ in scene.asked].count("ListBuckets") == (verdict is Verdict.PROVEN)


def test_a_stack_without_the_output_that_a_check_needs_leaves_it_undetermined() -> None:
    check = Allowed("id", "title", JAMES, call("s3", "GetObject", Bucket=Output("NoSuchOutput")))
    result, _, _ = run(check, GetObject=allowed({}))
    assert only(result).verdict is Verdict.UNDETERMINED
    assert "NoSuchOutput" in only(result).reason


def test_a_difference_in_shape_is_not_waited_for_to_the_deadline() -> None:
    time, listener = FakeTime(), Listener()
    scene = FakeScene({("administrator", "GetRole"): allowed({"Role": {"AssumeRolePolicyDocument": {}}})})
    runner = Runner(cast(LiveScene, scene), Deadline(120, time.clock()), listener, time.clock())
    check = TrustPolicyIs("trust", "title", S3_ROLE, trusts=({"Effect": "Allow"},))
    result = runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=(check,)))
    assert only(result).verdict is Verdict.FAILED
    assert 9 < sum(time.slept) < 20


def test_told_to_stop_it_asks_nothing_more_and_still_puts_things_back() -> None:
    undone = []

    class Remembering(FakeScene):
        def undo_all(self) -> list[str]:
            undone.append("all")
            return []

    time, stop = FakeTime(), threading.Event()

    def answer() -> Answer:
        stop.set()
        return REFUSED

    scene = Remembering({("James", "ListBuckets"): answer})
    runner = Runner(cast(LiveScene, scene), Deadline(60, time.clock()), Listener(), time.clock(), stop=stop)
    with pytest.raises(StoppedError):
        runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=(MAY_LIST, MAY_NOT_LIST)))
    assert len(scene.asked) == 1
    assert undone == ["all"]


def test_what_could_not_be_put_back_is_reported() -> None:
    class Stubborn(FakeScene):
        def undo_all(self) -> list[str]:
            return ["s3:DeleteObject Bucket=b: AccessDenied"]

    time = FakeTime()
    scene = Stubborn({("James", "ListBuckets"): allowed({})})
    runner = Runner(cast(LiveScene, scene), Deadline(1, time.clock()), Listener(), time.clock())
    result = runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=(MAY_LIST,)))
    assert result.verdict is Verdict.UNDETERMINED
    assert "s3:DeleteObject" in result.checks[-1].call


def test_the_time_it_takes_to_explain_is_not_the_deadline_s() -> None:
    time = FakeTime()

    def explain(check: Check, result: CheckResult) -> CheckResult:
        time.clock().sleep(100)
        return replace(result, explanation=Explanation(f"why {result.id}"))

    replies = {"ListBuckets": Answers(REFUSED, REFUSED, allowed({})), "ListRoles": no_identity_allow("iam:ListRoles")}
    scene = FakeScene({("James", operation): reply for operation, reply in replies.items()})
    deadline = Deadline(60, time.clock())
    runner = Runner(cast(LiveScene, scene), deadline, Listener(), time.clock(), (explain,))
    story = (replace(MAY_NOT_LIST, call=call("iam", "ListRoles")), replace(MAY_LIST, id="later"))
    result = runner.run("lab", Lab("title", "Stack", "source", users=(), roles=(), story=story))
    assert [check.verdict for check in result.checks] == [Verdict.PROVEN] * 2
    assert [check.explanation.why for check in result.checks if check.explanation] == ["why may-not-list", "why later"]


def test_a_difference_is_believed_once_it_has_lasted_and_not_because_time_has_passed() -> None:
    """Half a minute without an answer does not make the first one that comes, which may be stale, a lasting one."""
    throttles = [Observation(State.UNKNOWN, "throttled")] * 12
    stale = Observation(State.UNSETTLED, "stale", patience=10)
    check = Scripted("id", "title", observations=(*throttles, stale, Observation(State.PROVEN, "there")))
    result, _, time = run(check, deadline=120)
    assert sum(time.slept) > 10
    assert only(result).verdict is Verdict.PROVEN
    lasting, _, time = run(Scripted("id", "title", observations=(*throttles, stale)), deadline=120)
    assert only(lasting).verdict is Verdict.FAILED
    assert sum(time.slept) < 80


def test_the_deadline_counts_anew_from_each_change_that_the_story_makes() -> None:
    """What the story has just granted needs as long to spread as what was deployed."""
    grant = Change("grant", "title", call("iam", "AddUserToGroup", GroupName="team", UserName="James"))
    late = Allowed("late", "title", JAMES, LIST)
    time = FakeTime()
    granted_at: list[float] = []

    def grant_it() -> Answer:
        granted_at.append(time.now)
        return allowed({})

    def list_buckets() -> Answer:
        return allowed({}) if granted_at and time.now > granted_at[0] + 20 else REFUSED

    replies = {("administrator", "AddUserToGroup"): grant_it, ("James", "ListBuckets"): list_buckets}
    slow = Scripted("slow", "title", observations=(Observation(State.UNKNOWN, "throttled"),))
    for story, verdict in (((slow, grant, late), Verdict.PROVEN), ((slow, late), Verdict.FAILED)):
        time.now, granted_at = 1000.0, []
        runner = Runner(cast(LiveScene, FakeScene(replies)), Deadline(45, time.clock()), Listener(), time.clock())
        result = runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=story))
        assert result.checks[-1].verdict is verdict


def test_a_story_can_be_run_up_to_one_check_which_alone_is_explained() -> None:
    time = FakeTime()
    scene = FakeScene({("James", "ListBuckets"): REFUSED})
    explain = lambda _, result: replace(result, explanation=Explanation("why"))  # noqa: E731
    runner = Runner(cast(LiveScene, scene), Deadline(60, time.clock()), Listener(), time.clock(), (explain,))
    story = tuple(replace(MAY_NOT_LIST, id=name) for name in ("one", "two", "three"))
    result = runner.run("lab", Lab("title", "Stack", "source", users=(), roles=(), story=story), until="two")
    assert [(check.id, check.explanation is not None) for check in result.checks] == [("one", False), ("two", True)]


def test_a_check_with_a_deadline_of_its_own_takes_no_time_from_the_others() -> None:
    answers = Answers(*[REFUSED] * 30, allowed({}), *[REFUSED] * 3, allowed({}))
    result, _, time = run(slow(600), MAY_LIST, deadline=10, ListBuckets=answers)
    assert [check.verdict for check in result.checks] == [Verdict.PROVEN] * 2
    assert sum(time.slept) > 20


def test_a_deadline_of_its_own_is_bounded_and_never_shortens_the_wait() -> None:
    for own, whole, least in ((30, 1, 30), (1, 30, 30)):
        result, _, time = run(slow(own), deadline=whole, ListBuckets=REFUSED)
        assert only(result).verdict is Verdict.FAILED
        assert sum(time.slept) == pytest.approx(least, abs=0.1)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [([], Verdict.UNDETERMINED), ([Observation(State.UNSETTLED, "refused")], Verdict.FAILED)],
)
def test_what_was_seen_stands_while_there_is_no_code_to_ask_with(seen: list[Observation], verdict: Verdict) -> None:
    result, _, _ = run(OneCode("code", "title", asked=seen), deadline=5)
    assert only(result).verdict is verdict


def test_a_key_that_never_came_leaves_what_others_were_denied_undetermined() -> None:
    as_admin = Denied("admin", "title", ADMINISTRATOR, call("iam", "ListUsers"))
    time, listener = FakeTime(), Listener()
    replies = {("administrator", "ListUsers"): denied(), ("James", "ListBuckets"): bad_key()}
    runner = Runner(cast(LiveScene, FakeScene(replies)), Deadline(3, time.clock()), listener, time.clock())
    result = runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=(as_admin, MAY_LIST)))
    assert [check.verdict for check in result.checks] == [Verdict.UNDETERMINED] * 2


def test_a_refusal_to_the_deadline_is_failed_though_the_very_last_answer_is_missing() -> None:
    refused_until_the_end = Lapsing(REFUSED, throttled(), lapse=29.8)
    result, _, _ = refused_until_the_end.run(MAY_LIST, deadline=30)
    assert only(result).verdict is Verdict.FAILED
    away_for_long = Lapsing(REFUSED, throttled(), lapse=20)
    result, _, _ = away_for_long.run(MAY_LIST, deadline=30)
    assert only(result).verdict is Verdict.UNDETERMINED


@dataclass
class Lapsing:
    """Gives one answer until `lapse` seconds have passed, and then another."""

    before: Answer
    after: Answer
    lapse: float

    def run(self, check: Check, deadline: float) -> tuple[LabResult, Listener, FakeTime]:
        time, listener = FakeTime(), Listener()
        end = time.now + self.lapse
        scene = FakeScene({("James", "ListBuckets"): lambda: self.before if time.now < end else self.after})
        runner = Runner(cast(LiveScene, scene), Deadline(deadline, time.clock()), listener, time.clock())
        return runner.run("lab", Lab("t", "S", "s", users=(), roles=(), story=(check,))), listener, time
