"""CloudFormation's `AWS::Lambda::Function` and `AWS::Lambda::Permission`.

AWS: CloudFormation creates a function with the permissions of the stack's caller, who needs `iam:PassRole` for its role
as well; the role has to be one that Lambda can assume, and a name that is taken is refused. Stock MiniStack asks
nobody, takes any role, and overwrites a function of that name.
Hook: the two types' entries in `_RESOURCE_HANDLERS`, around MiniStack's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws import function_environment, function_roles, upstream
from local_aws.cloudformation_resources import Made, Properties, failure, generated_name, own_tags, require
from local_aws.lambda_api import FunctionError, arn_of

_FUNCTION = "AWS::Lambda::Function"
_PERMISSION = "AWS::Lambda::Permission"
_SERVICE = "Lambda"
_NAME_LENGTH = 64
_HANDLER_ERROR_CODES = {"AccessDeniedException": "AccessDenied"}


def install() -> None:
    """Put these two types around MiniStack's."""
    handlers = upstream.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    function, permission = handlers[_FUNCTION], handlers[_PERMISSION]
    handlers[_FUNCTION] = {
        **function,
        "create": lambda *given: _create(function["create"], *given),
        "update": lambda *given: _update(function["update"], *given),
        "delete": lambda *given: _delete(function["delete"], *given),
    }
    handlers[_PERMISSION] = {
        **permission,
        "create": _requiring("lambda:AddPermission", permission["create"], lambda given: given[1]),
        "delete": _requiring("lambda:RemovePermission", permission["delete"], lambda given: given[1]),
    }


def _create(stock: Callable[..., Made], logical_id: str, properties: Properties, stack: str) -> Made:
    name = properties.get("FunctionName") or generated_name(stack, logical_id, _NAME_LENGTH)
    tagging = ("lambda:TagResource",) if own_tags(properties) else ()
    require(_SERVICE, "lambda:CreateFunction", *tagging, resource=arn_of(name))
    if name in upstream.module("services.lambda_svc")._functions:
        raise failure(_SERVICE, 409, f"Function already exist: {name}", "AlreadyExists")
    _check(properties, name, role=True)
    return stock(logical_id, {**properties, "FunctionName": name}, stack)


def _update(stock: Callable[..., Made], name: str, old: Properties, new: Properties, *more: Any) -> Made:
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    if "Code" in changed:
        require(_SERVICE, "lambda:UpdateFunctionCode", resource=arn_of(name))
    if changed - {"Code", "Tags"}:
        require(_SERVICE, "lambda:UpdateFunctionConfiguration", resource=arn_of(name))
    if own_tags(old) != own_tags(new):
        require(_SERVICE, "lambda:TagResource", "lambda:UntagResource", resource=arn_of(name))
    _check(new, name, role="Role" in changed)
    return stock(name, old, new, *more)


def _delete(stock: Callable[..., None], name: str, properties: Properties) -> None:
    functions = upstream.module("services.lambda_svc")
    if name not in functions._functions:
        return
    require(_SERVICE, "lambda:DeleteFunction", resource=arn_of(name))
    functions.invalidate_worker(name)
    stock(name, properties)


def _check(properties: Properties, name: str, *, role: bool) -> None:
    try:
        function_environment.check_variables(properties)
        if role:
            function_roles.check(properties.get("Role"), arn_of(name))
    except FunctionError as error:
        code = _HANDLER_ERROR_CODES.get(error.code, "InvalidRequest")
        raise failure(_SERVICE, error.status, error.message, code) from error


def _requiring(
    action: str, stock: Callable[..., Any], properties_of: Callable[[tuple[Any, ...]], Properties]
) -> Callable[..., Any]:
    def required(*given: Any) -> Any:
        name = str(properties_of(given).get("FunctionName", ""))
        require(_SERVICE, action, resource=name if name.startswith("arn:") else arn_of(name))
        return stock(*given)

    return required
