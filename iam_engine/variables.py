"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`, `${?}`, `${$}`.

A text of a policy is parsed once into tokens: literal strings, wildcards and variables. For a request its
variables are replaced by the values of condition keys. A value that comes in this way is literal: a `*` in it
is no wildcard. Source: IAM User Guide, reference_policies_variables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from iam_engine.context import RequestContext


class Wildcard(Enum):
    """The two wildcards of IAM."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable. `key` is lower-cased; `text` is the variable as it was written."""

    key: str
    default: str | None
    text: str


Plain = str | Wildcard
Token = str | Wildcard | Variable

_VARIABLE = re.compile(r"\$\{([*?$]|[^{}]+)\}")
_WITH_DEFAULT = re.compile(r"([^,']+?)\s*,\s*'(.*)'\s*", re.DOTALL)
_WILDCARDS = re.compile(r"[*?]")
_SPECIAL = frozenset("*?$")


def parse(text: str, *, variables: bool, wildcards: bool) -> tuple[Token, ...]:
    """Split a policy's text into tokens.

    `variables` is False for policies whose Version is not 2012-10-17 and for operators that take none;
    `wildcards` is False where `*` and `?` stand for themselves.
    """
    tokens: list[Token] = []
    position = 0
    for found in _VARIABLE.finditer(text) if variables else ():
        tokens.extend(_literal(text[position : found.start()], wildcards))
        tokens.append(_variable(found[1], found[0]))
        position = found.end()
    tokens.extend(_literal(text[position:], wildcards))
    return tuple(tokens)


def static(tokens: Sequence[Token]) -> tuple[Plain, ...] | None:
    """The same tokens if there is no variable in them, else None."""
    plain = tuple(token for token in tokens if not isinstance(token, Variable))
    return plain if len(plain) == len(tuple(tokens)) else None


def resolve(tokens: Sequence[Token], context: RequestContext) -> tuple[Plain, ...] | None:
    """The tokens with their variables replaced; None if one of them has no value and no default.

    A multivalued key is no variable's value (IAM User Guide, reference_policies_variables).
    """
    resolved: list[Plain] = []
    for token in tokens:
        plain = _value(token, context) if isinstance(token, Variable) else token
        if plain is None:
            return None
        resolved.append(plain)
    return tuple(resolved)


def render(text: str, context: RequestContext) -> str:
    """A policy's text for people, with the variables replaced that have a value."""
    shown = []
    for token in parse(text, variables=True, wildcards=False):
        if isinstance(token, Variable):
            value = _value(token, context)
            shown.append(token.text if value is None else value)
        else:
            shown.append(str(token))
    return "".join(shown)


def _value(variable: Variable, context: RequestContext) -> str | None:
    value = context.single(variable.key)
    return variable.default if value is None else value


def _variable(inside: str, text: str) -> Token:
    if inside in _SPECIAL:
        return inside
    with_default = _WITH_DEFAULT.fullmatch(inside)
    if with_default:
        return Variable(with_default[1].strip().lower(), with_default[2], text)
    return Variable(inside.strip().lower(), None, text)


def _literal(text: str, wildcards: bool) -> list[Token]:
    if not wildcards:
        return [text] if text else []
    tokens: list[Token] = []
    position = 0
    for found in _WILDCARDS.finditer(text):
        if found.start() > position:
            tokens.append(text[position : found.start()])
        tokens.append(Wildcard(found[0]))
        position = found.end()
    if position < len(text):
        tokens.append(text[position:])
    return tokens
