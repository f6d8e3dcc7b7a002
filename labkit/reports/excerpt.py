"""A policy document as lines of JSON, short enough to be read: the statement that decided in full, the rest folded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.checks.documents import statements
from labkit.explanation.explanation import Source

_MOST_VALUES = 4
_ORDER = ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
_FOLDED = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True)
class Line:
    """One line. `decides`: it belongs to the statement that decided; `matched`: it is what the request matched."""

    text: str
    decides: bool = False
    matched: bool = False

    @property
    def indent(self) -> str:
        """The spaces that the line begins with."""
        return " " * (len(self.text) - len(self.text.lstrip()))


def excerpt(source: Source) -> list[Line]:
    """The lines of the policy in which a decision was made."""
    found = statements(source.document)
    rest = {key: value for key, value in source.document.items() if key != "Statement"}
    lines = [Line("{"), *(Line(f"  {json.dumps(key)}: {json.dumps(value)},") for key, value in rest.items())]
    lines.append(Line('  "Statement": ['))
    for index, statement in enumerate(found):
        comma = "," if index < len(found) - 1 else ""
        if index == source.statement:
            lines += _in_full(statement, source.matched, comma)
        else:
            lines.append(Line(f"    {_in_brief(statement)}{comma}"))
    return [*lines, Line("  ]"), Line("}")]


def _in_brief(statement: Mapping[str, Any]) -> str:
    shown = {key: statement[key] for key in ("Sid", "Effect") if key in statement}
    return f"{json.dumps(shown)[:-1]}, {_FOLDED} }}"


def _in_full(statement: Mapping[str, Any], matched: Sequence[str], comma: str) -> list[Line]:
    ordered = sorted(statement, key=lambda element: _ORDER.index(element) if element in _ORDER else len(_ORDER))
    folded = {element: _fold(statement[element], matched) for element in ordered}
    lines = json.dumps(folded, indent=2).splitlines()
    lines[-1] += comma
    quoted = {json.dumps(text) for text in matched}
    return [Line(f"    {_unquoted(line)}", True, _value(line) in quoted) for line in lines]


def _fold(value: Any, matched: Sequence[str]) -> Any:
    """A long list without most of what did not match."""
    if not isinstance(value, list) or len(value) <= _MOST_VALUES:
        return value
    kept = [each for each in value if each in matched][:_MOST_VALUES] or value[:1]
    return [*kept, f"{_FOLDED} {len(value) - len(kept)} more"]


def _unquoted(line: str) -> str:
    """What was folded away is no text of the policy, so it stands there without quotes."""
    mark = json.dumps(_FOLDED)[1:-1]
    return line.replace(f'"{mark}', _FOLDED).removesuffix('"') if f'"{mark}' in line else line


def _value(line: str) -> str:
    return line.strip().rstrip(",").partition(": ")[2] or line.strip().rstrip(",")
