"""What holds for all types: as whom CloudFormation calls, its own tags, and what is deleted after a failure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, policy, refusal, trust
from tests.local.stacks import NewStack, document, exists, ref, resource

VIA = {"Bool": {"aws:ViaAWSService": "true"}}


@pytest.fixture
def iam(admin: Caller) -> Any:
    return admin.client("iam")


def group(name: str) -> dict[str, Any]:
    return {"Group": resource("IAM::Group", GroupName=name)}


def test_a_permission_for_calls_through_cloudformation_only(
    iam: Any, new_stack: NewStack, new_user: NewUser, name: Name
) -> None:
    mine = name("group")
    called = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
    deployer = new_user(
        policy(allow("cloudformation:*"), allow("iam:*Group", Condition=called), allow("iam:GetGroup", Condition=VIA))
    )
    assert refusal(deployer.client("iam").create_group, GroupName=mine)[0] == "AccessDenied"
    stack = new_stack(deployer)
    assert stack.create(group(mine)) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_deny_for_calls_through_services(new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    mine = name("group")
    forbidden = {**allow("iam:CreateGroup", Condition=VIA), "Effect": "Deny"}
    deployer = new_user(policy(allow(["cloudformation:*", "iam:*"]), forbidden))
    stack = new_stack(deployer)
    assert stack.create(group(mine)) == "ROLLBACK_COMPLETE"
    assert "with an explicit deny" in stack.reason("Group", "CREATE_FAILED")
    assert deployer.client("iam").create_group(GroupName=mine)["Group"]


def test_a_role_session_deploys_with_the_roles_permissions(
    new_stack: NewStack, new_user: NewUser, new_role: NewRole, name: Name
) -> None:
    user = new_user(policy(allow("*")))
    deployer = user.assume(new_role(trust(user.arn), policy(allow("cloudformation:*"))))
    stack = new_stack(deployer)
    assert stack.create(group(name("group"))) == "ROLLBACK_COMPLETE"
    assert f"User: {deployer.arn} is not authorized to perform: iam:CreateGroup" in (
        stack.reason("Group", "CREATE_FAILED")
    )
    assert new_stack(user).create(group(name("group"))) == "CREATE_COMPLETE"


def test_a_change_set_is_executed_as_whoever_executes_it(
    admin: Caller, new_stack: NewStack, new_user: NewUser, name: Name
) -> None:
    refused = new_user(policy(allow("cloudformation:*")))
    for executes, status in ((refused, "ROLLBACK_COMPLETE"), (admin, "CREATE_COMPLETE")):
        stack = new_stack(admin)
        given = {**stack._template(group(name("group")), None), "ChangeSetName": "c", "ChangeSetType": "CREATE"}
        made = admin.client("cloudformation").create_change_set(**given)
        stack.stack_id = made["StackId"]
        admin.client("cloudformation").get_waiter("change_set_create_complete").wait(
            ChangeSetName=made["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
        executes.client("cloudformation").execute_change_set(ChangeSetName=made["Id"])
        assert stack.settled() == status


def test_operations_on_stacks_need_permission(new_stack: NewStack, new_user: NewUser, name: Name) -> None:
    deployer = new_user(policy(allow("iam:*")))
    template = {"Resources": group(name("group"))}
    code, message = refusal(
        deployer.client("cloudformation").create_stack, StackName=name("stack"), TemplateBody=str(template)
    )
    assert code == "AccessDenied"
    assert "is not authorized to perform: cloudformation:CreateStack on resource: " in message


@pytest.mark.parametrize("kind", ["User", "Role"])
def test_principals_get_the_stacks_tags_but_not_cloudformations_own(
    iam: Any, new_stack: NewStack, name: Name, kind: str
) -> None:
    mine = name("tagged")
    given: dict[str, Any] = {f"{kind}Name": mine, "Tags": [{"Key": "own", "Value": "1"}]}
    if kind == "Role":
        given["AssumeRolePolicyDocument"] = document(trust("123456789012"))
    stack = new_stack()
    tags = [{"Key": "team", "Value": "blue"}]
    assert stack.create({"It": resource(f"IAM::{kind}", **given)}, Tags=tags) == "CREATE_COMPLETE"
    listed = getattr(iam, f"list_{kind.lower()}_tags")(**{f"{kind}Name": mine})["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in listed} == {"own": "1", "team": "blue"}


def test_what_a_resource_that_stays_depends_on_stays(admin: Caller, iam: Any, new_stack: NewStack, name: Name) -> None:
    james, kept, gone = name("James"), name("kept"), name("gone")
    resources = {
        "Kept": resource("SecretsManager::Secret", Name=kept, SecretString="x"),
        "Gone": resource("SecretsManager::Secret", Name=gone, SecretString="x"),
        "User": {**resource("IAM::User", UserName=james), "DependsOn": "Kept"},
    }
    stack = new_stack()
    assert stack.create(resources) == "CREATE_COMPLETE"
    key = iam.create_access_key(UserName=james)["AccessKey"]["AccessKeyId"]
    assert stack.delete() == "DELETE_FAILED"
    assert "Cannot delete entity, must delete access keys first." in stack.reason("User", "DELETE_FAILED")
    assert "User depends on it" in stack.reason("Kept", "DELETE_FAILED")
    assert [status for status, _ in stack.events("Gone")][-1] == "DELETE_COMPLETE"
    assert admin.client("secretsmanager").get_secret_value(SecretId=kept)["SecretString"] == "x"
    iam.delete_access_key(UserName=james, AccessKeyId=key)
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_user, UserName=james)


def test_a_reference_is_a_dependency_too(iam: Any, new_stack: NewStack, name: Name) -> None:
    james, readers = name("James"), name("readers")
    resources = {
        "Group": resource("IAM::Group", GroupName=readers),
        "User": resource("IAM::User", UserName=james, Groups=[ref("Group")]),
    }
    stack = new_stack()
    assert stack.create(resources) == "CREATE_COMPLETE"
    iam.create_login_profile(UserName=james, Password="Correct-horse-7")
    assert stack.delete() == "DELETE_FAILED"
    assert exists(iam.get_group, GroupName=readers)
    assert [each["UserName"] for each in iam.get_group(GroupName=readers)["Users"]] == [james]


@pytest.mark.parametrize(
    ("kind", "properties", "create", "delete"),
    [
        ("SNS::Topic", {}, "sns:CreateTopic", "sns:DeleteTopic"),
        ("SSM::Parameter", {"Type": "String", "Value": "x"}, "ssm:PutParameter", "ssm:DeleteParameter"),
        ("ApiGateway::Account", {}, "apigateway:*", "apigateway:*"),
    ],
)
def test_any_type_needs_permission(
    new_stack: NewStack, new_user: NewUser, kind: str, properties: dict[str, Any], create: str, delete: str
) -> None:
    resources = {"It": resource(kind, **properties)}
    stack = new_stack(new_user(policy(allow("cloudformation:*"), allow("iam:*"))))
    assert stack.create(resources) == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: " in stack.reason("It", "CREATE_FAILED")
    stack = new_stack(new_user(policy(allow("cloudformation:*"), allow([create, delete]))))
    assert stack.create(resources) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
