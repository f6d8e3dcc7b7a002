"""Edits of a policy's statements. Each returns a new policy, or None where the edit makes no sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.checks.documents import as_list
from labkit.explanation.policies import Held

Statement = Mapping[str, Any]


def replace_statement(held: Held, index: int, statement: Statement | None) -> Held | None:
    """The policy with another statement in this place, or without it; None if that was its last one."""
    changed = held.statements
    changed[index : index + 1] = [statement] if statement else []
    return held.with_statements(changed) if changed else None


def add_statement(held: Held, statement: Statement) -> Held:
    """The policy with one statement more."""
    return held.with_statements([*held.statements, statement])


def add_value(held: Held, index: int, element: str, value: str) -> Held | None:
    """One more value in the `Action`, `Resource` … of a statement that has this element."""
    statement = held.statements[index]
    if element not in statement:
        return None
    return replace_statement(held, index, {**statement, element: [*as_list(statement[element]), value]})


def remove_action(held: Held, index: int, action: str) -> Held | None:
    """A statement without an action that it lists by name beside others; None if it does not."""
    statement = held.statements[index]
    actions = as_list(statement.get("Action"))
    kept = [each for each in actions if each.lower() != action.lower()]
    if not kept or len(kept) == len(actions):
        return None
    return replace_statement(held, index, {**statement, "Action": kept})


def add_principal(held: Held, index: int, arn: str) -> Held | None:
    """A statement whose `Principal` names one AWS principal more."""
    named = held.statements[index].get("Principal")
    if not isinstance(named, Mapping):
        return None
    changed = {**named, "AWS": [*as_list(named.get("AWS")), arn]}
    return replace_statement(held, index, {**held.statements[index], "Principal": changed})


def remove_principal(held: Held, index: int, arn: str) -> Held | None:
    """A statement without a principal that it names beside others; None if it does not."""
    named = held.statements[index].get("Principal")
    principals = as_list(named.get("AWS")) if isinstance(named, Mapping) else []
    kept = [each for each in principals if each != arn]
    if not isinstance(named, Mapping) or not kept or len(kept) == len(principals):
        return None
    return replace_statement(held, index, {**held.statements[index], "Principal": {**named, "AWS": kept}})


def add_condition_value(held: Held, index: int, operator: str, key: str, value: str) -> Held | None:
    """A statement whose condition accepts one value more."""
    conditions = dict(held.statements[index]["Condition"])
    values = as_list(conditions[operator][key])
    conditions[operator] = {**conditions[operator], key: [*values, value]}
    return replace_statement(held, index, {**held.statements[index], "Condition": conditions})


def remove_condition(held: Held, index: int, operator: str, key: str) -> Held | None:
    """A statement without one of its conditions."""
    conditions = {
        name: {each: values for each, values in keys.items() if (name, each) != (operator, key)}
        for name, keys in held.statements[index]["Condition"].items()
    }
    kept = {name: keys for name, keys in conditions.items() if keys}
    rest = {element: value for element, value in held.statements[index].items() if element != "Condition"}
    return replace_statement(held, index, {**rest, "Condition": kept} if kept else rest)
