"""Changes in IAM that take their time: what was not yet there, what is still there, and answers that flap between."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.callers import Caller, allow, make_role, make_user, policy, refusal, trust
from tests.local.faults.conftest import WithFaults

# So long that nothing spreads while a test runs: within a second of it one request in 3,600 sees a change.
NEVER = "propagation=100000"
READS_NEVER = "propagation=0+100000"
# Long enough for several answers of each kind on a busy machine.
DELAY_S = 2.0
LIST_ALL = policy(allow("s3:ListAllMyBuckets"))


def answer(ask: Callable[..., Any], **parameters: Any) -> str:
    try:
        ask(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "allowed"


@pytest.fixture
def slow_admin(with_faults: WithFaults) -> Caller:
    return with_faults(NEVER).administrator("home")


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("iam", "list_users", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("ec2", "describe_instances", "AuthFailure"),
        ("secretsmanager", "list_secrets", "UnrecognizedClientException"),
    ],
)
def test_a_new_key_is_unknown_to_each_service(slow_admin: Caller, service: str, operation: str, code: str) -> None:
    user = make_user(slow_admin, f"new-key-{service}", policy(allow("*")))
    assert answer(getattr(user.client(service), operation)) == code


def test_an_administrator_is_never_late(with_faults: WithFaults) -> None:
    for account in ("home", "partner"):
        admin = with_faults(NEVER).administrator(account)
        admin.client("iam").create_user(UserName="somebody")
        assert admin.client("iam").get_user(UserName="somebody")["User"]["UserName"] == "somebody"
        assert admin.client("s3").list_buckets()["Buckets"] == []


@pytest.fixture
def admin(with_faults: WithFaults) -> Caller:
    return with_faults(f"propagation={DELAY_S}+{DELAY_S}").administrator("home")


def in_force(*asked: Callable[[], str]) -> None:
    """Wait until each of these is allowed, thirty times in a row."""
    give_up = time.monotonic() + 30
    in_a_row = 0
    while in_a_row < 30:
        in_a_row = in_a_row + 1 if {ask() for ask in asked} == {"allowed"} else 0
        assert time.monotonic() < give_up, "a change does not spread"


def watch(asked: Mapping[str, Callable[[], str]]) -> dict[str, list[str]]:
    """The answers while what was just changed spreads, and five more of each after it must have."""
    answers: dict[str, list[str]] = {name: [] for name in asked}
    end = time.monotonic() + DELAY_S
    rounds_after = 0
    while rounds_after < 5:
        rounds_after += time.monotonic() > end
        for name, ask in asked.items():
            answers[name].append(ask())
    return answers


def flapped(answers: list[str], new: str) -> bool:
    """Whether an old answer came after a new one."""
    return set(answers[answers.index(new) :]) != {new}


def test_every_change_spreads_within_the_delay_and_answers_flap_meanwhile(admin: Caller) -> None:
    iam = admin.client("iam")
    version = iam.create_policy(PolicyName="versions", PolicyDocument=policy(allow("sqs:ListQueues")))["Policy"]["Arn"]
    arn = "arn:aws:iam::123456789012:user/spreads"
    user = make_user(admin, "spreads", policy(allow("ec2:DescribeInstances")))
    iam.attach_user_policy(UserName="spreads", PolicyArn=version)
    leaving = make_user(admin, "leaves")
    old_role = make_role(admin, "once-trusting", trust(arn))
    new_role = make_role(admin, "now-trusting", trust(admin.arn))
    late_role = make_role(admin, "late-role", trust(arn))
    roles = {
        role: partial(answer, user.client("sts").assume_role, RoleArn=role, RoleSessionName="session")
        for role in (old_role, new_role, late_role)
    }
    asked = {
        "new key": lambda: answer(joining.client("sts").get_caller_identity),
        "deleted key": partial(answer, leaving.client("sts").get_caller_identity),
        "new permission": partial(answer, user.client("s3").list_buckets),
        "withdrawn permission": partial(answer, user.client("ec2").describe_instances),
        "new version": partial(answer, user.client("sqs").list_queues),
        "new trust": roles[new_role],
        "withdrawn trust": roles[old_role],
        "new permission of a session's role": lambda: answer(session.client("s3").list_buckets),
        "IAM's own read": partial(answer, iam.get_user, UserName="joins"),
    }  # fmt: skip
    standing = ("deleted key", "withdrawn permission", "new version", "withdrawn trust")
    in_force(*(asked[name] for name in standing), roles[late_role])
    session = user.assume(late_role)
    assert answer(session.client("sts").get_caller_identity) == "allowed", "a session has nothing to spread"

    joining = make_user(admin, "joins")
    iam.delete_access_key(UserName="leaves", AccessKeyId=leaving.access_key_id)
    iam.put_user_policy(UserName="spreads", PolicyName="policy-0", PolicyDocument=LIST_ALL)
    iam.create_policy_version(PolicyArn=version, PolicyDocument=policy(allow("ec2:RunInstances")), SetAsDefault=True)
    iam.update_assume_role_policy(RoleName="now-trusting", PolicyDocument=trust(arn))
    iam.update_assume_role_policy(RoleName="once-trusting", PolicyDocument=trust(admin.arn))
    iam.put_role_policy(RoleName="late-role", PolicyName="new", PolicyDocument=LIST_ALL)
    answers = watch(asked)

    old_and_new = {
        "new key": ("InvalidClientTokenId", "allowed"),
        "deleted key": ("allowed", "InvalidClientTokenId"),
        "new permission": ("AccessDenied", "allowed"),
        "withdrawn permission": ("allowed", "UnauthorizedOperation"),
        "new version": ("allowed", "AccessDenied"),
        "new trust": ("AccessDenied", "allowed"),
        "withdrawn trust": ("allowed", "AccessDenied"),
        "new permission of a session's role": ("AccessDenied", "allowed"),
        "IAM's own read": ("NoSuchEntity", "allowed"),
    }
    assert {name: set(seen) for name, seen in answers.items()} == {n: set(both) for n, both in old_and_new.items()}
    assert {name: set(seen[-5:]) for name, seen in answers.items()} == {n: {new} for n, (_, new) in old_and_new.items()}
    assert any(flapped(answers[name], new) for name, (_, new) in old_and_new.items())


def test_reads_lag_and_decisions_do_not_where_only_that_was_asked_for(with_faults: WithFaults) -> None:
    admin = with_faults(READS_NEVER).administrator("home")
    user = make_user(admin, "only-reads", LIST_ALL)
    assert answer(user.client("s3").list_buckets) == "allowed"
    assert refusal(admin.client("iam").get_user, UserName="only-reads")[0] == "NoSuchEntity"
    # What changes IAM works on what is: the name is taken, and the policy can be deleted.
    assert refusal(admin.client("iam").create_user, UserName="only-reads")[0] == "EntityAlreadyExists"
    admin.client("iam").delete_user_policy(UserName="only-reads", PolicyName="policy-0")
    assert answer(user.client("s3").list_buckets) == "AccessDenied"
