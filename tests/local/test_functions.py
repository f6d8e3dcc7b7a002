"""Lambda functions: who may give them which role, and what they run with."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, policy, refusal, trust
from tests.local.functions import CODE, archive, identity, invoke, make_function

LAMBDA = {"Service": "lambda.amazonaws.com"}
HOME = "arn:aws:iam::123456789012"
CREATE = allow(["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"])
NOT_ASSUMABLE = (
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
)


def test_a_function_calls_with_a_session_of_its_role(admin: Caller, new_role: NewRole, name: Name) -> None:
    function = name("function")
    role = new_role(trust(LAMBDA), policy(allow("s3:ListAllMyBuckets")))
    make_function(admin, function, role)
    role_name = role.rpartition("/")[2]
    role_id = admin.client("iam").get_role(RoleName=role_name)["Role"]["RoleId"]
    found = invoke(admin, function, service="sts", operation="get_caller_identity")
    assert found == {
        "Account": "123456789012",
        "Arn": f"arn:aws:sts::123456789012:assumed-role/{role_name}/{function}",
        "UserId": f"{role_id}:{function}",
    }
    assert "Buckets" in invoke(admin, function, service="s3", operation="list_buckets")
    refused = invoke(admin, function, service="iam", operation="list_users")["Error"]
    assert refused["Code"] == "AccessDenied"
    assert f"User: {found['Arn']} is not authorized to perform: iam:ListUsers" in refused["Message"]


def test_credentials_are_random_and_of_this_environment(admin: Caller, new_role: NewRole, name: Name) -> None:
    role = new_role(trust(LAMBDA))
    found = []
    for _ in range(2):
        make_function(admin, function := name("function"), role, Environment={"Variables": {"COLOUR": "blue"}})
        found.append(invoke(admin, function, environment=True))
    first, second = found
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert first[variable] != second[variable]
    assert re.fullmatch("ASIA[A-Z2-7]{16}", first["AWS_ACCESS_KEY_ID"])
    assert first["COLOUR"] == "blue"
    assert (first["AWS_REGION"], first["AWS_ENDPOINT_URL"]) == ("us-east-1", admin.endpoint)


def test_another_role_is_another_session(admin: Caller, new_role: NewRole, name: Name) -> None:
    first, second = new_role(trust(LAMBDA)), new_role(trust(LAMBDA))
    make_function(admin, function := name("function"), first)
    assert identity(admin, function).split("/")[1] == first.rpartition("/")[2]
    admin.client("lambda").update_function_configuration(FunctionName=function, Role=second)
    assert identity(admin, function).split("/")[1] == second.rpartition("/")[2]
    assert (
        refusal(
            admin.client("lambda").update_function_configuration,
            FunctionName=function,
            Role=new_role(trust("123456789012")),
        )
        == NOT_ASSUMABLE
    )


def test_nothing_of_the_servers_environment(admin: Caller, new_role: NewRole, name: Name) -> None:
    make_function(admin, function := name("function"), new_role(trust(LAMBDA)))
    found = invoke(admin, function, environment=True)
    own = {each for each in found if not each.startswith(("AWS_", "_LAMBDA", "LAMBDA_", "_MINISTACK", "_X_AMZN"))}
    inherited = {"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH"}
    assert own <= inherited
    assert "PATH" in found


def test_the_caller_needs_to_pass_the_role(admin: Caller, new_user: NewUser, new_role: NewRole, name: Name) -> None:
    role, other = new_role(trust(LAMBDA)), new_role(trust(LAMBDA))
    refused = new_user(policy(CREATE))
    code, message = refusal(make_function, caller=refused, name=name("function"), role_arn=role)
    assert code == "AccessDeniedException"
    assert f"User: {refused.arn} is not authorized to perform: iam:PassRole on resource: {role} because" in message
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    user = new_user(policy(CREATE, allow("iam:PassRole", role, Condition=to_lambda)))
    function = name("function")
    assert make_function(user, function, role)["Role"] == role
    update = user.client("lambda").update_function_configuration
    assert refusal(update, FunctionName=function, Role=other)[0] == "AccessDeniedException"
    assert update(FunctionName=function, Description="d")["Role"] == role
    to_ec2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    elsewhere = new_user(policy(CREATE, allow("iam:PassRole", role, Condition=to_ec2)))
    assert refusal(make_function, caller=elsewhere, name=name("f"), role_arn=role)[0] == "AccessDeniedException"


def test_creating_is_decided_against_the_functions_arn(new_user: NewUser, new_role: NewRole, name: Name) -> None:
    role, function = new_role(trust(LAMBDA)), name("function")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
    user = new_user(policy(allow("lambda:CreateFunction", arn), allow("iam:PassRole")))
    assert make_function(user, function, role)["FunctionArn"] == arn
    other = name("other")
    code, message = refusal(make_function, caller=user, name=other, role_arn=role)
    assert code == "AccessDeniedException"
    assert f"lambda:CreateFunction on resource: {arn.replace(function, other)}" in message


@pytest.mark.parametrize(
    "document",
    [
        trust("123456789012"),
        trust({"Service": "ec2.amazonaws.com"}),
        trust(LAMBDA, "sts:TagSession"),
        trust(LAMBDA, Condition={"StringEquals": {"aws:SourceAccount": "210987654321"}}),
        trust(LAMBDA, Condition={"StringEquals": {"sts:ExternalId": "x"}}),
    ],
)
def test_a_role_that_lambda_can_not_assume(admin: Caller, new_role: NewRole, name: Name, document: str) -> None:
    refused = refusal(make_function, caller=admin, name=name("function"), role_arn=new_role(document))
    assert refused == NOT_ASSUMABLE


@pytest.mark.parametrize(
    "document",
    [
        trust({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}),
        trust(LAMBDA, Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        trust(LAMBDA, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:123456789012:function:*"}}),
    ],
)
def test_a_role_that_lambda_can_assume(admin: Caller, new_role: NewRole, name: Name, document: str) -> None:
    make_function(admin, function := name("function"), new_role(document))
    assert identity(admin, function).endswith(f"/{function}")


def test_roles_that_are_none(admin: Caller, partner_admin: Caller, new_role: NewRole, name: Name) -> None:
    function = name("function")
    assert refusal(make_function, caller=admin, name=function, role_arn=f"{HOME}:role/none") == NOT_ASSUMABLE
    assert refusal(make_function, caller=admin, name=function, role_arn="none")[0] == "ValidationException"
    assert refusal(make_function, caller=admin, name=function, role_arn="")[0] == "ValidationException"
    foreign = new_role(trust(LAMBDA), owner=partner_admin)
    assert refusal(make_function, caller=admin, name=function, role_arn=foreign) == (
        "AccessDeniedException",
        "Cross-account pass role is not allowed.",
    )
    assert refusal(admin.client("lambda").get_function, FunctionName=function)[0] == "ResourceNotFoundException"


def test_a_role_that_lambda_can_not_assume_any_more(admin: Caller, new_role: NewRole, name: Name) -> None:
    iam, functions = admin.client("iam"), admin.client("lambda")
    role, function = new_role(trust(LAMBDA)), name("function")
    role_name = role.rpartition("/")[2]
    make_function(admin, function, role)
    iam.update_assume_role_policy(RoleName=role_name, PolicyDocument=trust("123456789012"))
    assert refusal(functions.invoke, FunctionName=function) == (
        "AccessDeniedException",
        "The role defined for the function cannot be assumed by Lambda.",
    )
    iam.update_assume_role_policy(RoleName=role_name, PolicyDocument=trust(LAMBDA))
    assert identity(admin, function).endswith(f"/{function}")


def test_permissions_of_the_function_follow_its_role(admin: Caller, new_role: NewRole, name: Name) -> None:
    role, function = new_role(trust(LAMBDA)), name("function")
    make_function(admin, function, role)
    listing = {"service": "s3", "operation": "list_buckets"}
    assert invoke(admin, function, **listing)["Error"]["Code"] == "AccessDenied"
    admin.client("iam").put_role_policy(
        RoleName=role.rpartition("/")[2], PolicyName="may", PolicyDocument=policy(allow("s3:ListAllMyBuckets"))
    )
    assert "Buckets" in invoke(admin, function, **listing)


def test_the_source_function_is_in_the_context(admin: Caller, new_role: NewRole, name: Name) -> None:
    mine, other = name("function"), name("function")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{mine}"
    only_mine = {"ArnEquals": {"lambda:SourceFunctionArn": arn}}
    role = new_role(trust(LAMBDA), policy(allow("s3:ListAllMyBuckets", Condition=only_mine)))
    for function in (mine, other):
        make_function(admin, function, role)
    listing = {"service": "s3", "operation": "list_buckets"}
    assert "Buckets" in invoke(admin, mine, **listing)
    assert invoke(admin, other, **listing)["Error"]["Code"] == "AccessDenied"


def test_invoking_needs_permission(admin: Caller, new_user: NewUser, new_role: NewRole, name: Name) -> None:
    make_function(admin, function := name("function"), new_role(trust(LAMBDA)))
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
    assert identity(new_user(policy(allow("lambda:InvokeFunction", arn))), function).endswith(f"/{function}")
    code, message = refusal(new_user().client("lambda").invoke, FunctionName=function)
    assert code == "AccessDeniedException"
    assert f"lambda:InvokeFunction on resource: {arn}" in message


def test_no_answer_is_made_up(admin: Caller, new_role: NewRole, name: Name) -> None:
    make_function(admin, function := name("function"), new_role(trust(LAMBDA)), Runtime="java21")
    answer = admin.client("lambda").invoke(FunctionName=function)
    assert answer["FunctionError"] == "Unhandled"
    assert "can't run this function" in json.loads(answer["Payload"].read())["errorMessage"]


@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_LAMBDA_FUNCTION_NAME"])
def test_reserved_variables(admin: Caller, new_role: NewRole, name: Name, variable: str) -> None:
    role: Any = new_role(trust(LAMBDA))
    reserved = {"Variables": {variable: "x"}}
    code, message = refusal(make_function, caller=admin, name=name("f"), role_arn=role, Environment=reserved)
    assert code == "InvalidParameterValueException"
    assert variable in message
    allowed = {"Variables": {f"MY_{variable}": "x"}}
    assert make_function(admin, name("f"), role, Environment=allowed, Code={"ZipFile": archive(CODE)})
