"""How a statement is named, and what it says about a request, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from iam_engine import ConditionTrace
from iam_engine.context import RequestContext
from iam_engine.match import ActionMatcher, ResourceMatcher
from labkit.checks.documents import as_list
from labkit.explanation.case import Case
from labkit.explanation.policies import Held

# The resources that stand for none: an action without one is decided on `*`, ListAllMyBuckets on the other.
NO_RESOURCE = frozenset({"*", "arn:aws:s3:::*"})
_SHOWN = 3


def place(held: Held, index: int) -> str:
    """A statement by its place: "statement 2 (Sid) of the inline policy P of role R"."""
    sid = held.statements[index].get("Sid")
    named = f" ({sid})" if sid else ""
    number = f"statement {index + 1}" if len(held.statements) > 1 else "the statement"
    return f"{number}{named} of {held}"


def says(held: Held, index: int, case: Case, action: str) -> str:
    """What of a statement matched the request, if it says more than the action itself: ": s3:Get* on any resource"."""
    statement = held.statements[index]
    written, resource = _action(statement, action), _resource(statement, case)
    if resource:
        return f": {written} on {resource}"
    return "" if written == action else f": {written}"


def matched_texts(held: Held, index: int, case: Case, action: str) -> tuple[str, ...]:
    """The statement's own texts by which it matched: an action, a resource."""
    statement = held.statements[index]
    texts = {_action(statement, action), _resource_text(statement, case) or ""}
    written = {text for element in ("Action", "Resource") for text in as_list(statement.get(element))}
    return tuple(sorted(texts & written))


def condition_words(condition: ConditionTrace) -> str:
    """A condition, and what the request had for it."""
    wanted = " or ".join(repr(value) for value in condition.expected[:_SHOWN])
    more = f" (or {len(condition.expected) - _SHOWN} more)" if len(condition.expected) > _SHOWN else ""
    had = "none" if condition.actual is None else ", ".join(repr(value) for value in condition.actual)
    note = f"; {condition.note}" if condition.note else ""
    return f"{condition.operator} {condition.key} {wanted}{more} (the request has {had}{note})"


def listed(values: Any) -> str:
    """A statement's values for a sentence, the first few of many."""
    texts = [value if isinstance(value, str) else json.dumps(value) for value in as_list(values)]
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more


def _action(statement: Mapping[str, Any], action: str) -> str:
    if "NotAction" in statement:
        return f"everything but {listed(statement['NotAction'])}"
    for text in as_list(statement.get("Action")):
        if ActionMatcher.compile([text], negated=False).matches(action.lower()):
            return str(text)
    return action


def _resource(statement: Mapping[str, Any], case: Case) -> str:
    if "NotResource" in statement:
        return f"everything but {listed(statement['NotResource'])}"
    text = _resource_text(statement, case)
    return "any resource" if text == "*" else text or ""


def _resource_text(statement: Mapping[str, Any], case: Case) -> str | None:
    """The text of the statement's Resource that matches, if one does."""
    context = RequestContext(case.context)
    for text in as_list(statement.get("Resource")):
        if ResourceMatcher.compile([text], negated=False, with_variables=True).matches(
            case.resource, context, in_doubt=False
        ):
            return str(text)
    return None
