"""The parameters of IAM's calls: required ones, lengths, character sets, ranges, and what they refer to.

AWS: IAM API Reference; the constraints of each parameter are in the service model that the AWS SDKs are made from
(botocore carries it), and a call that breaks one is a ValidationError. Names differ from each other in more than their
case (CreateUser, UserName: "Names are not distinguished by case"). Stock MiniStack checks a few constraints, loses
parameters whose value is empty (a tag's may be), attaches policies that do not exist, tells names apart by their case,
and says in other words than IAM that a policy's name is taken.
Hook: a check before every action that the model describes; IAM's own `parse_qs`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import botocore.loaders

from local_aws import upstream
from local_aws.iam_api import IamError, Parameters, check_before, members, parameter

# IAM says this of names that have a wrong character.
_NAME_PATTERN = r"[\w+=,.@-]+"
# Unicode classes that Python's expressions lack, by the nearest that they have.
_UNICODE = {r"\p{L}": r"\w", r"\p{Z}": r"\s", r"\p{N}": r"\d"}
_TAKEN = {
    "User": "User with name {} already exists.",
    "Role": "Role with name {} already exists.",
    "Group": "Group with name {} already exists.",
    "Policy": "A policy called {} already exists. Duplicate names are not allowed.",
}


@dataclass(frozen=True, slots=True)
class _Constraint:
    """What a parameter has to satisfy; `member` is a list's field, None for a parameter by itself."""

    name: str
    member: str | None
    required: bool
    shape: Mapping[str, Any]
    pattern: re.Pattern[str] | None


def install() -> None:
    """Refuse calls whose parameters IAM would refuse."""
    # In this module only, whose parameters are all checked here.
    _iam().parse_qs = partial(parse_qs, keep_blank_values=True)
    model = botocore.loaders.Loader().load_service_model("iam", "service-2")
    for action in set(model["operations"]) & set(_iam()._IAM_HANDLERS):
        constraints = tuple(_constraints(model, action))
        check_before((action,), _parameter_check(constraints))
    for kind in ("User", "Role", "Group"):
        check_before((f"Attach{kind}Policy",), _check_policy_exists)
    for kind, complaint in _TAKEN.items():
        check_before((f"Create{kind}",), _name_check(kind, complaint))


def _constraints(model: Mapping[str, Any], action: str) -> Iterator[_Constraint]:
    shapes = model["shapes"]
    given = shapes.get(model["operations"][action].get("input", {}).get("shape"), {})
    for name, member in given.get("members", {}).items():
        shape = shapes[member["shape"]]
        required = name in given.get("required", ())
        element = shapes[shape["member"]["shape"]] if shape["type"] == "list" else {}
        if element.get("type") == "structure":
            for key, field in element["members"].items():
                yield _constraint(name, key, key in element.get("required", ()), shapes[field["shape"]])
        elif element:
            yield _constraint(name, "", False, element)
        else:
            yield _constraint(name, None, required, shape)


def _constraint(name: str, member: str | None, required: bool, shape: Mapping[str, Any]) -> _Constraint:
    expression = shape.get("pattern")
    for unicode_class, python_class in _UNICODE.items():
        expression = expression and expression.replace(unicode_class, python_class)
    flags = re.ASCII if expression == shape.get("pattern") else re.UNICODE
    return _Constraint(name, member, required, shape, re.compile(expression, flags) if expression else None)


def _parameter_check(constraints: tuple[_Constraint, ...]) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        problems = [problem for constraint in constraints for problem in _problems(constraint, parameters)]
        if len(problems) == 1 and problems[0].startswith("The specified value"):
            raise IamError("ValidationError", problems[0])
        if problems:
            plural = "s" if len(problems) > 1 else ""
            found = "; ".join(problems)
            raise IamError("ValidationError", f"{len(problems)} validation error{plural} detected: {found}")

    return check


def _problems(constraint: _Constraint, parameters: Parameters) -> Iterator[str]:
    if constraint.member is None:
        where = constraint.name[0].lower() + constraint.name[1:]
        given = [(where, parameter(parameters, constraint.name) if constraint.name in parameters else None)]
    else:
        given = [
            (_place(constraint, number), structure.get(constraint.member))
            for number, structure in enumerate(members(parameters, constraint.name), start=1)
        ]
    for where, value in given:
        if value is None:
            if constraint.required:
                yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
        elif problem := _problem(constraint, where, value):
            yield problem


def _place(constraint: _Constraint, number: int) -> str:
    field = constraint.member and f".{constraint.member[0].lower()}{constraint.member[1:]}"
    return f"{constraint.name[0].lower()}{constraint.name[1:]}.{number}.member{field or ''}"


def _problem(constraint: _Constraint, where: str, value: str) -> str | None:
    shape = constraint.shape
    if shape["type"] == "integer":
        return _number_problem(shape, where, value)
    if shape["type"] != "string":
        return None
    failed = f"Value at '{where}' failed to satisfy constraint: "
    if "enum" in shape and value not in shape["enum"]:
        return f"{failed}Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
    if len(value) > shape.get("max", len(value)):
        return f"{failed}Member must have length less than or equal to {shape['max']}"
    if len(value) < shape.get("min", 0):
        return f"{failed}Member must have length greater than or equal to {shape['min']}"
    if constraint.pattern and not constraint.pattern.fullmatch(value):
        if shape["pattern"] == _NAME_PATTERN:
            return (
                f"The specified value for {where} is invalid. "
                "It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
        return f"{failed}Member must satisfy regular expression pattern: {shape['pattern']}"
    return None


def _number_problem(shape: Mapping[str, Any], where: str, value: str) -> str | None:
    failed = f"Value '{value}' at '{where}' failed to satisfy constraint: "
    if not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return f"{failed}Member must be an integer"
    if int(value) > shape.get("max", int(value)):
        return f"{failed}Member must have value less than or equal to {shape['max']}"
    if int(value) < shape.get("min", int(value)):
        return f"{failed}Member must have value greater than or equal to {shape['min']}"
    return None


def _check_policy_exists(parameters: Parameters) -> None:
    arn = parameter(parameters, "PolicyArn")
    if not _iam()._policy_exists(arn):
        raise IamError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")


def _name_check(kind: str, complaint: str) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        iam, name = _iam(), parameter(parameters, f"{kind}Name")
        store = {"User": iam._users, "Role": iam._roles, "Group": iam._groups, "Policy": iam._policies}[kind]
        if any(record[f"{kind}Name"].lower() == name.lower() for record in store.values()):
            raise IamError("EntityAlreadyExists", complaint.format(name))

    return check


def _iam() -> Any:
    return upstream.module("services.iam")
