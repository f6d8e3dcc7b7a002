"""Operators on what statements allow and deny: actions, resources, effects, and whole statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.mutants.model import Cause, Change, Template, Word
from tests.mutants.places import (
    STRANGER,
    STRANGER_ARN,
    Kind,
    Path,
    Statement,
    appended,
    first_and_last,
    put,
    removed,
    statements,
    text,
    values,
    with_stranger,
    word,
)

_ELSEWHERE = "arn:aws:s3:::mutant-elsewhere"
_MORE_BY_KIND = {Kind.TRUST: "sts:TagSession", Kind.IDENTITY: "iam:PassRole", Kind.RESOURCE: "s3:GetObjectTagging"}
_OTHER_BY_KIND = {
    Kind.TRUST: "sts:SetSourceIdentity",
    Kind.IDENTITY: "sts:GetFederationToken",
    Kind.RESOURCE: "s3:GetObjectAcl",
}


def drop_action(template: Template) -> Iterator[Change]:
    """One of several actions is missing."""
    for statement, path, action in _elements(template, "Action"):
        if isinstance(path[-1], int) and len(statement.content["Action"]) > 1:
            yield _change(statement, f"{action}", action, removed(template, path))


def add_action(template: Template) -> Iterator[Change]:
    """One action more."""
    for statement in statements(template):
        more = _MORE_BY_KIND[statement.kind]
        if "Action" in statement.content and more not in text(statement.content["Action"]):
            yield _change(statement, more, more, appended(template, (*statement.path, "Action"), more))


def swap_action(template: Template) -> Iterator[Change]:
    """Another action in the place of one."""
    for statement, path, action in _elements(template, "Action"):
        other = _OTHER_BY_KIND[statement.kind]
        if action != other:
            yield _change(statement, f"{action} -> {other}", action, put(template, path, other))


def widen_action(template: Template) -> Iterator[Change]:
    """All actions of the service, or all there are, in the place of a statement's first."""
    for statement in statements(template):
        for within, action in values(statement.content.get("Action"))[:1]:
            path = (*statement.path, "Action", *within)
            service = f"{action.split(':', 1)[0]}:*"
            if action not in ("*", service):
                yield _change(statement, f"{action} -> {service}", action, put(template, path, service))
            if action != "*" and statement.kind is Kind.IDENTITY:
                yield _change(statement, f"{action} -> *", action, put(template, path, "*"))


def drop_resource(template: Template) -> Iterator[Change]:
    """One of several resources is missing."""
    for statement, path, resource in _elements(template, "Resource"):
        if isinstance(path[-1], int) and len(statement.content["Resource"]) > 1:
            yield _change(statement, text(resource), resource, removed(template, path))


def add_resource(template: Template) -> Iterator[Change]:
    """One resource more."""
    for statement in statements(template, Kind.IDENTITY, Kind.RESOURCE):
        if text(statement.content.get("Resource", "*")) != "*":
            mutant = appended(template, (*statement.path, "Resource"), _ELSEWHERE)
            yield _change(statement, _ELSEWHERE, _ELSEWHERE, mutant)


def swap_resource(template: Template) -> Iterator[Change]:
    """Another resource in the place of one."""
    for statement, path, resource in _elements(template, "Resource"):
        yield _change(statement, f"{text(resource)} -> {_ELSEWHERE}", _ELSEWHERE, put(template, path, _ELSEWHERE))


def widen_resource(template: Template) -> Iterator[Change]:
    """Every resource in the place of one."""
    for statement, path, resource in _elements(template, "Resource"):
        if resource != "*":
            yield _change(statement, f"{text(resource)} -> *", resource, put(template, path, "*"))


def allow_to_deny(template: Template) -> Iterator[Change]:
    """Deny where the lab allows."""
    for statement in statements(template):
        if statement.content["Effect"] == "Allow":
            yield _change(statement, "", "Deny", put(template, (*statement.path, "Effect"), "Deny"))


def deny_to_allow(template: Template) -> Iterator[Change]:
    """Allow where the lab denies."""
    for statement in statements(template):
        if statement.content["Effect"] == "Deny":
            yield _change(statement, "", "Deny", put(template, (*statement.path, "Effect"), "Allow"))


def drop_statement(template: Template) -> Iterator[Change]:
    """One of several statements is missing."""
    for statement in statements(template):
        if len(_at(template, statement.siblings)) > 1:
            words = _what_it_says(statement)
            causes = tuple(cause for each in words for cause in _causes(statement, each))
            yield Change(statement.label, causes, removed(template, statement.path))


def add_statement(template: Template) -> Iterator[Change]:
    """One statement more in a document: an Allow of what it does not allow, a Deny of what it does."""
    for statement in statements(template):
        if statement.path[-1] != 0:
            continue
        allow = _surplus(statement)
        mutant = appended(with_stranger(template), statement.siblings, allow)
        named: Word = STRANGER if "Principal" in allow else allow["Action"]
        yield Change(f"{statement.label} and an Allow", _causes(statement, named), mutant)
        # A deny of one action: of all, the document might come to more than a policy may hold.
        denied = {**statement.content, "Effect": "Deny", "Sid": "Mutant"}
        if isinstance(denied.get("Action"), list):
            denied["Action"] = denied["Action"][0]
        mutant = appended(template, statement.siblings, denied)
        yield Change(f"{statement.label} and a Deny", _causes(statement, "Deny"), mutant)


def _surplus(statement: Statement) -> dict[str, Any]:
    if statement.kind is Kind.TRUST:
        return {"Effect": "Allow", "Principal": {"AWS": STRANGER_ARN}, "Action": "sts:AssumeRole"}
    if statement.kind is Kind.RESOURCE:
        kept = {name: statement.content[name] for name in ("Action", "Resource") if name in statement.content}
        return {"Effect": "Allow", "Principal": {"AWS": STRANGER_ARN}, **kept}
    return {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}


def _what_it_says(statement: Statement) -> list[Word]:
    actions = [word(value) for _, value in values(statement.content.get("Action"))]
    return actions or [str(statement.content.get("Sid", statement.content["Effect"]))]


def _elements(template: Template, element: str) -> Iterator[tuple[Statement, Path, Any]]:
    """The values of `element` in each statement; of a long list the first and the last."""
    for statement in statements(template):
        for within, value in first_and_last(values(statement.content.get(element))):
            yield statement, (*statement.path, element, *within), value


def _change(statement: Statement, what: str, named: Any, mutant: Template) -> Change:
    return Change(f"{statement.label} {what}".rstrip(), _causes(statement, word(named)), mutant)


def _causes(statement: Statement, named: Word) -> tuple[Cause, ...]:
    """Of an identity policy a failed check names what is allowed; otherwise also whose policy it is."""
    return ((named,),) if statement.kind is Kind.IDENTITY else ((statement.owner, named),)


def _at(template: Template, path: Path) -> Any:
    place: Any = template
    for key in path:
        place = place[key]
    return place
