"""UpdateUser, UpdateGroup and SetDefaultPolicyVersion."""

from __future__ import annotations

from typing import Any

from tests.local.callers import Caller, Name, NewUser, allow, policy, refusal
from tests.local.stacks import exists

HOME = "arn:aws:iam::123456789012"
VIEW = policy(allow("s3:ListAllMyBuckets"))


def test_a_renamed_user_keeps_everything(iam: Any, new_user: NewUser, name: Name, group: str) -> None:
    james, jim = name("James"), name("Jim")
    user = new_user(policy(allow("iam:GetUser", f"{HOME}:user/lab/${{aws:username}}")), UserName=james)
    iam.add_user_to_group(GroupName=group, UserName=james)
    iam.create_login_profile(UserName=james, Password="Correct-horse-7")
    iam.tag_user(UserName=james, Tags=[{"Key": "lab", "Value": "x"}])
    before = iam.get_user(UserName=james)["User"]
    iam.update_user(UserName=james, NewUserName=jim, NewPath="/lab/")
    after = iam.get_user(UserName=jim)["User"]
    assert (after["UserId"], after["Tags"]) == (before["UserId"], before["Tags"])
    assert (after["Arn"], after["Path"]) == (f"{HOME}:user/lab/{jim}", "/lab/")
    assert not exists(iam.get_user, UserName=james)
    assert user.arn == after["Arn"]
    assert user.client("iam").get_user()["User"]["UserName"] == jim
    assert [each["UserName"] for each in iam.get_group(GroupName=group)["Users"]] == [jim]
    assert iam.list_user_policies(UserName=jim)["PolicyNames"] == ["policy-0"]
    assert iam.get_login_profile(UserName=jim)["LoginProfile"]["UserName"] == jim
    assert iam.list_access_keys(UserName=jim)["AccessKeyMetadata"][0]["AccessKeyId"] == user.access_key_id


def test_a_renamed_group_keeps_its_policies_and_members(iam: Any, new_user: NewUser, name: Name, group: str) -> None:
    user, writers = new_user(UserName=(james := name("James"))), name("writers")
    iam.add_user_to_group(GroupName=group, UserName=james)
    iam.put_group_policy(GroupName=group, PolicyName="inline", PolicyDocument=VIEW)
    assert user.client("s3").list_buckets()
    iam.update_group(GroupName=group, NewGroupName=writers, NewPath="/lab/")
    described = iam.get_group(GroupName=writers)
    assert described["Group"]["Arn"] == f"{HOME}:group/lab/{writers}"
    assert [each["UserName"] for each in described["Users"]] == [james]
    assert user.client("s3").list_buckets()
    assert not exists(iam.get_group, GroupName=group)


def test_names_that_are_taken_and_names_of_nobody(iam: Any, name: Name, user: str, group: str) -> None:
    jim, writers = name("Jim"), name("writers")
    iam.create_user(UserName=jim)
    iam.create_group(GroupName=writers)
    for call, kind, first, second in (
        (iam.update_user, "User", user, jim),
        (iam.update_group, "Group", group, writers),
    ):
        old, new = f"{kind}Name", f"New{kind}Name"
        for taken in (second, second.upper()):
            assert refusal(call, **{old: first, new: taken}) == (
                "EntityAlreadyExists",
                f"{kind} with name {taken} already exists.",
            )
        assert refusal(call, **{old: "nobody", new: name("x")})[0] == "NoSuchEntity"
        call(**{old: first, new: first.upper()})


def test_the_default_version_of_a_policy(admin: Caller, iam: Any, new_user: NewUser, name: Name) -> None:
    user = new_user(UserName=(james := name("James")))
    arn = iam.create_policy(PolicyName=name("view"), PolicyDocument=VIEW)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=james, PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("ec2:*")))
    assert user.client("s3").list_buckets()
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert {each["VersionId"]: each["IsDefaultVersion"] for each in versions} == {"v1": False, "v2": True}
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert refusal(iam.set_default_policy_version, PolicyArn=arn, VersionId="v9")[0] == "NoSuchEntity"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert user.client("s3").list_buckets()
