"""Operators on who is named in a trust policy or in a policy of a resource: wider, narrower, another, none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.mutants.model import Cause, Change, Template, Word
from tests.mutants.places import (
    ACCOUNT,
    ACCOUNT_ROOT,
    ACCOUNT_WORDS,
    EVERYBODY,
    STRANGER,
    STRANGER_ARN,
    Kind,
    Path,
    Statement,
    appended,
    put,
    removed,
    statements,
    text,
    values,
    with_stranger,
    word,
)

_WITH_PRINCIPALS = (Kind.TRUST, Kind.RESOURCE)


def widen_principal(template: Template) -> Iterator[Change]:
    """The whole account, or everybody, in the place of one principal."""
    for statement, path, old in _principals(template):
        if text(old) in (EVERYBODY,):
            continue
        if not is_account(old):
            wider = put(template, path, ACCOUNT_ROOT)
            yield _change(statement, old, "the account", (*ACCOUNT_WORDS, word(old)), wider)
        everybody = put(template, (*statement.path, "Principal"), EVERYBODY)
        yield _change(statement, old, "everybody", ('"Principal": ["*"]', word(old)), everybody)


def narrow_principal(template: Template) -> Iterator[Change]:
    """One user of the account in the place of the account or of everybody."""
    for statement, path, old in _principals(template):
        if is_account(old) or text(old) == EVERYBODY:
            where = (*statement.path, "Principal") if path[-1] == "Principal" else path
            new = {"AWS": STRANGER_ARN} if path[-1] == "Principal" else STRANGER_ARN
            yield _change(statement, old, STRANGER, (STRANGER,), put(with_stranger(template), where, new))


def replace_principal(template: Template) -> Iterator[Change]:
    """Another principal of the same sort in the place of one."""
    for statement, path, old in _principals(template):
        if "Service" in path:
            other = "batch.amazonaws.com"
            yield _change(statement, old, other, (other, word(old)), put(template, path, other))
        elif "AWS" in path and not is_account(old):
            mutant = put(with_stranger(template), path, STRANGER_ARN)
            yield _change(statement, old, STRANGER, (STRANGER, word(old)), mutant)


def remove_principal(template: Template) -> Iterator[Change]:
    """One of several principals is missing."""
    for statement, path, old in _principals(template):
        if isinstance(path[-1], int) and len(_at(template, path[:-1])) > 1:
            yield _change(statement, old, "nobody", (word(old),), removed(template, path))


def add_principal(template: Template) -> Iterator[Change]:
    """One principal more."""
    for statement in statements(template, *_WITH_PRINCIPALS):
        if not isinstance(statement.content.get("Principal"), dict):
            continue
        path = (*statement.path, "Principal", "AWS")
        stranger = appended(with_stranger(template), path, STRANGER_ARN)
        yield Change(f"{statement.label} and {STRANGER}", _causes(statement, (STRANGER,)), stranger)
        if not any(is_account(old) for _, old in values(statement.content["Principal"].get("AWS"))):
            account = appended(template, path, ACCOUNT_ROOT)
            yield Change(f"{statement.label} and the account", _causes(statement, ACCOUNT_WORDS), account)


def _principals(template: Template) -> Iterator[tuple[Statement, Path, Any]]:
    """Each principal of each statement: the statement, the path from the top of the template, the value."""
    for statement in statements(template, *_WITH_PRINCIPALS):
        principal = statement.content.get("Principal")
        if not isinstance(principal, dict):
            yield from ((statement, (*statement.path, "Principal"), principal),) if principal else ()
            continue
        for sort, element in principal.items():
            for within, value in values(element):
                yield statement, (*statement.path, "Principal", sort, *within), value


def is_account(value: Any) -> bool:
    return value == ACCOUNT or text(value).endswith(":root") or text(value).isdigit()


def _at(template: Template, path: Path) -> Any:
    place: Any = template
    for key in path:
        place = place[key]
    return place


def _change(statement: Statement, old: Any, new: str, words: tuple[Word, ...], mutant: Template) -> Change:
    return Change(f"{statement.label} {text(old)} -> {new}", _causes(statement, words), mutant)


def _causes(statement: Statement, words: tuple[Word, ...]) -> tuple[Cause, ...]:
    """A failed check speaks of the role (or other resource) and of one of these words."""
    return tuple((statement.owner, each) for each in words)
