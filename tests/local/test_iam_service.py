"""The IAM API over HTTP: whom it is about, and what it is decided against."""

from __future__ import annotations

import re

import pytest

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, policy, refusal, trust

ACCOUNT = "arn:aws:iam::123456789012"


def test_ids_have_awss_form(admin: Caller, name: Name) -> None:
    iam = admin.client("iam")
    user_name = name("ids")
    found = [
        iam.create_user(UserName=user_name)["User"]["UserId"],
        iam.create_role(RoleName=user_name, AssumeRolePolicyDocument=trust("123456789012"))["Role"]["RoleId"],
        iam.create_group(GroupName=user_name)["Group"]["GroupId"],
        iam.create_policy(PolicyName=user_name, PolicyDocument=policy(allow("s3:*")))["Policy"]["PolicyId"],
    ]
    for prefix, each in zip(("AIDA", "AROA", "AGPA", "ANPA"), found, strict=True):
        assert re.fullmatch(prefix + "[A-Z2-7]{17}", each)
    key = iam.create_access_key(UserName=user_name)["AccessKey"]["AccessKeyId"]
    assert re.fullmatch("AKIA[A-Z2-7]{16}", key)


def test_without_a_name_it_is_about_the_caller(new_user: NewUser, name: Name) -> None:
    user_name = name("self")
    own = f"{ACCOUNT}:user/${{aws:username}}"
    user = new_user(policy(allow(["iam:GetUser", "iam:*AccessKey*"], own)), UserName=user_name)
    iam = user.client("iam")
    assert iam.get_user()["User"]["UserName"] == user_name
    assert [key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]] == [user.access_key_id]
    second = iam.create_access_key()["AccessKey"]
    assert second["UserName"] == user_name
    iam.update_access_key(AccessKeyId=second["AccessKeyId"], Status="Inactive")
    iam.delete_access_key(AccessKeyId=second["AccessKeyId"])
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 1
    code, message = refusal(new_user().client("iam").get_user)
    assert code == "AccessDenied"
    assert f"iam:GetUser on resource: {ACCOUNT}:user/user-" in message


def test_a_role_session_has_to_name_a_user(new_user: NewUser, new_role: NewRole, name: Name) -> None:
    user_name = name("named")
    user = new_user(UserName=user_name)
    session = user.assume(new_role(trust(user.arn), policy(allow("iam:GetUser"))))
    assert session.client("iam").get_user(UserName=user_name)["User"]["UserName"] == user_name
    assert refusal(session.client("iam").get_user) == (
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


def test_resources_have_their_paths(new_user: NewUser, new_role: NewRole, name: Name) -> None:
    user = new_user(policy(allow("iam:GetRole", f"{ACCOUNT}:role/team/*")))
    role_name = name("inside")
    new_role(trust("123456789012"), RoleName=role_name, Path="/team/")
    assert user.client("iam").get_role(RoleName=role_name)["Role"]["Path"] == "/team/"
    outside = new_role(trust("123456789012"))
    code, message = refusal(user.client("iam").get_role, RoleName=outside.rpartition("/")[2])
    assert code == "AccessDenied"
    assert f"iam:GetRole on resource: {outside} because no identity-based policy allows" in message


@pytest.mark.parametrize(
    ("operation", "action", "kind"),
    [
        ("list_roles", "iam:ListRoles", "role"),
        ("list_users", "iam:ListUsers", "user"),
        ("list_groups", "iam:ListGroups", "group"),
        ("list_instance_profiles", "iam:ListInstanceProfiles", "instance-profile"),
    ],
)
def test_lists_have_a_resource(new_user: NewUser, operation: str, action: str, kind: str) -> None:
    refused = new_user()
    assert refusal(getattr(refused.client("iam"), operation)) == (
        "AccessDenied",
        f"User: {refused.arn} is not authorized to perform: {action} on resource: {ACCOUNT}:{kind}/ "
        f"because no identity-based policy allows the {action} action",
    )
    allowed = new_user(policy(allow(action, f"{ACCOUNT}:{kind}/team/*")))
    assert getattr(allowed.client("iam"), operation)(PathPrefix="/team/")
    assert refusal(getattr(allowed.client("iam"), operation))[0] == "AccessDenied"


def test_attaching_only_what_may_be_attached(new_user: NewUser, new_role: NewRole) -> None:
    s3 = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    user = new_user(policy(allow("iam:AttachRolePolicy", Condition={"ArnEquals": {"iam:PolicyARN": s3}})))
    role_name = new_role(trust("123456789012")).rpartition("/")[2]
    attach = user.client("iam").attach_role_policy
    attach(RoleName=role_name, PolicyArn=s3)
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert refusal(attach, RoleName=role_name, PolicyArn=administrator)[0] == "AccessDenied"


def test_creating_only_with_a_boundary(admin: Caller, new_user: NewUser, name: Name) -> None:
    iam = admin.client("iam")
    arn = iam.create_policy(PolicyName=name("limit"), PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
    document = policy(allow("iam:CreateUser", Condition={"StringEquals": {"iam:PermissionsBoundary": arn}}))
    create = new_user(document).client("iam").create_user
    assert create(UserName=name("bounded"), PermissionsBoundary=arn)["User"]
    assert refusal(create, UserName=name("free"))[0] == "AccessDenied"


def test_creating_with_tags_needs_both_permissions(new_user: NewUser, name: Name) -> None:
    tags = [{"Key": "team", "Value": "blue"}]
    create = new_user(policy(allow("iam:CreateUser"))).client("iam").create_user
    assert create(UserName=name("plain"))["User"]
    code, message = refusal(create, UserName=name("tagged"), Tags=tags)
    assert code == "AccessDenied"
    assert "iam:TagUser" in message
    both = new_user(policy(allow(["iam:CreateUser", "iam:TagUser"]))).client("iam")
    assert both.create_user(UserName=name("tagged"), Tags=tags)["User"]["Tags"] == tags


def test_no_escalation_by_a_refused_call(admin: Caller, new_user: NewUser, name: Name) -> None:
    """What is refused has not happened."""
    user_name = name("climber")
    user = new_user(policy(allow("iam:Get*")), UserName=user_name)
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    attach = user.client("iam").attach_user_policy
    assert refusal(attach, UserName=user_name, PolicyArn=administrator)[0] == "AccessDenied"
    assert admin.client("iam").list_attached_user_policies(UserName=user_name)["AttachedPolicies"] == []
