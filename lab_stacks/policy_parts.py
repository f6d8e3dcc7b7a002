"""Derives policies from a policy document: without the actions of a service, and in parts that AWS accepts.

Nothing is compacted or reworded: together the parts grant what the document grants, action for action and
resource for resource.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
Statement = Mapping[str, Any]

# IAM User Guide, "IAM and AWS STS quotas": of a managed policy, white space not counted.
MANAGED_POLICY_QUOTA = 6144


def policy_size(document: Document) -> int:
    """The number of characters that AWS counts in the document: all but white space."""
    return len("".join(json.dumps(document, separators=(",", ":"), ensure_ascii=False).split()))


def without_service(document: Document, service: str) -> Document:
    """The document without the actions of `service` (`s3`); a statement left without actions goes.

    Raises `ValueError` for a statement whose actions can't be told apart by service: NotAction, or a
    wildcard in the service's name.
    """
    kept = []
    for statement in document["Statement"]:
        actions = [action for action in _actions(statement) if _service(action) != service.lower()]
        if actions:
            kept.append({**statement, "Action": actions})
    return {**document, "Statement": kept}


def split_policy(document: Document, quota: int = MANAGED_POLICY_QUOTA) -> list[Document]:
    """The document in parts of at most `quota` characters, in its own order, each filled before the next.

    A statement that does not fit in the rest of a part goes on in the next with its Sid, its effect and its
    conditions. It is split along its actions or its resources, whichever is longer; what stands in a NotAction
    or a NotResource is never taken apart. Raises `ValueError` if something that can't be split exceeds the quota.
    """
    empty: Document = {**document, "Statement": []}
    parts = [empty]
    for statement in document["Statement"]:
        rest: Statement | None = statement
        while rest is not None:
            fitting, left = _fill(parts[-1], rest, quota)
            if fitting is not None:
                parts[-1] = _with(parts[-1], fitting)
            elif not parts[-1]["Statement"]:
                raise ValueError(f"does not fit in a policy of {quota} characters: {_start_of(rest)}")
            if left is not None:
                parts.append(empty)
            rest = left
    return [part for part in parts if part["Statement"]]


def _fill(part: Document, statement: Statement, quota: int) -> tuple[Statement | None, Statement | None]:
    """What of `statement` still fits in `part`, and what is left of it."""
    if policy_size(_with(part, statement)) <= quota:
        return statement, None
    element = _splittable_element(statement)
    if element is None:
        return None, statement
    values = statement[element]
    fitting = _longest_fitting(part, statement, element, quota)
    if fitting == 0:
        return None, statement
    return {**statement, element: values[:fitting]}, {**statement, element: values[fitting:]}


def _longest_fitting(part: Document, statement: Statement, element: str, quota: int) -> int:
    """How many values of the statement's `element` fit in `part` at most."""
    fits, too_many = 0, len(statement[element])
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if policy_size(_with(part, {**statement, element: statement[element][:middle]})) <= quota:
            fits = middle
        else:
            too_many = middle
    return fits


def _splittable_element(statement: Statement) -> str | None:
    """The longer of the lists that may be split: a grant is each of its actions on each of its resources."""
    lists = [name for name in ("Action", "Resource") if isinstance(statement.get(name), list)]
    several = [name for name in lists if len(statement[name]) > 1]
    return max(several, key=lambda name: policy_size({name: statement[name]}), default=None)


def _with(part: Document, statement: Statement) -> Document:
    return {**part, "Statement": [*part["Statement"], statement]}


def _actions(statement: Statement) -> list[str]:
    if "Action" not in statement:
        raise ValueError(f"can't take a service's actions out of a statement without Action: {_start_of(statement)}")
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else list(actions)


def _service(action: str) -> str:
    service = action.split(":", 1)[0].lower()
    if "*" in service or "?" in service:
        raise ValueError(f"can't tell which services the action {action!r} belongs to")
    return service


def _start_of(statement: Statement) -> str:
    text = json.dumps(statement)
    return text if len(text) <= 200 else f"{text[:200]}…"
