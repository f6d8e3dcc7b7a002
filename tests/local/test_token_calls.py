"""GetSessionToken, GetFederationToken, GetCallerIdentity, GetAccessKeyInfo over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local.callers import Caller, NewRole, NewUser, allow, deny, policy, refusal, trust

LIST = policy(allow("s3:ListAllMyBuckets"))


def _session_token(user: Caller, **parameters: Any) -> Caller:
    return user.with_credentials(user.client("sts").get_session_token(**parameters)["Credentials"])


def _federate(user: Caller, **parameters: Any) -> Caller:
    return user.with_credentials(user.client("sts").get_federation_token(**parameters)["Credentials"])


def test_session_token_is_the_user(new_user: NewUser) -> None:
    user = new_user(LIST)
    session = _session_token(user)
    assert session.arn == user.arn
    assert "Buckets" in session.client("s3").list_buckets()
    assert refusal(session.client("ec2").describe_instances)[0] == "UnauthorizedOperation"


def test_session_token_needs_no_permission_and_no_policy_forbids_it(new_user: NewUser) -> None:
    assert _session_token(new_user(policy(deny("sts:*")))).arn


def test_caller_identity_cannot_be_forbidden(new_user: NewUser) -> None:
    assert ":user/" in new_user(policy(deny("*"))).arn


def test_a_role_session_gets_neither(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    session = user.assume(new_role(trust(user.arn), policy(allow("*"))))
    sts = session.client("sts")
    assert refusal(sts.get_session_token) == ("AccessDenied", "Cannot call GetSessionToken with session credentials")
    assert refusal(sts.get_federation_token, Name="Bob") == (
        "AccessDenied",
        "Cannot call GetFederationToken with session credentials",
    )
    able = new_user(policy(allow("sts:GetFederationToken")))
    assert _session_token(able).arn == able.arn
    assert _federate(able, Name="Bob").arn == "arn:aws:sts::123456789012:federated-user/Bob"


def test_a_session_token_gets_neither_and_cannot_call_iam(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user(policy(allow("*")))
    session = _session_token(user)
    sts = session.client("sts")
    assert refusal(sts.get_session_token)[1] == "Cannot call GetSessionToken with session credentials"
    assert refusal(sts.get_federation_token, Name="Bob")[1] == "Cannot call GetFederationToken with session credentials"
    assert refusal(session.client("iam").list_users)[0] == "InvalidClientTokenId"
    assert user.client("iam").list_users()["Users"]
    role = new_role(trust(user.arn), LIST, MaxSessionDuration=7200)
    # Not role chaining: two hours are fine.
    assert "Buckets" in session.assume(role, DurationSeconds=7200).client("s3").list_buckets()


def test_federation_needs_permission_on_the_name(new_user: NewUser) -> None:
    resource = "arn:aws:sts::123456789012:federated-user/Bob"
    user = new_user(policy(allow("sts:GetFederationToken", resource)))
    assert _federate(user, Name="Bob").arn == resource
    code, message = refusal(user.client("sts").get_federation_token, Name="Eve")
    assert code == "AccessDenied"
    assert message == (
        f"User: {user.arn} is not authorized to perform: sts:GetFederationToken on resource: "
        "arn:aws:sts::123456789012:federated-user/Eve because no identity-based policy allows the "
        "sts:GetFederationToken action"
    )


def test_federated_user_has_what_both_policies_allow(new_user: NewUser) -> None:
    user = new_user(policy(allow(["sts:GetFederationToken", "s3:ListAllMyBuckets", "ec2:DescribeInstances"])))
    session = _federate(user, Name="Bob", Policy=policy(allow(["s3:ListAllMyBuckets", "sqs:ListQueues"])))
    assert "Buckets" in session.client("s3").list_buckets()
    assert refusal(session.client("ec2").describe_instances)[0] == "UnauthorizedOperation"
    assert refusal(session.client("sqs").list_queues)[0] == "AccessDenied"
    assert refusal(_federate(user, Name="Bob").client("s3").list_buckets)[0] == "AccessDenied"
    assert refusal(session.client("iam").list_users)[0] == "InvalidClientTokenId"


def test_federated_user_may_not_assume_roles(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user(policy(allow("sts:*")))
    role = new_role(trust("123456789012"), LIST)
    assert "Buckets" in user.assume(role).client("s3").list_buckets()
    session = _federate(user, Name="Bob", Policy=policy(allow("sts:*")))
    assert refusal(session.client("sts").assume_role, RoleArn=role, RoleSessionName="session")[0] == "AccessDenied"


@pytest.mark.parametrize(("seconds", "right"), [(899, False), (900, True), (129600, True), (129601, False)])
def test_durations(new_user: NewUser, seconds: int, right: bool) -> None:
    user = new_user(policy(allow("sts:GetFederationToken")))
    sts = user.client("sts")
    calls: list[tuple[Any, dict[str, Any]]] = [(sts.get_session_token, {}), (sts.get_federation_token, {"Name": "Bob"})]
    for call, parameters in calls:
        if right:
            lasts = call(DurationSeconds=seconds, **parameters)["Credentials"]["Expiration"] - datetime.now(UTC)
            assert timedelta(seconds=seconds - 5) < lasts <= timedelta(seconds=seconds + 1)
        else:
            assert refusal(call, DurationSeconds=seconds, **parameters)[0] == "ValidationError"


def test_access_key_info_names_the_account(admin: Caller, partner_admin: Caller) -> None:
    key = partner_admin.access_key_id
    assert admin.client("sts").get_access_key_info(AccessKeyId=key)["Account"] == "210987654321"
    assert admin.client("sts").get_access_key_info(AccessKeyId=admin.access_key_id)["Account"] == "123456789012"
