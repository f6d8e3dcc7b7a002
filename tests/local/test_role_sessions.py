"""AssumeRole over HTTP: who may, for how long, and what the session is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, deny, policy, refusal, trust
from tests.local.signed import unsigned_token

LIST = policy(allow("s3:ListAllMyBuckets"))


def _denied(caller: Caller, role: str, action: str = "sts:AssumeRole", **parameters: Any) -> None:
    """AssumeRole is refused in AWS's words."""
    given = {"RoleArn": role, "RoleSessionName": "session", **parameters}
    code, message = refusal(caller.client("sts").assume_role, **given)
    assert code == "AccessDenied"
    assert message.startswith(f"User: {caller.arn} is not authorized to perform: {action} on resource: {role}")


def test_named_user_needs_no_policy_of_its_own(new_user: NewUser, new_role: NewRole) -> None:
    user, stranger = new_user(), new_user()
    role = new_role(trust(user.arn), LIST)
    assert "Buckets" in user.assume(role).client("s3").list_buckets()
    _denied(stranger, role)


def test_the_answer_and_the_session(new_user: NewUser, new_role: NewRole, name: Name) -> None:
    user, role_name = new_user(), name("reader")
    role = new_role(trust(user.arn), LIST, RoleName=role_name)
    before = datetime.now(UTC)
    answer = user.client("sts").assume_role(RoleArn=role, RoleSessionName="Radkowski-CLI-test")
    credentials, assumed = answer["Credentials"], answer["AssumedRoleUser"]
    lasts = credentials["Expiration"] - before
    assert timedelta(minutes=59, seconds=58) < lasts < timedelta(hours=1, seconds=5)
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
    arn = f"arn:aws:sts::123456789012:assumed-role/{role_name}/Radkowski-CLI-test"
    assert assumed["Arn"] == arn
    assert re.fullmatch(r"AROA[A-Z2-7]{17}:Radkowski-CLI-test", assumed["AssumedRoleId"])
    identity = user.with_credentials(credentials).client("sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"], identity["Account"]) == (arn, assumed["AssumedRoleId"], "123456789012")


def test_the_sessions_permissions_are_the_roles_alone(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user(policy(allow("ec2:DescribeInstances")))
    role = new_role(trust(user.arn), LIST)
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"
    session = user.assume(role)
    assert "Buckets" in session.client("s3").list_buckets()
    code, message = refusal(session.client("ec2").describe_instances)
    assert code == "UnauthorizedOperation"
    assert f"User: {session.arn} is not authorized" in message
    assert user.client("ec2").describe_instances()["Reservations"] == []
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"


@pytest.mark.parametrize("account", ["123456789012", "arn:aws:iam::123456789012:root"])
def test_the_account_delegates_only(new_user: NewUser, new_role: NewRole, account: str) -> None:
    role = new_role(trust(account), LIST)
    _denied(new_user(), role)
    user = new_user(policy(allow("sts:AssumeRole", role)))
    assert "Buckets" in user.assume(role).client("s3").list_buckets()


def test_an_explicit_deny_wins_on_either_side(new_user: NewUser, new_role: NewRole) -> None:
    denied, user = new_user(policy(deny("sts:AssumeRole"))), new_user()
    role = new_role(trust({"AWS": [denied.arn, user.arn]}), LIST)
    user.assume(role)
    _denied(denied, role)
    both = {"Effect": "Deny", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
    open_to_user = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
    _denied(user, new_role(policy(open_to_user, both), LIST))


def test_another_account_needs_both_sides(partner_admin: Caller, new_user: NewUser, new_role: NewRole) -> None:
    able = new_user(policy(allow("sts:AssumeRole")), owner=partner_admin)
    unable = new_user(owner=partner_admin)
    role = new_role(trust({"AWS": [able.arn, unable.arn]}), LIST)
    session = able.assume(role)
    assert "Buckets" in session.client("s3").list_buckets()
    assert ":123456789012:assumed-role/" in session.arn
    _denied(unable, role)
    _denied(able, new_role(trust("123456789012"), LIST))


def test_a_missing_role_is_a_denial_like_any(admin: Caller, new_user: NewUser, name: Name) -> None:
    role = f"arn:aws:iam::123456789012:role/{name('missing')}"
    _denied(admin, role)
    _denied(new_user(policy(allow("sts:AssumeRole"))), role)


def test_a_role_has_its_path(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn), LIST, Path="/team/")
    assert ":role/team/" in role
    session = user.assume(role)
    assert "/team/" not in session.arn
    _denied(user, role.replace("/team/", "/"))


def test_external_id(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn, Condition={"StringEquals": {"sts:ExternalId": "12345"}}), LIST)
    user.assume(role, ExternalId="12345")
    _denied(user, role)
    _denied(user, role, ExternalId="54321")


def test_session_name_in_the_trust_policy(new_user: NewUser, new_role: NewRole, name: Name) -> None:
    user_name = name("named")
    user = new_user(UserName=user_name)
    condition = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    role = new_role(trust(user.arn, Condition=condition), LIST)
    user.assume(role, RoleSessionName=user_name)
    _denied(user, role, RoleSessionName="other")


def test_no_mfa_no_entry_where_it_is_asked_for(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), LIST)
    _denied(user, role)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"DurationSeconds": 899},
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 900",
        ),
        (
            {"DurationSeconds": 43201},
            "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value less than or equal to 43200",
        ),
        ({"DurationSeconds": 3601}, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
        (
            {"RoleSessionName": "a b"},
            "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            {"RoleSessionName": "x"},
            "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 2",
        ),
    ],
)
def test_limits_on_the_parameters(
    new_user: NewUser, new_role: NewRole, parameters: dict[str, Any], message: str
) -> None:
    user = new_user()
    role = new_role(trust(user.arn), LIST)
    given = {"RoleArn": role, "RoleSessionName": "session", **parameters}
    assert refusal(user.client("sts").assume_role, **given) == ("ValidationError", message)


def test_durations_within_the_roles_maximum(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn), LIST, MaxSessionDuration=7200)
    for seconds in (900, 7200):
        answer = user.client("sts").assume_role(RoleArn=role, RoleSessionName="session", DurationSeconds=seconds)
        lasts = answer["Credentials"]["Expiration"] - datetime.now(UTC)
        assert timedelta(seconds=seconds - 5) < lasts <= timedelta(seconds=seconds + 1)
    code, _ = refusal(user.client("sts").assume_role, RoleArn=role, RoleSessionName="session", DurationSeconds=7201)
    assert code == "ValidationError"


def test_whoever_may_not_assume_the_role_does_not_learn_its_maximum(new_user: NewUser, new_role: NewRole) -> None:
    _denied(new_user(), new_role(trust(new_user().arn), LIST), DurationSeconds=43200)


def test_chaining_lasts_an_hour_at_most(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    first = new_role(trust(user.arn))
    second = new_role(trust(first), LIST, MaxSessionDuration=43200)
    session = user.assume(first)
    assert "Buckets" in session.assume(second).client("s3").list_buckets()
    assert "Buckets" in session.assume(second, DurationSeconds=3600).client("s3").list_buckets()
    code, message = refusal(
        session.client("sts").assume_role, RoleArn=second, RoleSessionName="session", DurationSeconds=3601
    )
    assert code == "ValidationError"
    assert message == (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    )
    _denied(user, second)


@pytest.mark.parametrize("arn", ["arn:aws:iam::123456789012:user/someone", "arn:aws:iam::12:role/someone", "x" * 20])
def test_what_is_no_role(admin: Caller, arn: str) -> None:
    assert refusal(admin.client("sts").assume_role, RoleArn=arn, RoleSessionName="session")[0] == "ValidationError"


def test_session_tags(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    document = policy(allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}))
    tags = [{"Key": "team", "Value": "blue"}]
    without = new_role(trust(user.arn), document)
    _denied(user, without, "sts:TagSession", Tags=tags)
    role = new_role(trust(user.arn, ["sts:AssumeRole", "sts:TagSession"]), document)
    assert "Buckets" in user.assume(role, Tags=tags).client("s3").list_buckets()
    assert refusal(user.assume(role).client("s3").list_buckets)[0] == "AccessDenied"
    twice = [{"Key": "team", "Value": "blue"}, {"Key": "Team", "Value": "red"}]
    code, _ = refusal(user.client("sts").assume_role, RoleArn=role, RoleSessionName="session", Tags=twice)
    assert code == "InvalidParameterValue"


def test_transitive_tags_go_on_and_cannot_be_set_again(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    both = ["sts:AssumeRole", "sts:TagSession"]
    first = new_role(trust(user.arn, both))
    document = policy(allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}))
    second = new_role(trust(first, both), document)
    tags = [{"Key": "team", "Value": "blue"}]
    passing = user.assume(first, Tags=tags, TransitiveTagKeys=["team"])
    assert "Buckets" in passing.assume(second).client("s3").list_buckets()
    again = [{"Key": "team", "Value": "red"}]
    code, _ = refusal(passing.client("sts").assume_role, RoleArn=second, RoleSessionName="session", Tags=again)
    assert code == "InvalidParameterValue"
    keeping = user.assume(first, Tags=tags)
    assert refusal(keeping.assume(second).client("s3").list_buckets)[0] == "AccessDenied"


def test_source_identity(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    _denied(user, new_role(trust(user.arn), LIST), "sts:SetSourceIdentity", SourceIdentity="James")
    condition = {"StringEquals": {"sts:SourceIdentity": "James"}}
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    role = new_role(trust(user.arn, both, Condition=condition), LIST)
    _denied(user, role)
    _denied(user, role, SourceIdentity="John")
    session = user.assume(role, SourceIdentity="James")
    assert "Buckets" in session.client("s3").list_buckets()
    second = new_role(trust(role, both), LIST)
    session.assume(second)
    _denied(session, second, "sts:SetSourceIdentity", SourceIdentity="John")
    _denied(session, new_role(trust(role), LIST), "sts:SetSourceIdentity")


def test_session_policy_narrows(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn), policy(allow(["s3:ListAllMyBuckets", "ec2:DescribeInstances"])))
    session = user.assume(role, Policy=policy(allow("ec2:*")))
    assert session.client("ec2").describe_instances()["Reservations"] == []
    code, message = refusal(session.client("s3").list_buckets)
    assert code == "AccessDenied"
    assert "because no session policy allows" in message
    by_arn = user.assume(role, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}])
    assert "Buckets" in by_arn.client("s3").list_buckets()
    assert refusal(by_arn.client("ec2").describe_instances)[0] == "UnauthorizedOperation"
    given = {"RoleArn": role, "RoleSessionName": "session"}
    assert refusal(user.client("sts").assume_role, **given, Policy="{")[0] == "MalformedPolicyDocument"


@pytest.mark.parametrize(
    ("operator", "key", "right", "wrong"),
    [
        (
            "ArnEquals",
            "aws:PrincipalArn",
            "arn:aws:iam::123456789012:role/*",
            "arn:aws:sts::123456789012:assumed-role/*",
        ),
        ("StringEquals", "aws:PrincipalType", "AssumedRole", "User"),
        ("StringLike", "aws:userid", "AROA*:session", "AIDA*"),
        ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
        ("DateGreaterThan", "aws:TokenIssueTime", "2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z"),
        ("Null", "aws:username", "true", "false"),
    ],
)
def test_condition_keys_of_a_session(
    new_user: NewUser, new_role: NewRole, operator: str, key: str, right: str, wrong: str
) -> None:
    user = new_user()
    held = new_role(trust(user.arn), policy(allow("s3:ListAllMyBuckets", Condition={operator: {key: right}})))
    assert "Buckets" in user.assume(held).client("s3").list_buckets()
    missed = new_role(trust(user.arn), policy(allow("s3:ListAllMyBuckets", Condition={operator: {key: wrong}})))
    assert refusal(user.assume(missed).client("s3").list_buckets)[0] == "AccessDenied"


def test_a_role_made_anew_is_another_role(admin: Caller, new_user: NewUser, new_role: NewRole, name: Name) -> None:
    user, role_name = new_user(), name("again")
    role = new_role(trust(user.arn), RoleName=role_name)
    iam = admin.client("iam")
    iam.attach_role_policy(RoleName=role_name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    session = user.assume(role)
    assert "Buckets" in session.client("s3").list_buckets()
    iam.detach_role_policy(RoleName=role_name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.delete_role(RoleName=role_name)
    assert refusal(session.client("s3").list_buckets)[0] == "InvalidAccessKeyId"
    new_role(trust(user.arn), LIST, RoleName=role_name)
    assert refusal(session.client("s3").list_buckets)[0] == "InvalidAccessKeyId"
    assert "Buckets" in user.assume(role).client("s3").list_buckets()


def test_a_session_key_needs_its_token(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    session = user.assume(new_role(trust(user.arn), LIST))
    assert session.client("sts").get_caller_identity()
    without = Caller(session.endpoint, session.access_key_id, session.secret_access_key)
    assert refusal(without.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"
    assert refusal(without.client("s3").list_buckets)[0] == "InvalidAccessKeyId"
    wrong = Caller(session.endpoint, session.access_key_id, session.secret_access_key, "wrong")
    assert refusal(wrong.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"


def test_a_forged_web_identity_is_refused(admin: Caller, new_role: NewRole, name: Name) -> None:
    host = f"{name('idp')}.example.com"
    provider = admin.client("iam").create_open_id_connect_provider(
        Url=f"https://{host}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
    )["OpenIDConnectProviderArn"]
    role = new_role(trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity"), LIST)
    code, _ = refusal(
        admin.client("sts").assume_role_with_web_identity,
        RoleArn=role,
        RoleSessionName="session",
        WebIdentityToken=unsigned_token(host),
    )
    assert code == "InvalidIdentityToken"
