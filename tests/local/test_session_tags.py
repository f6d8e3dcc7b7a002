"""Session tags, session policies, source identities over HTTP: what may be passed, and what goes on through chains."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, deny, policy, refusal, trust
from tests.local.movable_clock import MovableClock

LIST = policy(allow("s3:ListAllMyBuckets"))
TAGGING = ["sts:AssumeRole", "sts:TagSession"]
NAMING = ["sts:AssumeRole", "sts:SetSourceIdentity"]
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _answer(caller: Caller, role: str, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = caller.client("sts").assume_role(RoleArn=role, RoleSessionName="session", **parameters)
    return answer


def _refused(caller: Caller, role: str, **parameters: Any) -> tuple[str, str]:
    return refusal(caller.client("sts").assume_role, RoleArn=role, RoleSessionName="session", **parameters)


def _lists(caller: Caller) -> bool:
    """Whether the caller may list buckets."""
    try:
        return "Buckets" in caller.client("s3").list_buckets()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False


def _if_tagged(**tags: str) -> str:
    condition = {"StringEquals": {f"aws:PrincipalTag/{key}": value for key, value in tags.items()}}
    return policy(allow("s3:ListAllMyBuckets", Condition=condition))


@pytest.mark.parametrize(
    ("tags", "right"),
    [
        (_tags(k="v"), True),
        (_tags(k=""), True),
        ([{"Key": "k" * 128, "Value": "v" * 256}], True),
        ([{"Key": "Größe _.:/=+-@", "Value": "Größe _.:/=+-@"}], True),
        ([{"Key": f"key-{number}", "Value": "v"} for number in range(50)], True),
        ([{"Key": f"key-{number}", "Value": "v"} for number in range(51)], False),
        ([{"Key": "k" * 129, "Value": "v"}], False),
        ([{"Key": "k", "Value": "v" * 257}], False),
        ([{"Key": "", "Value": "v"}], False),
        ([{"Key": "a*b", "Value": "v"}], False),
        ([{"Key": "k", "Value": "<v>"}], False),
    ],
)
def test_limits_on_tags(new_user: NewUser, new_role: NewRole, tags: list[dict[str, str]], right: bool) -> None:
    user = new_user(policy(allow(["sts:GetFederationToken", "sts:TagSession"])))
    role = new_role(trust(user.arn, TAGGING))
    federate = user.client("sts").get_federation_token
    if right:
        assert _answer(user, role, Tags=tags)["Credentials"]
        assert federate(Name="Bob", Tags=tags)["Credentials"]
    else:
        code, message = _refused(user, role, Tags=tags)
        assert (code, message[:29]) == ("ValidationError", "1 validation error detected: ")
        assert refusal(federate, Name="Bob", Tags=tags) == (code, message)


@pytest.mark.parametrize("key", ["aws:team", "AWS:team"])
def test_tags_of_awss_own(new_user: NewUser, new_role: NewRole, key: str) -> None:
    user = new_user()
    role = new_role(trust(user.arn, TAGGING))
    assert _refused(user, role, Tags=[{"Key": key, "Value": "v"}])[0] == "InvalidParameterValue"
    assert _answer(user, role, Tags=[{"Key": "team:aws:", "Value": "aws:"}])["Credentials"]


def test_federation_with_tags_needs_tag_session(new_user: NewUser) -> None:
    able, unable = new_user(policy(allow("sts:*"))), new_user(policy(allow("sts:GetFederationToken")))
    assert able.client("sts").get_federation_token(Name="Bob", Tags=_tags(team="blue"))["Credentials"]
    assert unable.client("sts").get_federation_token(Name="Bob")["Credentials"]
    code, message = refusal(unable.client("sts").get_federation_token, Name="Bob", Tags=_tags(team="blue"))
    assert code == "AccessDenied"
    assert "sts:TagSession" in message


def test_a_sessions_tag_wins_over_the_roles(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn, TAGGING), _if_tagged(team="blue"), Tags=_tags(Team="red", other="x"))
    assert not _lists(user.assume(role))
    assert _lists(user.assume(role, Tags=_tags(team="blue")))
    assert not _lists(user.assume(role, Tags=_tags(other="blue")))


def test_transitive_tags_through_three_roles(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    document = _if_tagged(team="blue")
    first = new_role(trust(user.arn, TAGGING), document)
    second = new_role(trust(first, TAGGING), document)
    third = new_role(trust(second, TAGGING), document)
    chained = user.assume(first, Tags=_tags(team="blue", other="x"), TransitiveTagKeys=["TEAM"])
    for role in (second, third):
        assert _lists(chained)
        for key in ("team", "Team"):
            code, message = _refused(chained, role, Tags=_tags(**{key: "red"}))
            assert (code, "conflicts with a transitive tag key" in message) == ("InvalidParameterValue", True)
        chained = chained.assume(role, Tags=_tags(own=role[-4:]))
    assert _lists(chained)


def test_inherited_tags_need_tag_session_too(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    first = new_role(trust(user.arn, TAGGING))
    without = new_role(trust(first), LIST)
    session = user.assume(first, Tags=_tags(team="blue"), TransitiveTagKeys=["team"])
    code, message = _refused(session, without)
    assert (code, f"not authorized to perform: sts:TagSession on resource: {without}" in message) == (
        "AccessDenied",
        True,
    )
    assert _lists(user.assume(first, Tags=_tags(team="blue")).assume(without))


def test_transitive_keys_are_keys_of_the_request(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn, TAGGING))
    code, _ = _refused(user, role, Tags=_tags(team="blue"), TransitiveTagKeys=["other"])
    assert code == "InvalidParameterValue"
    assert _refused(user, role, TransitiveTagKeys=["team"])[0] == "InvalidParameterValue"
    assert _answer(user, role, Tags=_tags(team="blue"), TransitiveTagKeys=["Team"])["Credentials"]


@pytest.mark.parametrize(
    ("condition", "right", "wrong"),
    [
        ({"StringEquals": {"aws:RequestTag/Team": ["blue", "green"]}}, {"team": "blue"}, {"team": "red"}),
        ({"StringLike": {"aws:RequestTag/team": "*"}}, {"team": "x"}, {"other": "x"}),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "other"]}}, {"team": "x"}, {"third": "x"}),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, {"team": "x", "third": "x"}, {"third": "x"}),
        ({"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}}, {"team": "own"}, {"team": "other"}),
    ],
)
def test_conditions_on_tags(
    new_user: NewUser, new_role: NewRole, condition: dict[str, Any], right: dict[str, str], wrong: dict[str, str]
) -> None:
    user = new_user(Tags=_tags(team="own"))
    role = new_role(trust(user.arn, TAGGING, Condition=condition))
    assert _answer(user, role, Tags=_tags(**right))["Credentials"]
    assert _refused(user, role, Tags=_tags(**wrong))[0] == "AccessDenied"


def test_condition_on_transitive_keys(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    assume = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
    condition = {"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["team"]}}
    role = new_role(policy(assume, {**assume, "Action": "sts:TagSession", "Condition": condition}))
    tags = _tags(team="blue", other="x")
    assert _answer(user, role, Tags=tags)["Credentials"]
    assert _answer(user, role, Tags=tags, TransitiveTagKeys=["team"])["Credentials"]
    assert _refused(user, role, Tags=tags, TransitiveTagKeys=["team", "other"])[0] == "AccessDenied"


def test_packed_policy_size(new_user: NewUser, new_role: NewRole) -> None:
    user = new_user(policy(allow("sts:*")))
    role = new_role(trust(user.arn, TAGGING))
    assert "PackedPolicySize" not in _answer(user, role)
    small = _answer(user, role, Policy=LIST)["PackedPolicySize"]
    both = _answer(user, role, Policy=LIST, Tags=_tags(team="blue"), PolicyArns=[{"arn": READ_ONLY}])
    assert 0 < small < both["PackedPolicySize"] <= 100
    assert 0 < user.client("sts").get_federation_token(Name="Bob", Policy=LIST)["PackedPolicySize"] < 100
    letters = random.Random(1)  # noqa: S311
    noise = ["".join(letters.choices(string.ascii_letters + string.digits, k=256)) for _ in range(20)]
    many = _tags(**{f"key{number}": text for number, text in enumerate(noise)})
    code, message = _refused(user, role, Tags=many)
    assert code == "PackedPolicyTooLarge"
    assert message.startswith("Packed size of session tags consumes ")
    code, message = _refused(user, role, Tags=many, Policy=LIST)
    assert (code, message.startswith("Packed policy consumes ")) == ("PackedPolicyTooLarge", True)


def _of_length(length: int) -> str:
    document = policy(allow("s3:ListAllMyBuckets", Sid="X"))
    return document.replace('"X"', '"' + "X" * (length - len(document) + 1) + '"')


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Policy": _of_length(2049)}, "ValidationError"),
        ({"Policy": _of_length(2048).replace("X", "Ω", 1)}, "ValidationError"),
        ({"Policy": "not JSON"}, "MalformedPolicyDocument"),
        ({"Policy": policy({"Effect": "Allow", "Action": "s3:*"})}, "MalformedPolicyDocument"),
        ({"Policy": policy(allow("s3:*", Principal="*"))}, "MalformedPolicyDocument"),
        (
            {"Policy": policy(allow("s3:*", Condition={"NoSuchOperator": {"aws:username": "x"}}))},
            "MalformedPolicyDocument",
        ),
        ({"PolicyArns": [{"arn": READ_ONLY}] * 11}, "ValidationError"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::123456789012:policy/there-is-none"}]}, "ValidationError"),
    ],
)
def test_limits_on_session_policies(
    new_user: NewUser, new_role: NewRole, parameters: dict[str, Any], code: str
) -> None:
    user = new_user(policy(allow("sts:GetFederationToken")))
    role = new_role(trust(user.arn), LIST)
    assert _refused(user, role, **parameters)[0] == code
    assert refusal(user.client("sts").get_federation_token, Name="Bob", **parameters)[0] == code
    fitting = {"Policy": _of_length(2048), "PolicyArns": [{"arn": READ_ONLY}] * 10}
    assert _lists(user.assume(role, **fitting))


def test_a_session_policy_of_the_roles_account(
    admin: Caller, partner_admin: Caller, new_role: NewRole, name: Name
) -> None:
    document, policy_name = policy(allow("ec2:*")), name("policy")
    for owner in (admin, partner_admin):
        owner.client("iam").create_policy(PolicyName=policy_name, PolicyDocument=document)
    role = new_role(trust("210987654321"), LIST)
    ours, theirs = (f"arn:aws:iam::{account}:policy/{policy_name}" for account in ("123456789012", "210987654321"))
    assert _refused(partner_admin, role, PolicyArns=[{"arn": theirs}])[0] == "ValidationError"
    assert not _lists(partner_admin.assume(role, PolicyArns=[{"arn": ours}]))
    assert _lists(partner_admin.assume(role))


def test_source_identity_through_three_roles(new_user: NewUser, new_role: NewRole) -> None:
    condition = {"StringEquals": {"aws:SourceIdentity": "James"}}
    document = policy(allow("s3:ListAllMyBuckets", Condition=condition))
    user = new_user()
    first = new_role(trust(user.arn, NAMING), document)
    second = new_role(trust(first, NAMING), document)
    third = new_role(trust(second, NAMING, Condition=condition), document)
    assert not _lists(user.assume(first))
    chained = user.assume(first, SourceIdentity="James")
    for role in (second, third):
        assert _lists(chained)
        for other in ("John", "james"):
            code, message = _refused(chained, role, SourceIdentity=other)
            assert code == "AccessDenied"
            assert f"is not authorized to perform: sts:SetSourceIdentity on resource: {role}" in message
        answer = _answer(chained, role, **({"SourceIdentity": "James"} if role == third else {}))
        assert answer["SourceIdentity"] == "James"
        chained = chained.with_credentials(answer["Credentials"])
    assert _lists(chained)
    unnamed = user.assume(first).assume(second)
    assert _refused(unnamed, third)[0] == "AccessDenied"


@pytest.mark.parametrize("text", ["J", "J" * 65, "aws:James", "J ames", "Jürgen"])
def test_limits_on_source_identities(new_user: NewUser, new_role: NewRole, text: str) -> None:
    user = new_user()
    role = new_role(trust(user.arn, NAMING))
    assert _refused(user, role, SourceIdentity=text)[0] == "ValidationError"
    assert _answer(user, role, SourceIdentity="J" * 64)["SourceIdentity"] == "J" * 64


def test_sessions_older_than_a_moment_are_revoked(clock: MovableClock, new_user: NewUser, new_role: NewRole) -> None:
    """As the console's "Revoke active sessions" does it."""
    user = new_user(owner=clock.admin)
    role = new_role(trust(user.arn), LIST, owner=clock.admin)
    old = user.assume(role)
    assert _lists(old)
    clock.advance(10)
    moment = f"{int(clock.now())}"
    revoke = policy(deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": moment}}))
    clock.admin.client("iam").put_role_policy(
        RoleName=role.rpartition("/")[2], PolicyName="AWSRevokeOlderSessions", PolicyDocument=revoke
    )
    assert not _lists(old)
    clock.advance(1)
    assert _lists(user.assume(role))
