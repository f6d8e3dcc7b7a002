"""Operators on the conditions of statements: dropped, inverted, weakened, changed, added, or walked around."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.mutants.model import Change, Template, Word
from tests.mutants.places import Kind, Statement, appended, put, removed, statements

_ADDED_KEY = "aws:PrincipalTag/mutant"
_OPERATOR = re.compile(r"(?P<set>For(?:All|Any)Values?:)?(?P<base>\w+?)(?P<if_exists>IfExists)?$")
_INVERSE: Mapping[str, str] = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
    "IpAddress": "NotIpAddress",
    "NumericEquals": "NumericNotEquals",
    "NumericLessThan": "NumericGreaterThanEquals",
    "NumericLessThanEquals": "NumericGreaterThan",
    "DateEquals": "DateNotEquals",
    "DateLessThan": "DateGreaterThanEquals",
    "DateLessThanEquals": "DateGreaterThan",
}
_BOTH_WAYS = {**_INVERSE, **{inverse: operator for operator, inverse in _INVERSE.items()}}
_FLIPPED = {"true": "false", "false": "true"}
# An operator and a value that hold whatever is sent, for each family.
_ALWAYS: Mapping[str, tuple[str, str]] = {
    "String": ("StringLike", "*"),
    "Arn": ("ArnLike", "arn:*:*:*:*:*"),
    "Numeric": ("NumericLessThan", "1000000000"),
    "IpAddress": ("IpAddress", "0.0.0.0/0"),
    "Date": ("DateGreaterThan", "2000-01-01T00:00:00Z"),
}


def drop_condition(template: Template) -> Iterator[Change]:
    """The statement without its condition; where there are several keys, also without each one."""
    for statement, conditions in _conditional(template):
        keys = [(operator, key) for operator, of_operator in conditions.items() for key in of_operator]
        causes = tuple(cause for _, key in keys for cause in _causes(statement, key))
        yield Change(statement.label, causes, removed(template, (*statement.path, "Condition")))
        for operator, key in keys if len(keys) > 1 else ():
            path = (*statement.path, "Condition", operator)
            gone = removed(template, path if len(conditions[operator]) == 1 else (*path, key))
            yield Change(f"{statement.label} {operator} {key}", _causes(statement, key), gone)


def invert_condition(template: Template) -> Iterator[Change]:
    """The opposite operator, or the opposite of true and false."""
    for statement, operator, key, value in _keys(template):
        parts = _parts(operator)
        if inverse := _BOTH_WAYS.get(parts["base"]):
            inverted = f"{parts['set'] or ''}{inverse}{parts['if_exists'] or ''}"
            yield _swapped(template, statement, operator, key, inverted, value)
        elif flipped := _FLIPPED.get(str(value).lower()):
            yield _swapped(template, statement, operator, key, operator, flipped)


def weaken_condition(template: Template) -> Iterator[Change]:
    """It holds as well where the key is absent, or whatever its value is."""
    for statement, operator, key, value in _keys(template):
        parts = _parts(operator)
        if not parts["if_exists"] and parts["base"] != "Null":
            yield _swapped(template, statement, operator, key, f"{operator}IfExists", value)
        for family, (always, anything) in _ALWAYS.items():
            if parts["base"].startswith(family) and value != anything:
                yield _swapped(template, statement, operator, key, f"{parts['set'] or ''}{always}", anything)


def change_condition(template: Template) -> Iterator[Change]:
    """Another value."""
    for statement, operator, key, _ in _keys(template):
        if _parts(operator)["base"].startswith(("String", "Arn")):
            yield _swapped(template, statement, operator, key, operator, "arn:aws:iam::999999999999:user/mutant")


def add_condition(template: Template) -> Iterator[Change]:
    """One key more, or a condition where none is."""
    for statement in statements(template):
        path = (*statement.path, "Condition", "StringLike", _ADDED_KEY)
        yield Change(statement.label, _causes(statement, _ADDED_KEY), put(template, path, "*"))


def unconditional_twin(template: Template) -> Iterator[Change]:
    """The same statement without its condition beside it (aws-cdk#5793)."""
    for statement, conditions in _conditional(template):
        twin = {element: value for element, value in statement.content.items() if element not in ("Condition", "Sid")}
        # The twin is the surplus, and what it lacks can't be named: what it allows can.
        causes = tuple((statement.owner, str(action)) for action in _actions(statement)) + tuple(
            cause for of_operator in conditions.values() for key in of_operator for cause in _causes(statement, key)
        )
        yield Change(statement.label, causes, appended(template, statement.siblings, twin))


def _conditional(template: Template) -> Iterator[tuple[Statement, Mapping[str, Any]]]:
    for statement in statements(template):
        if statement.content.get("Condition"):
            yield statement, statement.content["Condition"]


def _keys(template: Template) -> Iterator[tuple[Statement, str, str, Any]]:
    for statement, conditions in _conditional(template):
        for operator, of_operator in conditions.items():
            for key, value in of_operator.items():
                yield statement, operator, key, value


def _parts(operator: str) -> re.Match[str]:
    found = _OPERATOR.match(operator)
    assert found, operator
    return found


def _swapped(
    template: Template, statement: Statement, operator: str, key: str, new_operator: str, new_value: Any
) -> Change:
    """`key` is compared by `new_operator` with `new_value`; its fellows under the old operator stay."""
    conditions = {name: dict(keys) for name, keys in statement.content["Condition"].items()}
    del conditions[operator][key]
    conditions.setdefault(new_operator, {})[key] = new_value
    kept = {name: keys for name, keys in conditions.items() if keys}
    mutant = put(template, (*statement.path, "Condition"), kept)
    return Change(f"{statement.label} {operator} {key} -> {new_operator} {new_value}", _causes(statement, key), mutant)


def _actions(statement: Statement) -> list[Any]:
    action = statement.content.get("Action", [])
    return action if isinstance(action, list) else [action]


def _causes(statement: Statement, key: str) -> tuple[tuple[Word, ...], ...]:
    owned = statement.kind is Kind.IDENTITY
    return ((key,),) if owned else ((statement.owner, key),)
