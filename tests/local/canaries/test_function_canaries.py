"""Stock MiniStack's Lambda still gets this wrong. A test that fails here says that a module of local_aws can go."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.local.callers import Caller, Name, allow, make_role, make_user, policy, trust
from tests.local.functions import CODE, invoke, make_function
from tests.local.stacks import Stack, resource

LAMBDA = {"Service": "lambda.amazonaws.com"}


def test_function_roles_any_role(stock_admin: Caller, name: Name) -> None:
    role = make_role(stock_admin, name("role"), trust("000000000000"))
    user = make_user(stock_admin, name("creator"), policy(allow("lambda:CreateFunction")))
    assert make_function(user, name("function"), role)["Role"] == role


def test_function_sessions_can_be_computed(stock_admin: Caller, name: Name) -> None:
    role = make_role(stock_admin, name("role"), trust(LAMBDA))
    arn = make_function(stock_admin, function := name("function"), role)["FunctionArn"]
    digest = hashlib.sha256(f"{arn}:{role}".encode()).hexdigest()
    found = invoke(stock_admin, function, environment=True)
    assert found["AWS_SECRET_ACCESS_KEY"] == hashlib.sha256(f"secret:{digest}".encode()).hexdigest()


def test_function_environment_of_the_server(stock_admin: Caller, name: Name) -> None:
    make_function(stock_admin, function := name("function"), make_role(stock_admin, name("role"), trust(LAMBDA)))
    assert "GATEWAY_PORT" in invoke(stock_admin, function, environment=True)


def test_function_environment_answers_made_up(stock_admin: Caller, name: Name) -> None:
    role = make_role(stock_admin, name("role"), trust(LAMBDA))
    make_function(stock_admin, function := name("function"), role, Runtime="java21")
    answer: Any = stock_admin.client("lambda").invoke(FunctionName=function)
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read())["body"].startswith("Mock response")


def test_cloudformation_functions_without_permission(stock_admin: Caller, name: Name) -> None:
    role = make_role(stock_admin, name("role"), trust("000000000000"))
    deployer = make_user(stock_admin, name("deployer"), policy(allow("cloudformation:*")))
    stack = Stack(name("stack"), deployer, stock_admin)
    given = {"Role": role, "Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": CODE}}
    assert stack.create({"Function": resource("Lambda::Function", **given)}) == "CREATE_COMPLETE"
