"""`AWS::IAM::User`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, give_mfa_device, policy, refusal
from tests.local.stacks import NewStack, Stack, att, document, exists, ref, resource

VIEW = policy(allow("s3:ListAllMyBuckets"))
TAKEN = re.compile(
    r'Resource handler returned message: "User with name .+ already exists\. '
    r'\(Service: Iam, Status Code: 409, Request ID: .+\)" \(RequestToken: .+, HandlerErrorCode: AlreadyExists\)'
)


def user(name: str, **more: Any) -> dict[str, Any]:
    return resource("IAM::User", UserName=name, **more)


@pytest.fixture
def policy_arn(iam: Any, name: Name) -> str:
    return str(iam.create_policy(PolicyName=name("policy"), PolicyDocument=VIEW)["Policy"]["Arn"])


@pytest.fixture
def group(iam: Any, name: Name) -> str:
    group_name = name("group")
    iam.create_group(GroupName=group_name)
    return group_name


def test_everything_a_user_may_have(iam: Any, new_stack: NewStack, name: Name, policy_arn: str, group: str) -> None:
    james = name("James")
    stack = new_stack()
    status = stack.create(
        {
            "User": user(
                james,
                Path="/lab/",
                PermissionsBoundary=policy_arn,
                Groups=[group],
                ManagedPolicyArns=[policy_arn],
                Policies=[{"PolicyName": "inline", "PolicyDocument": document(VIEW)}],
                LoginProfile={"Password": "Correct-horse-7", "PasswordResetRequired": True},
                Tags=[{"Key": "lab", "Value": "james"}],
            )
        },
        {"Name": ref("User"), "Arn": att("User", "Arn")},
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    assert status == "CREATE_COMPLETE"
    assert stack.outputs == {"Name": james, "Arn": f"arn:aws:iam::123456789012:user/lab/{james}"}
    described = iam.get_user(UserName=james)["User"]
    assert described["Arn"] == stack.outputs["Arn"]
    assert described["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy_arn
    assert {tag["Key"]: tag["Value"] for tag in described["Tags"]} == {"lab": "james", "team": "blue"}
    assert groups_of(iam, james) == [group]
    assert attached(iam, james) == [policy_arn]
    assert iam.get_user_policy(UserName=james, PolicyName="inline")["PolicyDocument"] == document(VIEW)
    assert iam.get_login_profile(UserName=james)["LoginProfile"]["PasswordResetRequired"] is True
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_user, UserName=james)
    assert attachments(iam, policy_arn) == 0


def test_a_name_that_is_taken_rolls_back_and_leaves_the_other_user_alone(
    iam: Any, new_stack: NewStack, name: Name
) -> None:
    james, other = name("James"), name("other")
    before = iam.create_user(UserName=james, Tags=[{"Key": "by", "Value": "hand"}])["User"]
    stack = new_stack()
    taken = {**user(james), "DependsOn": "Other"}
    assert stack.create({"Other": user(other), "User": taken}) == "ROLLBACK_COMPLETE"
    assert TAKEN.fullmatch(stack.reason("User", "CREATE_FAILED"))
    assert not exists(iam.get_user, UserName=other)
    after = iam.get_user(UserName=james)["User"]
    assert (after["UserId"], after["Tags"]) == (before["UserId"], before["Tags"])


def test_generated_names_differ_from_stack_to_stack(iam: Any, new_stack: NewStack) -> None:
    stack = new_stack()
    names = set()
    for _ in range(2):
        assert stack.create({"User": resource("IAM::User")}, {"Name": ref("User")}) == "CREATE_COMPLETE"
        names.add(stack.outputs["Name"])
        assert stack.delete() == "DELETE_COMPLETE"
        stack = Stack(stack.name, stack.caller, stack.reader)
    assert len(names) == 2
    assert all(re.fullmatch(rf"{stack.name}-User-[A-Z0-9]{{13}}", each) for each in names)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Groups": ["nobody"]}, "The group with name nobody cannot be found."),
        ({"ManagedPolicyArns": ["arn:aws:iam::123456789012:policy/none"]}, "does not exist or is not attachable."),
        ({"ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"]}, "does not exist or is not attachable."),
        ({"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": "x"}}]}, "Syntax errors in policy."),
    ],
)
def test_what_can_not_be_put_on_a_user_rolls_the_user_back(
    iam: Any, new_stack: NewStack, name: Name, properties: dict[str, Any], message: str
) -> None:
    james = name("James")
    stack = new_stack()
    assert stack.create({"User": user(james, **properties)}) == "ROLLBACK_COMPLETE"
    assert message in stack.reason("User", "CREATE_FAILED")
    assert [status for status, _ in stack.events("User")] == [
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]
    assert not exists(iam.get_user, UserName=james)


def test_a_property_that_the_type_does_not_have(new_stack: NewStack, name: Name) -> None:
    stack = new_stack()
    assert stack.create({"User": user(name("James"), Grops=["x"])}) == "ROLLBACK_COMPLETE"
    assert "extraneous key [Grops] is not permitted" in stack.reason("User", "CREATE_FAILED")


def test_the_caller_needs_the_permissions(iam: Any, new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    james = name("James")
    cloudformation = allow("cloudformation:*")
    allowed = new_user(policy(cloudformation, allow(["iam:CreateUser", "iam:GetUser", "iam:DeleteUser"])))
    refused = new_user(policy(cloudformation, allow(["iam:GetUser", "iam:DeleteUser"])))
    stack = new_stack(refused)
    assert stack.create({"User": user(james)}) == "ROLLBACK_COMPLETE"
    reason = stack.reason("User", "CREATE_FAILED")
    assert f"User: {refused.arn} is not authorized to perform: iam:CreateUser" in reason
    assert f"arn:aws:iam::123456789012:user/{james}" in reason
    assert reason.endswith("HandlerErrorCode: AccessDenied)")
    stack = new_stack(allowed)
    assert stack.create({"User": user(james)}) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_deletion_is_decided_as_who_deletes(iam: Any, new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    james = name("James")
    stack = new_stack()
    assert stack.create({"User": user(james)}) == "CREATE_COMPLETE"
    administrator, stack.caller = stack.caller, new_user(policy(allow("cloudformation:*")))
    assert stack.delete() == "DELETE_FAILED"
    assert "is not authorized to perform: iam:DeleteUser" in stack.reason("User", "DELETE_FAILED")
    assert exists(iam.get_user, UserName=james)
    stack.caller = administrator
    assert stack.delete() == "DELETE_COMPLETE"


def test_tagging_at_creation_needs_its_own_permission(new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    may = [allow("cloudformation:*"), allow(["iam:CreateUser", "iam:GetUser", "iam:DeleteUser"])]
    tagged = {"Tags": [{"Key": "lab", "Value": "x"}]}
    stack = new_stack(new_user(policy(*may)))
    assert stack.create({"User": user(name("James"), **tagged)}) == "ROLLBACK_COMPLETE"
    assert "iam:TagUser" in stack.reason("User", "CREATE_FAILED")
    only_blue = allow("iam:TagUser", Condition={"StringEquals": {"aws:RequestTag/lab": "x"}})
    assert new_stack(new_user(policy(*may, only_blue))).create({"User": user(name("James"), **tagged)}) == (
        "CREATE_COMPLETE"
    )


def test_a_rollback_that_is_not_allowed_fails(iam: Any, new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    james = name("James")
    stack = new_stack(new_user(policy(allow("cloudformation:*"), allow(["iam:CreateUser", "iam:GetUser"]))))
    assert stack.create({"User": user(james, Groups=["nobody"])}) == "ROLLBACK_FAILED"
    assert "iam:AddUserToGroup" in stack.reason("User", "CREATE_FAILED")
    assert "is not authorized" in stack.reason("User", "DELETE_FAILED")
    assert exists(iam.get_user, UserName=james)


def test_an_update_in_place_changes_what_the_template_changed_and_nothing_else(
    iam: Any, new_stack: NewStack, name: Name, policy_arn: str, group: str
) -> None:
    james, foreign = name("James"), name("foreign")
    foreign_arn = iam.create_policy(PolicyName=foreign, PolicyDocument=VIEW)["Policy"]["Arn"]
    stack = new_stack()
    before = user(
        james,
        ManagedPolicyArns=[policy_arn],
        Policies=[{"PolicyName": "a", "PolicyDocument": document(VIEW)}],
        Tags=[{"Key": "old", "Value": "1"}, {"Key": "both", "Value": "1"}],
    )
    assert stack.create({"User": before}, {"Arn": att("User", "Arn")}) == "CREATE_COMPLETE"
    user_id = iam.get_user(UserName=james)["User"]["UserId"]
    iam.attach_user_policy(UserName=james, PolicyArn=foreign_arn)
    iam.put_user_policy(UserName=james, PolicyName="foreign", PolicyDocument=VIEW)
    iam.tag_user(UserName=james, Tags=[{"Key": "foreign", "Value": "1"}])
    after = user(
        james,
        Path="/moved/",
        Groups=[group],
        PermissionsBoundary=policy_arn,
        Policies=[{"PolicyName": "b", "PolicyDocument": document(VIEW)}],
        LoginProfile={"Password": "Correct-horse-7"},
        Tags=[{"Key": "both", "Value": "2"}, {"Key": "new", "Value": "2"}],
    )
    assert stack.update({"User": after}, {"Arn": att("User", "Arn")}) == "UPDATE_COMPLETE"
    described = iam.get_user(UserName=james)["User"]
    assert described["UserId"] == user_id
    assert described["Arn"] == stack.outputs["Arn"] == f"arn:aws:iam::123456789012:user/moved/{james}"
    assert described["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy_arn
    tags = {tag["Key"]: tag["Value"] for tag in described["Tags"]}
    assert tags == {"both": "2", "new": "2", "foreign": "1"}
    assert attached(iam, james) == [foreign_arn]
    assert sorted(iam.list_user_policies(UserName=james)["PolicyNames"]) == ["b", "foreign"]
    assert groups_of(iam, james) == [group]
    assert exists(iam.get_login_profile, UserName=james)
    assert stack.update({"User": user(james)}) == "UPDATE_COMPLETE"
    described = iam.get_user(UserName=james)["User"]
    assert (described["Path"], "PermissionsBoundary" in described) == ("/", False)
    assert not exists(iam.get_login_profile, UserName=james)
    assert groups_of(iam, james) == []


def test_an_update_that_fails_is_undone(iam: Any, new_stack: NewStack, name: Name, policy_arn: str) -> None:
    james = name("James")
    stack = new_stack()
    before = user(james, Policies=[{"PolicyName": "a", "PolicyDocument": document(VIEW)}])
    assert stack.create({"User": before}) == "CREATE_COMPLETE"
    broken = [{"PolicyName": "b", "PolicyDocument": {"Statement": "x"}}]
    status = stack.update({"User": user(james, ManagedPolicyArns=[policy_arn], Policies=broken)})
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "Syntax errors in policy." in stack.reason("User", "UPDATE_FAILED")
    assert attached(iam, james) == []
    assert iam.list_user_policies(UserName=james)["PolicyNames"] == ["a"]


def test_another_name_means_another_user(iam: Any, new_stack: NewStack, name: Name) -> None:
    james, jim = name("James"), name("Jim")
    stack = new_stack()
    assert stack.create({"User": user(james)}, {"Name": ref("User")}) == "CREATE_COMPLETE"
    assert stack.update({"User": user(jim)}, {"Name": ref("User")}) == "UPDATE_COMPLETE"
    assert stack.outputs == {"Name": jim}
    assert not exists(iam.get_user, UserName=james)
    assert exists(iam.get_user, UserName=jim)


def test_a_replacement_whose_name_is_taken_keeps_the_old_user(iam: Any, new_stack: NewStack, name: Name) -> None:
    james, jim = name("James"), name("Jim")
    iam.create_user(UserName=jim)
    stack = new_stack()
    assert stack.create({"User": user(james)}) == "CREATE_COMPLETE"
    assert stack.update({"User": user(jim)}) == "UPDATE_ROLLBACK_COMPLETE"
    assert exists(iam.get_user, UserName=james)
    assert exists(iam.get_user, UserName=jim)
    assert stack.physical_id("User") == james


def _access_key(admin: Caller, james: str, _arn: str, _group: str) -> None:
    admin.client("iam").create_access_key(UserName=james)


def _mfa_device(admin: Caller, james: str, _arn: str, _group: str) -> None:
    give_mfa_device(admin, james, james)


def _login_profile(admin: Caller, james: str, _arn: str, _group: str) -> None:
    admin.client("iam").create_login_profile(UserName=james, Password="Correct-horse-7")


def _inline_policy(admin: Caller, james: str, _arn: str, _group: str) -> None:
    admin.client("iam").put_user_policy(UserName=james, PolicyName="foreign", PolicyDocument=VIEW)


def _attached_policy(admin: Caller, james: str, arn: str, _group: str) -> None:
    admin.client("iam").attach_user_policy(UserName=james, PolicyArn=arn)


def _membership(admin: Caller, james: str, _arn: str, group: str) -> None:
    admin.client("iam").add_user_to_group(UserName=james, GroupName=group)


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (_access_key, "must delete access keys first"),
        (_mfa_device, "must delete MFA device first"),
        (_login_profile, "must delete login profile first"),
        (_inline_policy, "must delete policies first"),
        (_attached_policy, "must detach all policies first"),
        (_membership, "must remove users from group first"),
    ],
)
def test_what_others_put_on_a_user_keeps_the_user(
    admin: Caller, iam: Any, new_stack: NewStack, name: Name, policy_arn: str, group: str, add: Any, message: str
) -> None:
    james = name("James")
    stack = new_stack()
    own = resource("IAM::ManagedPolicy", PolicyDocument=document(VIEW))
    resources = {
        "Policy": own,
        "User": user(
            james,
            ManagedPolicyArns=[ref("Policy")],
            Policies=[{"PolicyName": "own", "PolicyDocument": document(VIEW)}],
        ),
    }
    assert stack.create(resources, {"Policy": ref("Policy")}) == "CREATE_COMPLETE"
    own_arn = stack.outputs["Policy"]
    add(admin, james, policy_arn, group)
    assert stack.delete() == "DELETE_FAILED"
    reason = stack.reason("User", "DELETE_FAILED")
    assert f"Cannot delete entity, {message}." in reason
    assert "Status Code: 409" in reason
    assert own_arn in attached(iam, james)
    assert "own" in iam.list_user_policies(UserName=james)["PolicyNames"]
    assert exists(iam.get_policy, PolicyArn=own_arn)


def test_once_the_foreign_things_are_gone_the_stack_can_be_deleted(iam: Any, new_stack: NewStack, name: Name) -> None:
    james = name("James")
    stack = new_stack()
    assert stack.create({"User": user(james, LoginProfile={"Password": "Correct-horse-7"})}) == "CREATE_COMPLETE"
    key = iam.create_access_key(UserName=james)["AccessKey"]["AccessKeyId"]
    assert stack.delete() == "DELETE_FAILED"
    assert exists(iam.get_login_profile, UserName=james)
    iam.delete_access_key(UserName=james, AccessKeyId=key)
    assert stack.delete() == "DELETE_COMPLETE"


def test_what_others_took_away_does_not_matter(iam: Any, new_stack: NewStack, name: Name, policy_arn: str) -> None:
    james, jim = name("James"), name("Jim")
    stack = new_stack()
    assert stack.create({"A": user(james, ManagedPolicyArns=[policy_arn]), "B": user(jim)}) == "CREATE_COMPLETE"
    iam.detach_user_policy(UserName=james, PolicyArn=policy_arn)
    iam.delete_user(UserName=jim)
    assert stack.delete() == "DELETE_COMPLETE"


def test_names_are_validated_as_in_a_call(admin: Caller, new_stack: NewStack) -> None:
    stack = new_stack()
    assert stack.create({"User": user("white space")}) == "ROLLBACK_COMPLETE"
    reason = stack.reason("User", "CREATE_FAILED")
    code, message = refusal(admin.client("iam").create_user, UserName="white space")
    assert code == "ValidationError"
    assert message in reason


def groups_of(iam: Any, james: str) -> list[str]:
    return [group["GroupName"] for group in iam.list_groups_for_user(UserName=james)["Groups"]]


def attached(iam: Any, james: str) -> list[str]:
    return [each["PolicyArn"] for each in iam.list_attached_user_policies(UserName=james)["AttachedPolicies"]]


def attachments(iam: Any, arn: str) -> int:
    return int(iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"])
