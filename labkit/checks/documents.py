"""Policy documents as data: their statements in a form that can be compared, whatever way they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

Document = Mapping[str, Any]
Permission = tuple[str, str, str, str]


def load_document(path: Path) -> Document:
    """The policy document kept in a JSON file: the file itself, or what stands under `Document` in it."""
    data = json.loads(path.read_text(encoding="utf-8"))
    document: Document = data.get("Document", data)
    return document


def statements(document: Document) -> list[Mapping[str, Any]]:
    """The statements of a document; a single one may stand without its list."""
    found = document.get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def canonical_statement(statement: Mapping[str, Any]) -> str:
    """One spelling for all ways to write a statement: single values as lists, lists sorted, no Sid, no empty Condition.

    IAM User Guide, "Grammar of the IAM JSON policy language": a value and a list of one mean the same;
    reference_policies_elements_principal: so do an account's id and its ARN that ends in `:root`.
    """
    kept = {
        element: _sorted_lists(value, spell=_SPELLINGS.get(element, str))
        for element, value in statement.items()
        if element != "Sid" and not (element == "Condition" and not value)
    }
    return json.dumps(kept, sort_keys=True)


def permissions(documents: Iterable[Document]) -> set[Permission]:
    """Every (effect, action, resource, rest) that the documents hold together, however they are split.

    `rest` is the remainder of the statement (Condition and the like) in canonical form. Elements that
    negate (NotAction, NotResource) are kept whole, as they can't be taken apart.
    """
    return {permission for document in documents for s in statements(document) for permission in _take_apart(s)}


def without_service(document: Document, service: str) -> Document:
    """The document without the actions of `service`; a statement left without actions goes."""
    prefix = f"{service.lower()}:"
    kept = []
    for statement in statements(document):
        actions = [action for action in as_list(statement.get("Action")) if not action.lower().startswith(prefix)]
        if actions:
            kept.append({**statement, "Action": actions})
    return {**document, "Statement": kept}


def as_list(value: Any) -> list[Any]:
    """A policy element as a list: absent, one value, or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _take_apart(statement: Mapping[str, Any]) -> Iterable[Permission]:
    effect = str(statement.get("Effect"))
    rest = canonical_statement({k: v for k, v in statement.items() if k not in ("Effect", "Action", "Resource")})
    for action in as_list(statement.get("Action")) or [""]:
        for resource in as_list(statement.get("Resource")) or [""]:
            yield effect, action, resource, rest


def _sorted_lists(value: Any, *, spell: Callable[[str], str] = str) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted_lists(item, spell=spell) for key, item in value.items()}
    return sorted(spell(str(item)) for item in as_list(value))


def _account(principal: str) -> str:
    """An account in its short form; any other principal as it is."""
    root = re.fullmatch(r"arn:[\w-]+:iam::(\d{12}):root", principal)
    return root[1] if root else principal


# Actions are compared without regard to case, as IAM does.
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "Action": str.lower,
    "NotAction": str.lower,
    "Principal": _account,
    "NotPrincipal": _account,
}
