"""An allowed call is proven by its answer; a refusal may still settle."""

from dataclasses import replace

from labkit.aws.answers import Answer, allowed
from labkit.checks import Allowed, Finds, Includes, Output, call
from labkit.checks.observation import State
from tests.unit.labkit.fakes import JAMES, ROLE_ARN, FakeScene, bad_key, no_identity_allow, refused, throttled

LIST_ROLES = Allowed(
    "id",
    "title",
    JAMES,
    call("iam", "ListRoles"),
    answer=(Finds("Roles[?RoleName == 'r'].Arn", [Output("RoleArn")]),),
)
LIST_BUCKETS = Allowed(
    "id",
    "title",
    JAMES,
    call("s3", "ListBuckets"),
    answer=(Includes("Buckets[].Name", Output("Bucket")),),
    same_as_administrator="Buckets[].Name",
)
GET_OBJECT = Allowed("id", "title", JAMES, call("s3", "GetObject"), authorized_errors=("NoSuchKey",))


def observe(check: Allowed, answer: Answer, administrators: Answer | None = None) -> State:
    replies = {("James", check.call.operation): answer}
    if administrators:
        replies[("administrator", check.call.operation)] = administrators
    return check.observe(FakeScene(dict(replies))).state


def buckets(*names: str) -> Answer:
    return allowed({"Buckets": [{"Name": name} for name in names]})


def test_the_answer_must_hold_what_is_demanded() -> None:
    right = allowed({"Roles": [{"RoleName": "r", "Arn": ROLE_ARN}, {"RoleName": "other", "Arn": "a"}]})
    assert observe(LIST_ROLES, right) is State.PROVEN
    assert observe(LIST_ROLES, allowed({"Roles": [{"RoleName": "r", "Arn": "another"}]})) is State.UNSETTLED
    assert observe(LIST_ROLES, allowed({"Roles": []})) is State.UNSETTLED


def test_a_refusal_may_settle_and_no_answer_says_nothing() -> None:
    assert observe(LIST_ROLES, no_identity_allow("iam:ListRoles")) is State.UNSETTLED
    assert observe(LIST_ROLES, refused("ValidationError")) is State.UNSETTLED
    assert observe(LIST_ROLES, throttled()) is State.UNKNOWN
    assert observe(LIST_ROLES, bad_key()) is State.UNKNOWN


def test_every_bucket_is_listed_and_the_labs_own_among_them() -> None:
    assert observe(LIST_BUCKETS, buckets("a", "b"), buckets("a", "b")) is State.PROVEN
    assert observe(LIST_BUCKETS, buckets("b"), buckets("a", "b")) is State.UNSETTLED
    assert observe(LIST_BUCKETS, buckets("a"), buckets("a")) is State.UNSETTLED
    assert observe(LIST_BUCKETS, buckets("a", "b"), throttled()) is State.UNKNOWN


def test_a_comparison_of_nothing_with_nothing_proves_nothing() -> None:
    check = replace(LIST_BUCKETS, answer=(), same_as_administrator="Bukkets[].Name")
    assert observe(check, buckets("a"), buckets("a")) is State.UNKNOWN
    assert observe(replace(LIST_BUCKETS, answer=()), buckets(), buckets()) is State.PROVEN


def test_a_text_that_holds_the_value_does_not_include_it() -> None:
    check = replace(LIST_BUCKETS, answer=(Includes("Name", Output("Bucket")),), same_as_administrator="")
    assert observe(check, allowed({"Name": "a-bucket"})) is State.UNSETTLED
    assert observe(check, allowed({"Name": ["b"]})) is State.PROVEN


def test_an_error_that_only_the_authorized_see_is_an_answer() -> None:
    assert observe(GET_OBJECT, refused("NoSuchKey")) is State.PROVEN
    assert observe(GET_OBJECT, allowed({})) is State.PROVEN
    assert observe(GET_OBJECT, refused("NoSuchBucket")) is State.UNSETTLED
    assert observe(replace(GET_OBJECT, authorized_errors=()), refused("NoSuchKey")) is State.UNSETTLED
