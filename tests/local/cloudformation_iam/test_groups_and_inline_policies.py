"""`AWS::IAM::Group`, `UserToGroupAddition`, `Policy`, `UserPolicy`, `RolePolicy`, `GroupPolicy`, `InstanceProfile`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Name, allow, policy, trust
from tests.local.stacks import NewStack, att, document, exists, ref, resource

VIEW = document(policy(allow("s3:ListAllMyBuckets")))
MORE = document(policy(allow("s3:*")))


@pytest.fixture
def james(iam: Any, name: Name) -> str:
    user = name("James")
    iam.create_user(UserName=user)
    return user


@pytest.fixture
def reader(iam: Any, name: Name) -> str:
    role = name("reader")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust("123456789012"))
    return role


@pytest.fixture
def group(iam: Any, name: Name) -> str:
    group_name = name("group")
    iam.create_group(GroupName=group_name)
    return group_name


def test_a_group_with_its_members(iam: Any, new_stack: NewStack, name: Name, james: str) -> None:
    readers, jim = name("readers"), name("Jim")
    iam.create_user(UserName=jim)

    def resources(*users: str, path: str = "/") -> dict[str, Any]:
        inline = [{"PolicyName": "inline", "PolicyDocument": VIEW}]
        return {
            "Group": resource("IAM::Group", GroupName=readers, Path=path, Policies=inline),
            "Members": resource("IAM::UserToGroupAddition", GroupName=ref("Group"), Users=list(users)),
        }

    stack = new_stack()
    assert stack.create(resources(james), {"Arn": att("Group", "Arn")}) == "CREATE_COMPLETE"
    assert members(iam, readers) == [james]
    assert iam.get_group_policy(GroupName=readers, PolicyName="inline")["PolicyDocument"] == VIEW
    assert stack.update(resources(jim, path="/lab/"), {"Arn": att("Group", "Arn")}) == "UPDATE_COMPLETE"
    assert members(iam, readers) == [jim]
    assert stack.outputs == {"Arn": f"arn:aws:iam::123456789012:group/lab/{readers}"}
    iam.add_user_to_group(GroupName=readers, UserName=james)
    assert stack.delete() == "DELETE_FAILED"
    assert "must remove users from group first" in stack.reason("Group", "DELETE_FAILED")
    iam.remove_user_from_group(GroupName=readers, UserName=james)
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_group, GroupName=readers)


def test_additions_are_all_or_nothing(iam: Any, new_stack: NewStack, james: str, group: str) -> None:
    stack = new_stack()
    both = resource("IAM::UserToGroupAddition", GroupName=group, Users=[james, "nobody"])
    assert stack.create({"Members": both}) == "ROLLBACK_COMPLETE"
    assert "The user with name nobody cannot be found." in stack.reason("Members", "CREATE_FAILED")
    assert members(iam, group) == []


def test_an_inline_policy_on_several_entities(
    iam: Any, new_stack: NewStack, james: str, reader: str, group: str
) -> None:
    def resources(policy_name: str, text: Any, **entities: Any) -> dict[str, Any]:
        return {"Policy": resource("IAM::Policy", PolicyName=policy_name, PolicyDocument=text, **entities)}

    stack = new_stack()
    everyone = {"Users": [james], "Roles": [reader], "Groups": [group]}
    assert stack.create(resources("one", VIEW, **everyone)) == "CREATE_COMPLETE"
    assert iam.get_user_policy(UserName=james, PolicyName="one")["PolicyDocument"] == VIEW
    assert iam.get_role_policy(RoleName=reader, PolicyName="one")["PolicyDocument"] == VIEW
    assert iam.get_group_policy(GroupName=group, PolicyName="one")["PolicyDocument"] == VIEW
    assert stack.update(resources("two", MORE, Users=[james])) == "UPDATE_COMPLETE"
    assert iam.list_user_policies(UserName=james)["PolicyNames"] == ["two"]
    assert iam.get_user_policy(UserName=james, PolicyName="two")["PolicyDocument"] == MORE
    assert iam.list_role_policies(RoleName=reader)["PolicyNames"] == []
    assert stack.delete() == "DELETE_COMPLETE"
    assert iam.list_user_policies(UserName=james)["PolicyNames"] == []


def test_an_inline_policy_on_somebody_who_does_not_exist_leaves_nothing(
    iam: Any, new_stack: NewStack, james: str
) -> None:
    stack = new_stack()
    both = resource("IAM::Policy", PolicyName="p", PolicyDocument=VIEW, Users=[james, "nobody"])
    assert stack.create({"Policy": both}) == "ROLLBACK_COMPLETE"
    assert "The user with name nobody cannot be found." in stack.reason("Policy", "CREATE_FAILED")
    assert iam.list_user_policies(UserName=james)["PolicyNames"] == []


@pytest.mark.parametrize("kind", ["User", "Role", "Group"])
def test_one_inline_policy_on_one_entity(
    iam: Any, new_stack: NewStack, james: str, reader: str, group: str, kind: str
) -> None:
    owner = {"User": james, "Role": reader, "Group": group}[kind]
    read = getattr(iam, f"get_{kind.lower()}_policy")
    where = {f"{kind}Name": owner, "PolicyName": "p"}

    def resources(text: Any) -> dict[str, Any]:
        return {"Policy": resource(f"IAM::{kind}Policy", **where, PolicyDocument=text)}

    stack = new_stack()
    assert stack.create(resources(VIEW), {"Ref": ref("Policy")}) == "CREATE_COMPLETE"
    assert stack.outputs == {"Ref": f"p|{owner}"}
    assert read(**where)["PolicyDocument"] == VIEW
    assert stack.update(resources(MORE)) == "UPDATE_COMPLETE"
    assert read(**where)["PolicyDocument"] == MORE
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(read, **where)


def test_an_instance_profile(iam: Any, new_stack: NewStack, name: Name, reader: str) -> None:
    profile = name("profile")
    stack = new_stack()
    resources = {"Profile": resource("IAM::InstanceProfile", InstanceProfileName=profile, Roles=[reader])}
    outputs = {"Ref": ref("Profile"), "Arn": att("Profile", "Arn")}
    assert stack.create(resources, outputs) == "CREATE_COMPLETE"
    described = iam.get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]
    assert stack.outputs == {"Ref": profile, "Arn": described["Arn"]}
    assert [role["RoleName"] for role in described["Roles"]] == [reader]
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_instance_profile, InstanceProfileName=profile)


def members(iam: Any, group: str) -> list[str]:
    return [user["UserName"] for user in iam.get_group(GroupName=group)["Users"]]
