"""The execution role of a Lambda function, as it is given to CreateFunction and UpdateFunctionConfiguration.

AWS: Lambda Developer Guide, lambda-intro-execution-role, and Lambda API Reference, CreateFunction: the role is
required, the caller needs iam:PassRole on it, it is in the caller's account, and Lambda must be able to assume it; a
new role is used from the next invocation on. Stock MiniStack looks only whether there is a role of that name, puts one
in where none is given, and lets a warm function go on as its former role; it decides on CreateFunction against `*`
instead of the function's ARN.
Hook: `lambda_svc._create_function` and `_update_config`; `iam_actions.extract_resource_arn` for CreateFunction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from local_aws import upstream
from local_aws.lambda_api import FunctionError, arn_of, error_response
from local_aws.service_roles import NotPassedError, Service, assumable, require_pass_role

SERVICE = "lambda.amazonaws.com"
NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."
_ROLE = re.compile(r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+")


def install() -> None:
    """Look at the role before a function gets it."""
    functions = upstream.module("services.lambda_svc")
    create, update = functions._create_function, functions._update_config
    resource_of = upstream.module("core.iam_actions").extract_resource_arn

    def _create_function(data: Mapping[str, Any]) -> Any:
        name = data.get("FunctionName")
        # Whether the name is right and free is looked at first.
        if not name or name in functions._functions:
            return create(data)
        return _refused(data.get("Role"), arn_of(name)) or create(data)

    def _update_config(name: str, data: Mapping[str, Any]) -> Any:
        if "Role" not in data or name not in functions._functions:
            return update(name, data)
        answer = _refused(data["Role"], arn_of(name)) or update(name, data)
        functions.invalidate_worker(name, account=_account_in(arn_of(name)))
        return answer

    def extract_resource_arn(service: str, *request: Any) -> str:
        found = str(resource_of(service, *request))
        return _arn_in(request[3]) or found if service == "lambda" and found == "*" else found

    upstream.replace("services.lambda_svc", "_create_function", _create_function)
    upstream.replace("services.lambda_svc", "_update_config", _update_config)
    upstream.replace("core.iam_actions", "extract_resource_arn", extract_resource_arn)


def check(role_arn: Any, function_arn: str) -> None:
    """Raise FunctionError unless the caller may give the function this role, and Lambda can assume it."""
    if not role_arn:
        raise FunctionError(
            "ValidationException",
            "1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null",
        )
    if not isinstance(role_arn, str) or not _ROLE.fullmatch(role_arn):
        raise FunctionError(
            "ValidationException",
            f"1 validation error detected: Value '{role_arn}' at 'role' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_ROLE.pattern}",
        )
    if _account_in(role_arn) != _account_in(function_arn):
        raise FunctionError("AccessDeniedException", "Cross-account pass role is not allowed.", 403)
    try:
        require_pass_role(role_arn, SERVICE)
    except NotPassedError as error:
        raise FunctionError("AccessDeniedException", str(error), 403) from error
    if assumable(role_arn, Service(SERVICE, function_arn), _name_in(function_arn)) is None:
        raise FunctionError("InvalidParameterValueException", NOT_ASSUMABLE)


def _refused(role_arn: Any, function_arn: str) -> Any:
    try:
        check(role_arn, function_arn)
    except FunctionError as error:
        return error_response(error)
    return None


def _account_in(arn: str) -> str:
    return arn.split(":")[4]


def _name_in(function_arn: str) -> str:
    return function_arn.split(":")[6]


def _arn_in(body: bytes) -> str | None:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return None
    name = given.get("FunctionName") if isinstance(given, dict) else None
    if not isinstance(name, str) or not name:
        return None
    return name if name.startswith("arn:") else arn_of(name)
