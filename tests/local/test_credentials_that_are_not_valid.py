"""Keys and tokens that are unknown, wrong, missing or expired: each service answers with its own code.

Sources: each service's "Common errors"; Amazon S3 API Reference, "Error responses"; Amazon EC2 API
Reference, "Error codes".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.local.callers import Caller, NewRole, NewUser, allow, policy, refusal, trust
from tests.local.movable_clock import MovableClock

EVERYTHING = policy(allow("*"))
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "sts": ("get_caller_identity", {}),
    "iam": ("list_users", {}),
    "s3": ("list_buckets", {}),
    "ec2": ("describe_instances", {}),
    "cloudformation": ("list_stacks", {}),
    "sns": ("list_topics", {}),
    "sqs": ("list_queues", {}),
    "secretsmanager": ("list_secrets", {}),
    "lambda": ("list_functions", {}),
    "dynamodb": ("list_tables", {}),
    "ssm": ("describe_parameters", {}),
    "cloudtrail": ("lookup_events", {}),
}
QUERY = ("sts", "iam", "cloudformation", "sns", "sqs")
JSON = ("secretsmanager", "lambda", "dynamodb", "ssm", "cloudtrail")

INVALID = "The security token included in the request is invalid"
NO_SUCH_KEY = ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
EC2_FAILURE = ("AuthFailure", "AWS was not able to validate the provided access credentials")
UNKNOWN = {
    **dict.fromkeys(QUERY, ("InvalidClientTokenId", INVALID)),
    **dict.fromkeys(JSON, ("UnrecognizedClientException", INVALID)),
    "s3": NO_SUCH_KEY,
    "ec2": EC2_FAILURE,
}
WRONG_TOKEN = UNKNOWN | {"s3": ("InvalidToken", "The provided token is malformed or otherwise invalid.")}
MISMATCH = "The request signature we calculated does not match the signature you provided."
WRONG_SECRET = {
    **dict.fromkeys(QUERY, ("SignatureDoesNotMatch", MISMATCH)),
    **dict.fromkeys(JSON, ("InvalidSignatureException", MISMATCH)),
    "s3": ("SignatureDoesNotMatch", MISMATCH),
    "ec2": EC2_FAILURE,
}
EXPIRED_TEXT = "The security token included in the request is expired"
EXPIRED = {
    **dict.fromkeys(QUERY, ("ExpiredToken", EXPIRED_TEXT)),
    **dict.fromkeys(JSON, ("ExpiredTokenException", EXPIRED_TEXT)),
    "s3": ("ExpiredToken", "The provided token has expired."),
    "ec2": ("RequestExpired", "Request has expired."),
}

every_service = pytest.mark.parametrize("service", CALLS)


def _call(caller: Caller, service: str) -> Any:
    operation, parameters = CALLS[service]
    return getattr(caller.client(service), operation)(**parameters)


def _answer(caller: Caller, service: str) -> tuple[str, str]:
    operation, parameters = CALLS[service]
    return refusal(getattr(caller.client(service), operation), **parameters)


def _is(answer: tuple[str, str], expected: tuple[str, str]) -> None:
    """The code, and how the message begins."""
    assert (answer[0], answer[1][: len(expected[1])]) == expected


def _without_clients(caller: Caller, **changed: str | None) -> Caller:
    return replace(caller, clients={}, **changed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def session(admin: Caller) -> Caller:
    """A role session that may do everything."""
    iam = admin.client("iam")
    role = iam.create_role(RoleName="valid", AssumeRolePolicyDocument=trust(admin.arn))["Role"]["Arn"]
    iam.put_role_policy(RoleName="valid", PolicyName="all", PolicyDocument=EVERYTHING)
    return admin.assume(role)


@every_service
def test_right_ones_are_let_in(admin: Caller, session: Caller, service: str) -> None:
    assert _call(admin, service)
    assert _call(session, service)


@every_service
def test_an_unknown_key(admin: Caller, service: str) -> None:
    _is(_answer(_without_clients(admin, access_key_id="AKIAIOSFODNN7EXAMPLE"), service), UNKNOWN[service])


@every_service
def test_an_inactive_key(admin: Caller, new_user: NewUser, service: str) -> None:
    user = new_user(EVERYTHING)
    assert _call(user, service)
    admin.client("iam").update_access_key(
        UserName=user.arn.rpartition("/")[2], AccessKeyId=user.access_key_id, Status="Inactive"
    )
    _is(_answer(user, service), UNKNOWN[service])


@every_service
def test_a_wrong_secret(admin: Caller, session: Caller, service: str) -> None:
    for caller in (admin, session):
        _is(_answer(_without_clients(caller, secret_access_key="x" * 40), service), WRONG_SECRET[service])


@every_service
def test_a_session_without_its_token(session: Caller, service: str) -> None:
    _is(_answer(_without_clients(session, session_token=None), service), UNKNOWN[service])


@every_service
def test_a_wrong_token(admin: Caller, session: Caller, service: str) -> None:
    for caller in (admin, session):
        _is(_answer(_without_clients(caller, session_token="x" * 40), service), WRONG_TOKEN[service])


@pytest.fixture(scope="module")
def expired(clock: MovableClock) -> Caller:
    """The session of a role that had a quarter of an hour; others have been made since."""
    iam = clock.admin.client("iam")
    role = iam.create_role(RoleName="brief", AssumeRolePolicyDocument=trust(clock.admin.arn))["Role"]["Arn"]
    iam.put_role_policy(RoleName="brief", PolicyName="all", PolicyDocument=EVERYTHING)
    session = clock.admin.assume(role, DurationSeconds=900)
    clock.advance(890)
    for service in CALLS:
        assert _call(session, service)
    clock.advance(15)
    assert clock.admin.assume(role).arn
    clock.advance(120)
    assert clock.admin.assume(role).arn
    return session


@every_service
def test_an_expired_session(expired: Caller, service: str) -> None:
    _is(_answer(expired, service), EXPIRED[service])


def test_an_expired_session_assumes_nothing(expired: Caller) -> None:
    call = expired.client("sts").assume_role
    role = "arn:aws:iam::123456789012:role/brief"
    assert refusal(call, RoleArn=role, RoleSessionName="session") == ("ExpiredToken", EXPIRED_TEXT)
    assert refusal(expired.client("sts").get_session_token) == ("ExpiredToken", EXPIRED_TEXT)


def test_sessions_of_users_expire_by_the_second(clock: MovableClock, new_user: NewUser) -> None:
    user = new_user(EVERYTHING, owner=clock.admin)
    sts = user.client("sts")
    answers = [sts.get_session_token(DurationSeconds=900), sts.get_federation_token(Name="Bob", DurationSeconds=900)]
    default = user.with_credentials(sts.get_session_token()["Credentials"])
    sessions = [user.with_credentials(answer["Credentials"]) for answer in answers]
    clock.advance(895)
    assert [session.arn for session in sessions] == [user.arn, "arn:aws:sts::123456789012:federated-user/Bob"]
    clock.advance(10)
    for session in sessions:
        assert _answer(session, "sts") == EXPIRED["sts"]
    clock.advance(43200 - 920)
    assert default.arn == user.arn
    clock.advance(30)
    assert _answer(default, "sts") == EXPIRED["sts"]


def test_a_shorter_maximum_leaves_sessions_alone(clock: MovableClock, new_user: NewUser, new_role: NewRole) -> None:
    user = new_user(owner=clock.admin)
    role = new_role(trust(user.arn), EVERYTHING, owner=clock.admin, MaxSessionDuration=7200)
    session = user.assume(role, DurationSeconds=7200)
    clock.admin.client("iam").update_role(RoleName=role.rpartition("/")[2], MaxSessionDuration=3600)
    clock.advance(7000)
    assert session.client("s3").list_buckets()
    again = {"RoleArn": role, "RoleSessionName": "session", "DurationSeconds": 7200}
    assert refusal(user.client("sts").assume_role, **again)[0] == "ValidationError"


@every_service
def test_the_session_of_a_deleted_role(admin: Caller, new_role: NewRole, service: str) -> None:
    role = new_role(trust(admin.arn))
    session, role_name, iam = admin.assume(role), role.rpartition("/")[2], admin.client("iam")
    iam.put_role_policy(RoleName=role_name, PolicyName="all", PolicyDocument=EVERYTHING)
    assert _call(session, service)
    iam.delete_role_policy(RoleName=role_name, PolicyName="all")
    iam.delete_role(RoleName=role_name)
    _is(_answer(session, service), UNKNOWN[service])
    new_role(trust(admin.arn), EVERYTHING, RoleName=role_name)
    _is(_answer(session, service), UNKNOWN[service])
    assert _call(admin.assume(role), service)


def test_a_role_made_anew_is_not_trusted_through_an_old_session(admin: Caller, new_role: NewRole) -> None:
    role = new_role(trust(admin.arn))
    old, role_name = admin.assume(role), role.rpartition("/")[2]
    admin.client("iam").delete_role(RoleName=role_name)
    new_role(trust(admin.arn), RoleName=role_name)
    target = {"RoleArn": new_role(trust(role)), "RoleSessionName": "session"}
    assert refusal(old.client("sts").assume_role, **target)[0] == "InvalidClientTokenId"
    assert admin.assume(role).client("sts").assume_role(**target)["Credentials"]


def _delete_user(admin: Caller, user: Caller, user_name: str) -> None:
    iam = admin.client("iam")
    iam.delete_access_key(UserName=user_name, AccessKeyId=user.access_key_id)
    iam.delete_user_policy(UserName=user_name, PolicyName="policy-0")
    iam.delete_user(UserName=user_name)


def test_sessions_of_a_deleted_user(admin: Caller, new_user: NewUser) -> None:
    user = new_user(EVERYTHING)
    user_name, sts = user.arn.rpartition("/")[2], user.client("sts")
    sessions = [
        user.with_credentials(sts.get_session_token()["Credentials"]),
        user.with_credentials(sts.get_federation_token(Name="Bob", Policy=EVERYTHING)["Credentials"]),
    ]
    for session in sessions:
        assert session.client("s3").list_buckets()
    _delete_user(admin, user, user_name)
    for session in sessions:
        _is(_answer(session, "s3"), UNKNOWN["s3"])
    again = new_user(EVERYTHING, UserName=user_name)
    for session in sessions:
        _is(_answer(session, "s3"), UNKNOWN["s3"])
        _is(_answer(session, "sts"), UNKNOWN["sts"])
    assert again.client("s3").list_buckets()


def test_sessions_of_a_renamed_user_go_on(admin: Caller, new_user: NewUser) -> None:
    user = new_user(EVERYTHING)
    user_name, sts = user.arn.rpartition("/")[2], user.client("sts")
    session = user.with_credentials(sts.get_session_token()["Credentials"])
    federated = user.with_credentials(sts.get_federation_token(Name="Bob", Policy=EVERYTHING)["Credentials"])
    admin.client("iam").update_user(UserName=user_name, NewUserName=f"{user_name}-new", NewPath="/team/")
    assert session.arn == f"arn:aws:iam::123456789012:user/team/{user_name}-new"
    assert session.client("s3").list_buckets()
    assert federated.client("s3").list_buckets()
