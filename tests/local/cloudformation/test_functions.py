"""`AWS::Lambda::Function` and `AWS::Lambda::Permission`."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, policy, trust
from tests.local.functions import CODE, identity, make_function
from tests.local.stacks import NewStack, att, document, ref, resource

LAMBDA = {"Service": "lambda.amazonaws.com"}
MAY = [allow("cloudformation:*"), allow(["lambda:CreateFunction", "lambda:DeleteFunction"])]


def function(name: str, role: Any, **more: Any) -> dict[str, Any]:
    given = {"Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": CODE}, "Timeout": 20}
    return {"Function": resource("Lambda::Function", FunctionName=name, Role=role, **(given | more))}


def is_there(admin: Caller, name: str) -> bool:
    try:
        admin.client("lambda").get_function(FunctionName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
    return True


def test_a_role_for_lambda_only_and_a_function_with_it(admin: Caller, new_stack: NewStack, name: Name) -> None:
    service_role, mine = name("service-role"), name("function")
    stack = new_stack()
    resources = {
        "Role": resource("IAM::Role", RoleName=service_role, AssumeRolePolicyDocument=document(trust(LAMBDA))),
        **function(mine, att("Role", "Arn")),
    }
    outputs = {"Name": ref("Function"), "Arn": att("Function", "Arn")}
    assert stack.create(resources, outputs) == "CREATE_COMPLETE"
    assert stack.outputs == {"Name": mine, "Arn": f"arn:aws:lambda:us-east-1:123456789012:function:{mine}"}
    assert identity(admin, mine) == f"arn:aws:sts::123456789012:assumed-role/{service_role}/{mine}"
    assert stack.delete() == "DELETE_COMPLETE"
    assert not is_there(admin, mine)


def test_a_role_that_lambda_can_not_assume(admin: Caller, new_stack: NewStack, new_role: NewRole, name: Name) -> None:
    mine, stack = name("function"), new_stack()
    assert stack.create(function(mine, new_role(trust("123456789012")))) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Function", "CREATE_FAILED")
    assert "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400" in reason
    assert reason.endswith("HandlerErrorCode: InvalidRequest)")
    assert not is_there(admin, mine)


@pytest.mark.parametrize("action", ["lambda:CreateFunction", "iam:PassRole"])
def test_the_caller_needs_the_permissions(
    admin: Caller, new_stack: NewStack, new_user: NewUser, new_role: NewRole, name: Name, action: str
) -> None:
    mine, role = name("function"), new_role(trust(LAMBDA))
    via_cloudformation = {
        "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"},
        "Bool": {"aws:ViaAWSService": "true"},
    }
    statements = {
        "lambda:CreateFunction": MAY[1],
        "iam:PassRole": allow("iam:PassRole", role, Condition=via_cloudformation),
    }
    others = [statement for each, statement in statements.items() if each != action]
    stack = new_stack(new_user(policy(MAY[0], *others)))
    assert stack.create(function(mine, role)) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Function", "CREATE_FAILED")
    assert f"is not authorized to perform: {action} on resource: " in reason
    assert reason.endswith("HandlerErrorCode: AccessDenied)")
    assert not is_there(admin, mine)
    stack = new_stack(new_user(policy(MAY[0], *statements.values())))
    assert stack.create(function(mine, role)) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"


def test_updating_and_deleting_need_permission(
    admin: Caller, new_stack: NewStack, new_user: NewUser, new_role: NewRole, name: Name
) -> None:
    mine, role, other = name("function"), new_role(trust(LAMBDA)), new_role(trust(LAMBDA))
    stack = new_stack()
    assert stack.create(function(mine, role)) == "CREATE_COMPLETE"
    configure = allow("lambda:UpdateFunctionConfiguration")
    stack.caller = new_user(policy(allow("cloudformation:*"), configure))
    assert stack.update(function(mine, other)) == "UPDATE_ROLLBACK_COMPLETE"
    assert "iam:PassRole" in stack.reason("Function", "UPDATE_FAILED")
    assert identity(admin, mine).split("/")[1] == role.rpartition("/")[2]
    stack.caller = new_user(policy(allow("cloudformation:*"), configure, allow("iam:PassRole", other)))
    assert stack.update(function(mine, other)) == "UPDATE_COMPLETE"
    assert identity(admin, mine).split("/")[1] == other.rpartition("/")[2]
    assert stack.update(function(mine, other, Code={"ZipFile": "x = 1"})) == "UPDATE_ROLLBACK_COMPLETE"
    assert "lambda:UpdateFunctionCode" in stack.reason("Function", "UPDATE_FAILED")
    assert stack.delete() == "DELETE_FAILED"
    assert "lambda:DeleteFunction" in stack.reason("Function", "DELETE_FAILED")
    assert is_there(admin, mine)
    stack.caller = admin
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_name_that_is_taken(admin: Caller, new_stack: NewStack, new_role: NewRole, name: Name) -> None:
    mine, role = name("function"), new_role(trust(LAMBDA))
    make_function(admin, mine, role, Description="before")
    stack = new_stack()
    assert stack.create(function(mine, role)) == "ROLLBACK_COMPLETE"
    assert f"Function already exist: {mine}" in stack.reason("Function", "CREATE_FAILED")
    described = admin.client("lambda").get_function_configuration(FunctionName=mine)
    assert described["Description"] == "before"


def test_reserved_variables(new_stack: NewStack, new_role: NewRole, name: Name) -> None:
    role = new_role(trust(LAMBDA))
    for variable, status in (("AWS_REGION", "ROLLBACK_COMPLETE"), ("MY_REGION", "CREATE_COMPLETE")):
        stack = new_stack()
        given = function(name("function"), role, Environment={"Variables": {variable: "x"}})
        assert stack.create(given) == status


def test_a_permission(admin: Caller, new_stack: NewStack, new_user: NewUser, new_role: NewRole, name: Name) -> None:
    make_function(admin, mine := name("function"), new_role(trust(LAMBDA)))
    given = {"FunctionName": mine, "Action": "lambda:InvokeFunction", "Principal": "210987654321"}
    resources = {"Permission": resource("Lambda::Permission", **given)}
    stack = new_stack(new_user(policy(allow("cloudformation:*"))))
    assert stack.create(resources) == "ROLLBACK_COMPLETE"
    assert "lambda:AddPermission" in stack.reason("Permission", "CREATE_FAILED")
    may = allow(["lambda:AddPermission", "lambda:RemovePermission"])
    stack = new_stack(new_user(policy(allow("cloudformation:*"), may)))
    assert stack.create(resources) == "CREATE_COMPLETE"
    assert "210987654321" in admin.client("lambda").get_policy(FunctionName=mine)["Policy"]
    assert stack.delete() == "DELETE_COMPLETE"
