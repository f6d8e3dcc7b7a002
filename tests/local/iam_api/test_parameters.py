"""Parameters of IAM's calls. Each refusal stands beside its nearest neighbour that is accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.callers import Name, allow, policy, refusal, trust

VIEW = policy(allow("s3:ListAllMyBuckets"))
TRUST = trust("123456789012")
CHARACTERS = "It must contain only alphanumeric characters and/or the following: +=,.@_-"

# Makes the call with a value of the parameter in question.
Make = Callable[[Any, Name, Any], Any]


def _user(iam: Any, _name: Name, value: Any) -> Any:
    return iam.create_user(UserName=value)


def _user_path(iam: Any, name: Name, value: Any) -> Any:
    return iam.create_user(UserName=name("user"), Path=value)


def _group(iam: Any, _name: Name, value: Any) -> Any:
    return iam.create_group(GroupName=value)


def _role(iam: Any, _name: Name, value: Any) -> Any:
    return iam.create_role(RoleName=value, AssumeRolePolicyDocument=TRUST)


def _policy(iam: Any, _name: Name, value: Any) -> Any:
    return iam.create_policy(PolicyName=value, PolicyDocument=VIEW)


def _description(iam: Any, name: Name, value: Any) -> Any:
    return iam.create_role(RoleName=name("role"), AssumeRolePolicyDocument=TRUST, Description=value)


def _session_duration(iam: Any, name: Name, value: Any) -> Any:
    return iam.create_role(RoleName=name("role"), AssumeRolePolicyDocument=TRUST, MaxSessionDuration=value)


def _tag(iam: Any, name: Name, value: Any) -> Any:
    return iam.create_user(UserName=name("user"), Tags=[value])


def _boundary(iam: Any, name: Name, value: Any) -> Any:
    return iam.create_user(UserName=name("user"), PermissionsBoundary=value)


def _role_boundary(iam: Any, name: Name, value: Any) -> Any:
    return iam.create_role(RoleName=name("role"), AssumeRolePolicyDocument=TRUST, PermissionsBoundary=value)


@pytest.mark.parametrize(
    ("make", "accepted", "refused", "message"),
    [
        (_user, "ann+=,.@_-", "white space", CHARACTERS),
        (_user, "u" * 64, "u" * 65, "Member must have length less than or equal to 64"),
        (_user, "user-with-a-name", "", "Member must have length greater than or equal to 1"),
        (_user, "user-with-a-plain-name", "Jörg", CHARACTERS),
        (_group, "g" * 128, "g" * 129, "Member must have length less than or equal to 128"),
        (_group, "group-with-a-plain-name", "a/b", CHARACTERS),
        (_role, "r" * 64, "r" * 65, "Member must have length less than or equal to 64"),
        (_role, "role-with-a-plain-name", "a b", CHARACTERS),
        (_policy, "p" * 128, "p" * 129, "Member must have length less than or equal to 128"),
        (_policy, "policy-with-a-plain-name", "a:b", CHARACTERS),
        (_user_path, "/a/b/", "a/b", "'path' failed to satisfy constraint"),
        (_user_path, "/", "/a", "'path' failed to satisfy constraint"),
        (_description, "d" * 1000, "d" * 1001, "Member must have length less than or equal to 1000"),
        (_description, "Reads, füreinander", "an em dash \N{EM DASH}", "regular expression pattern"),
        (_session_duration, 3600, 3599, "Member must have value greater than or equal to 3600"),
        (_session_duration, 43200, 43201, "Member must have value less than or equal to 43200"),
        (_tag, {"Key": "k" * 128, "Value": ""}, {"Key": "k" * 129, "Value": ""}, "less than or equal to 128"),
        (_tag, {"Key": "k", "Value": "v" * 256}, {"Key": "k", "Value": "v" * 257}, "less than or equal to 256"),
        (_tag, {"Key": "team:a/b", "Value": "ö"}, {"Key": "a*b", "Value": ""}, "regular expression pattern"),
    ],
)
def test_values(iam: Any, name: Name, make: Make, accepted: Any, refused: Any, message: str) -> None:
    code, text = _refused(make, iam, name, refused)
    assert code == "ValidationError"
    assert message in text
    assert make(iam, name, accepted)


def _refused(make: Make, iam: Any, name: Name, value: Any) -> tuple[str, str]:
    return refusal(lambda: make(iam, name, value))


def test_all_problems_at_once(iam: Any) -> None:
    code, message = refusal(iam.create_role, RoleName="", MaxSessionDuration=1)
    assert code == "ValidationError"
    assert message.startswith("3 validation errors detected: ")


@pytest.mark.parametrize("make", [_boundary, _role_boundary])
def test_a_boundary_has_to_exist(iam: Any, name: Name, make: Make) -> None:
    arn = iam.create_policy(PolicyName=name("limit"), PolicyDocument=VIEW)["Policy"]["Arn"]
    assert make(iam, name, arn)
    assert make(iam, name, "arn:aws:iam::aws:policy/ReadOnlyAccess")
    missing = "arn:aws:iam::123456789012:policy/none"
    code, message = _refused(make, iam, name, missing)
    assert (code, missing in message) == ("NoSuchEntity", True)


@pytest.mark.parametrize("kind", ["user", "role"])
def test_a_boundary_put_later_has_to_exist(iam: Any, name: Name, user: str, role: str, kind: str) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role}[kind]}
    put = getattr(iam, f"put_{kind}_permissions_boundary")
    arn = iam.create_policy(PolicyName=name("limit"), PolicyDocument=VIEW)["Policy"]["Arn"]
    missing = "arn:aws:iam::123456789012:policy/none"
    assert refusal(put, **named, PermissionsBoundary=missing)[0] == "NoSuchEntity"
    put(**named, PermissionsBoundary=arn)
    read = getattr(iam, f"get_{kind}")(**named)[kind.title()]
    assert read["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_what_is_attached_has_to_exist(iam: Any, name: Name, user: str, role: str, group: str, kind: str) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role, "group": group}[kind]}
    attach = getattr(iam, f"attach_{kind}_policy")
    arn = iam.create_policy(PolicyName=name("view"), PolicyDocument=VIEW)["Policy"]["Arn"]
    missing = "arn:aws:iam::123456789012:policy/none"
    assert refusal(attach, **named, PolicyArn=missing) == (
        "NoSuchEntity",
        f"Policy {missing} does not exist or is not attachable.",
    )
    attach(**named, PolicyArn=arn)
    attach(**named, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert len(getattr(iam, f"list_attached_{kind}_policies")(**named)["AttachedPolicies"]) == 2


def test_names_that_are_taken(iam: Any, name: Name, user: str, role: str, group: str) -> None:
    view = name("view")
    iam.create_policy(PolicyName=view, PolicyDocument=VIEW)
    assert refusal(iam.create_user, UserName=user) == (
        "EntityAlreadyExists",
        f"User with name {user} already exists.",
    )
    assert refusal(iam.create_role, RoleName=role, AssumeRolePolicyDocument=TRUST) == (
        "EntityAlreadyExists",
        f"Role with name {role} already exists.",
    )
    assert refusal(iam.create_group, GroupName=group) == (
        "EntityAlreadyExists",
        f"Group with name {group} already exists.",
    )
    # A policy's name is taken whatever its path.
    assert refusal(iam.create_policy, PolicyName=view, Path="/lab/", PolicyDocument=VIEW) == (
        "EntityAlreadyExists",
        f"A policy called {view} already exists. Duplicate names are not allowed.",
    )


@pytest.mark.parametrize("make", [_user, _role, _group, _policy])
def test_names_that_differ_in_their_case_only(iam: Any, name: Name, make: Make) -> None:
    james = name("James")
    assert make(iam, name, james)
    code, message = _refused(make, iam, name, james.upper())
    assert (code, james.upper() in message) == ("EntityAlreadyExists", True)


def test_an_empty_name_is_not_the_callers_own(iam: Any) -> None:
    assert iam.get_user()["User"]["UserName"] == "lab-administrator"
    assert refusal(iam.get_user, UserName="")[0] == "ValidationError"
