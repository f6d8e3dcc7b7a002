"""A denial counts only with the right code, reason, caller and action, from a live key."""

from dataclasses import replace

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import NO_IDENTITY_ALLOW, AnyOf, Because, Denied, Output, Says, call
from labkit.checks.observation import State
from tests.unit.labkit.fakes import (
    JAMES,
    JAMES_ARN,
    FakeScene,
    bad_key,
    denied,
    no_identity_allow,
    refused,
    throttled,
)

LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
CHECK = Denied("id", "title", JAMES, LIST_BUCKETS, NO_IDENTITY_ALLOW)
RIGHT = no_identity_allow("s3:ListAllMyBuckets")


def observe(answer: Answer, check: Denied = CHECK, identity: Answer | None = None) -> State:
    replies = {("James", check.call.operation): answer}
    if identity:
        replies[("James", "GetCallerIdentity")] = identity
    return check.observe(FakeScene(dict(replies))).state


def test_the_right_denial_is_proven_and_an_allowed_call_fails_at_once() -> None:
    assert observe(RIGHT) is State.PROVEN
    assert observe(allowed({})) is State.WRONG


@pytest.mark.parametrize(
    "answer",
    [
        denied("Access Denied", code="UnauthorizedOperation"),
        no_identity_allow("s3:ListBucket"),
        no_identity_allow("s3:ListAllMyBuckets", principal="arn:aws:iam::123456789012:user/Someone"),
        refused("NoSuchBucket"),
        refused("ValidationError"),
    ],
)
def test_a_denial_of_something_else_is_not_accepted(answer: Answer) -> None:
    assert observe(answer) is State.WRONG


def test_a_denial_for_another_reason_may_be_half_of_a_change_that_spreads_and_is_not_accepted() -> None:
    boundary = denied(
        f"User: {JAMES_ARN} is not authorized to perform: s3:ListAllMyBuckets "
        "because no permissions boundary allows the s3:ListAllMyBuckets action"
    )
    assert observe(boundary) is State.UNSETTLED


@pytest.mark.parametrize(
    "words",
    [
        "with an explicit deny in a service control policy",
        "with an explicit deny in a service control policy: arn:aws:organizations::111111111111:policy/o-1/p-1",
        "because no service control policy allows the s3:ListAllMyBuckets action",
        "because no VPC endpoint policy allows the s3:ListAllMyBuckets action",
        "with an explicit deny in a resource control policy",
    ],
)
def test_a_denial_by_the_organization_hides_what_the_lab_s_own_policies_say(words: str) -> None:
    answer = denied(f"User: {JAMES_ARN} is not authorized to perform: s3:ListAllMyBuckets {words}")
    assert observe(answer) is State.WITHOUT_BASIS
    assert observe(answer, replace(CHECK, because=None)) is State.WITHOUT_BASIS
    by_organization = replace(CHECK, because=Because("service control policy", explicit=True))
    assert observe(answer, by_organization) is (State.PROVEN if "deny in a service" in words else State.WITHOUT_BASIS)


@pytest.mark.parametrize("answer", [bad_key(), throttled()])
def test_what_is_no_answer_proves_nothing(answer: Answer) -> None:
    assert observe(answer) is State.UNKNOWN


def test_a_denial_without_a_stated_reason_counts_by_its_code() -> None:
    assert observe(denied("Access Denied")) is State.PROVEN


def test_a_denial_to_a_key_that_is_not_live_proves_nothing() -> None:
    assert observe(RIGHT, identity=bad_key()) is State.UNKNOWN
    assert observe(RIGHT, identity=throttled()) is State.UNKNOWN


def test_a_denial_to_somebody_else_s_key_fails() -> None:
    assert observe(RIGHT, identity=allowed({"Arn": "arn:aws:iam::123456789012:user/Someone"})) is State.WRONG


def test_what_the_lab_has_just_withdrawn_may_still_be_there() -> None:
    assert observe(allowed({}), replace(CHECK, withdrawn=True)) is State.UNSETTLED


def test_ec2_denies_with_a_code_of_its_own() -> None:
    check = Denied("id", "title", JAMES, call("ec2", "DescribeInstances"))
    assert observe(denied("You are not authorized", code="UnauthorizedOperation"), check) is State.PROVEN
    assert observe(denied("Access Denied"), check) is State.WRONG


def test_a_rule_of_the_call_is_told_by_its_words() -> None:
    words = "Cannot call GetSessionToken with session credentials"
    check = Denied("id", "title", JAMES, call("sts", "GetSessionToken"), Says(words))
    either = replace(check, because=AnyOf((Says(words), NO_IDENTITY_ALLOW)))
    other = no_identity_allow("sts:GetSessionToken")
    boundary = denied("because no permissions boundary allows the sts:GetSessionToken action")
    assert observe(denied(words), check) is State.PROVEN
    assert observe(other, check) is State.UNSETTLED
    assert observe(denied(words), either) is State.PROVEN
    assert observe(other, either) is State.PROVEN
    assert observe(boundary, either) is State.UNSETTLED


def test_an_expected_explicit_deny_is_not_an_implicit_one() -> None:
    check = replace(CHECK, because=Because("identity-based policy", explicit=True))
    explicit = denied(
        f"User: {JAMES_ARN} is not authorized to perform: s3:ListAllMyBuckets "
        "with an explicit deny in an identity-based policy"
    )
    assert observe(explicit, check) is State.PROVEN
    assert observe(RIGHT, check) is State.UNSETTLED


def test_the_report_says_what_is_expected() -> None:
    scene = FakeScene()
    check = Denied("id", "title", JAMES, call("s3", "GetObject", Bucket=Output("Bucket"), Key="k"), NO_IDENTITY_ALLOW)
    assert check.call_text(scene.facts) == "s3:GetObject Bucket=b Key=k"
    assert check.expected(scene.facts) == "AccessDenied (no identity-based policy allows it)"
