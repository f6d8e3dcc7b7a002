"""Policy documents, read once and kept in the form in which they are evaluated."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iam_engine.conditions import Condition, compile_conditions
from iam_engine.match import ActionMatcher, PrincipalMatcher, ResourceMatcher
from iam_engine.model import Effect, Part, StatementTrace

_WITH_VARIABLES = "2012-10-17"
_VERSIONS = frozenset({"2008-10-17", _WITH_VARIABLES})
_DOCUMENT_ELEMENTS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
_PRINCIPAL_KINDS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class PolicyError(ValueError):
    """A policy document that can't be read; the text names the policy and says what is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement, compiled. `allows` is False for a Deny; None stands for an element that is not there.

    `traces` has the trace of the statement for each part that it may fail on, and for a match, without conditions:
    they are the same for every request.
    """

    index: int
    sid: str | None
    allows: bool
    principals: PrincipalMatcher | None
    actions: ActionMatcher
    resources: ResourceMatcher | None
    conditions: tuple[Condition, ...]
    traces: Mapping[Part | None, StatementTrace]


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One policy document. `name` is how a decision refers to it."""

    name: str
    version: str
    statements: tuple[Statement, ...]

    @classmethod
    def parse(cls, document: str | Mapping[str, Any], name: str) -> Policy:
        """Read and compile a document.

        `document`: JSON text, or what it was loaded to. `name`: a managed policy's ARN, an inline policy's
        name, or for example "trust policy of ARN". An element that is unknown, missing, doubled or of the
        wrong type raises PolicyError: to leave one out could widen what the policy grants. A condition that
        makes no sense does not; it never gives access. Source: IAM User Guide, reference_policies_grammar.
        """
        try:
            loaded = _load(document) if isinstance(document, str) else document
            return _policy(loaded, name)
        except _Malformed as error:
            raise PolicyError(f"{name}: {error}") from error


class _Malformed(Exception):  # noqa: N818 -- never leaves this module
    """What is wrong with a document."""


def _load(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise _Malformed(f"not JSON: {error}") from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    loaded = dict(pairs)
    if len(loaded) != len(pairs):
        raise _Malformed("an element occurs twice")
    return loaded


def _policy(document: Any, name: str) -> Policy:
    _check_elements(document, _DOCUMENT_ELEMENTS)
    version = document.get("Version", "2008-10-17")
    if not isinstance(version, str) or version not in _VERSIONS:
        raise _Malformed("Version is neither 2012-10-17 nor 2008-10-17")
    if "Statement" not in document:
        raise _Malformed("no Statement")
    statements = document["Statement"]
    listed = statements if isinstance(statements, list | tuple) else [statements]
    with_variables = version == _WITH_VARIABLES
    return Policy(
        name,
        version,
        tuple(_statement(name, index, each, with_variables) for index, each in enumerate(listed)),
    )


def _statement(policy: str, index: int, statement: Any, with_variables: bool) -> Statement:
    _check_elements(statement, _STATEMENT_ELEMENTS)
    effect, sid = statement.get("Effect"), statement.get("Sid")
    if effect not in ("Allow", "Deny"):
        raise _Malformed("Effect is neither Allow nor Deny")
    if sid is not None and not isinstance(sid, str):
        raise _Malformed("Sid is no text")
    action = _either(statement, "Action", "NotAction")
    resource = _either(statement, "Resource", "NotResource")
    principal = _either(statement, "Principal", "NotPrincipal")
    if action is None:
        raise _Malformed("no Action")
    if resource is None and principal is None:
        raise _Malformed("neither Resource nor Principal")
    return Statement(
        index=index,
        sid=sid,
        allows=effect == "Allow",
        principals=_principals(statement, principal) if principal else None,
        actions=ActionMatcher.compile(_texts(statement, action), negated=action == "NotAction"),
        resources=_resources(statement, resource, with_variables) if resource else None,
        conditions=compile_conditions(statement.get("Condition", {}), with_variables=with_variables),
        traces=_traces(policy, index, sid, Effect.ALLOW if effect == "Allow" else Effect.EXPLICIT_DENY),
    )


def _traces(policy: str, index: int, sid: str | None, effect: Effect) -> Mapping[Part | None, StatementTrace]:
    return {part: StatementTrace(policy, index, sid, effect, part) for part in (*Part, None)}


def _resources(statement: Mapping[str, Any], element: str, with_variables: bool) -> ResourceMatcher:
    negated = element == "NotResource"
    return ResourceMatcher.compile(_texts(statement, element), negated=negated, with_variables=with_variables)


def _principals(statement: Mapping[str, Any], element: str) -> PrincipalMatcher:
    named = statement[element]
    if named == "*":
        named = {"AWS": "*"}
    _check_elements(named, _PRINCIPAL_KINDS)
    if not named:
        raise _Malformed(f"{element} is empty")
    values = {kind: _texts(named, kind) for kind in named}
    return PrincipalMatcher.compile(values, negated=element == "NotPrincipal")


def _either(statement: Mapping[str, Any], element: str, negation: str) -> str | None:
    if element in statement and negation in statement:
        raise _Malformed(f"both {element} and {negation}")
    return element if element in statement else negation if negation in statement else None


def _check_elements(found: Any, known: frozenset[str]) -> None:
    if not isinstance(found, Mapping):
        raise _Malformed("not a block of elements where one is expected")
    unknown = [str(element) for element in found if element not in known]
    if unknown:
        raise _Malformed(f"unknown element {unknown[0]}")


def _texts(holder: Mapping[str, Any], element: str) -> Sequence[str]:
    value = holder[element]
    texts = list(value) if isinstance(value, list | tuple) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise _Malformed(f"{element} is no text or list of texts")
    return texts
