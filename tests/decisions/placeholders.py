"""`<name>` in a table's texts: replaced by a row's parameter, or by what was set up under that name.

`<x*64>` is a text of 64 times x.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"<([\w.-]+)>")
_REPEATED = re.compile(r"<(\w)\*(\d+)>")


def fill(value: Any, known: Mapping[str, Any], used: set[str] | None = None) -> Any:
    """The value with the placeholders replaced that are `known`; their names are added to `used`.

    A text that is one placeholder becomes whatever stands for it, a structure too.
    """
    if isinstance(value, Mapping):
        return {fill(key, known, used): fill(each, known, used) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [fill(each, known, used) for each in value]
    if not isinstance(value, str):
        return value

    def replacement(found: re.Match[str]) -> str:
        if found[1] not in known:
            return found[0]
        _note(found[1], used)
        return str(known[found[1]])

    whole = _PLACEHOLDER.fullmatch(value)
    if whole and whole[1] in known:
        _note(whole[1], used)
        return known[whole[1]]
    return _REPEATED.sub(lambda found: found[1] * int(found[2]), _PLACEHOLDER.sub(replacement, value))


def unknown(value: Any) -> list[str]:
    """The placeholders that are left in a value."""
    if isinstance(value, Mapping):
        return [name for pair in value.items() for each in pair for name in unknown(each)]
    if isinstance(value, list | tuple):
        return [name for each in value for name in unknown(each)]
    return _PLACEHOLDER.findall(value) if isinstance(value, str) else []


def _note(name: str, used: set[str] | None) -> None:
    if used is not None:
        used.add(name)
