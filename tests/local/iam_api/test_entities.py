"""What calls refer to: NoSuchEntity in IAM's words, and one user's keys are not another's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, policy, refusal
from tests.local.key_material import ssh_key

VIEW = policy(allow("s3:ListAllMyBuckets"))
NOBODY = "arn:aws:iam::123456789012:policy/none"
HOME = "arn:aws:iam::123456789012"


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("get_user", {"UserName": "none"}, "The user with name none cannot be found."),
        ("list_access_keys", {"UserName": "none"}, "The user with name none cannot be found."),
        ("get_login_profile", {"UserName": "none"}, "The user with name none cannot be found."),
        ("get_role", {"RoleName": "none"}, "The role with name none cannot be found."),
        ("delete_role", {"RoleName": "none"}, "The role with name none cannot be found."),
        ("list_role_tags", {"RoleName": "none"}, "The role with name none cannot be found."),
        ("get_group", {"GroupName": "none"}, "The group with name none cannot be found."),
        ("get_instance_profile", {"InstanceProfileName": "none"}, "Instance Profile none cannot be found."),
        ("get_policy", {"PolicyArn": NOBODY}, f"Policy {NOBODY} was not found."),
        ("list_policy_versions", {"PolicyArn": NOBODY}, f"Policy {NOBODY} was not found."),
        ("create_policy_version", {"PolicyArn": NOBODY, "PolicyDocument": VIEW}, f"Policy {NOBODY} was not found."),
    ],
)
def test_what_is_not_there(iam: Any, operation: str, parameters: dict[str, str], message: str) -> None:
    assert refusal(getattr(iam, operation), **parameters) == ("NoSuchEntity", message)


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_policies_that_are_not_on_a_principal(
    iam: Any, name: Name, user: str, role: str, group: str, kind: str
) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role, "group": group}[kind]}
    for verb in ("get", "delete"):
        call = getattr(iam, f"{verb}_{kind}_policy")
        assert refusal(call, **named, PolicyName="none") == (
            "NoSuchEntity",
            f"The {kind} policy with name none cannot be found.",
        )
        getattr(iam, f"put_{kind}_policy")(**named, PolicyName="there", PolicyDocument=VIEW)
        call(**named, PolicyName="there")
    arn = iam.create_policy(PolicyName=name("view"), PolicyDocument=VIEW)["Policy"]["Arn"]
    detach = getattr(iam, f"detach_{kind}_policy")
    assert refusal(detach, **named, PolicyArn=arn) == ("NoSuchEntity", f"Policy {arn} was not found.")
    getattr(iam, f"attach_{kind}_policy")(**named, PolicyArn=arn)
    detach(**named, PolicyArn=arn)


def test_versions_that_are_not_there(iam: Any, name: Name) -> None:
    arn = iam.create_policy(PolicyName=name("view"), PolicyDocument=VIEW)["Policy"]["Arn"]
    for operation in ("get_policy_version", "delete_policy_version", "set_default_policy_version"):
        assert refusal(getattr(iam, operation), PolicyArn=arn, VersionId="v9") == (
            "NoSuchEntity",
            f"Policy {arn} version v9 does not exist or is not attachable.",
        )
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["IsDefaultVersion"]


def test_awss_policies_are_nobodys_to_change(iam: Any, name: Name) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    refused = ("AccessDenied", "Policy is outside your own account.")
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=VIEW) == refused
    assert refusal(iam.delete_policy, PolicyArn=arn) == refused
    assert refusal(iam.tag_policy, PolicyArn=arn, Tags=[{"Key": "a", "Value": "b"}]) == refused
    assert iam.get_policy(PolicyArn=arn)["Policy"]["IsAttachable"]
    own = iam.create_policy(PolicyName=name("view"), PolicyDocument=VIEW)["Policy"]["Arn"]
    iam.delete_policy(PolicyArn=own)


def test_an_access_key_is_its_users(admin: Caller, new_user: NewUser) -> None:
    own = f"{HOME}:user/${{aws:username}}"
    climber = new_user(policy(allow(["iam:DeleteAccessKey", "iam:UpdateAccessKey"], own)))
    iam, missing = climber.client("iam"), f"The Access Key with id {admin.access_key_id} cannot be found."
    assert refusal(iam.delete_access_key, AccessKeyId=admin.access_key_id) == ("NoSuchEntity", missing)
    update = iam.update_access_key
    assert refusal(update, AccessKeyId=admin.access_key_id, Status="Inactive") == ("NoSuchEntity", missing)
    assert admin.arn == f"{HOME}:user/lab-administrator"
    user_name = climber.arn.rpartition("/")[2]
    second = admin.client("iam").create_access_key(UserName=user_name)["AccessKey"]["AccessKeyId"]
    update(AccessKeyId=second, Status="Inactive")
    iam.delete_access_key(AccessKeyId=second)


def test_an_ssh_key_is_its_users(iam: Any, user: str, new_user: NewUser) -> None:
    key = iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody=ssh_key("a"))["SSHPublicKey"]["SSHPublicKeyId"]
    other = new_user().arn.rpartition("/")[2]
    assert refusal(iam.delete_ssh_public_key, UserName=other, SSHPublicKeyId=key)[0] == "NoSuchEntity"
    iam.delete_ssh_public_key(UserName=user, SSHPublicKeyId=key)


@pytest.mark.parametrize(
    ("refused", "accepted", "message"),
    [
        ("Short-7", "Short-78", "Password should have a minimum length of 8"),
        ("lowercaseonly", "lowercase-0nly", "Password does not conform to the account password policy."),
        ("lower-symbols", "Lower-symbols", "Password does not conform to the account password policy."),
    ],
)
def test_passwords(iam: Any, user: str, refused: str, accepted: str, message: str) -> None:
    assert refusal(iam.create_login_profile, UserName=user, Password=refused) == ("PasswordPolicyViolation", message)
    assert refusal(iam.get_login_profile, UserName=user) == (
        "NoSuchEntity",
        f"Login Profile for User {user} cannot be found.",
    )
    iam.create_login_profile(UserName=user, Password=accepted)
    assert refusal(iam.update_login_profile, UserName=user, Password=refused)[0] == "PasswordPolicyViolation"
    iam.update_login_profile(UserName=user, PasswordResetRequired=True)
    assert iam.get_login_profile(UserName=user)["LoginProfile"]["PasswordResetRequired"]


def test_the_accounts_own_password_policy(partner_admin: Caller, name: Name) -> None:
    iam = partner_admin.client("iam")
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=True, RequireNumbers=True)
    try:
        for password, message in (
            ("Short-78", "Password should have a minimum length of 12"),
            ("LongEnough7777", "Password should have at least one symbol"),
            ("Long-enough-really", "Password should have at least one number"),
        ):
            iam.create_user(UserName=(user := name("user")))
            assert refusal(iam.create_login_profile, UserName=user, Password=password) == (
                "PasswordPolicyViolation",
                message,
            )
            iam.create_login_profile(UserName=user, Password="long-enough-7")
    finally:
        iam.delete_account_password_policy()
