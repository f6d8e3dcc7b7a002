"""Policy documents as the tables write them, turned into JSON.

A document is a list of statements: `{allow: ACTIONS, on: RESOURCES, to: PRINCIPAL, if: CONDITION, sid: SID}`, or
`deny` in place of `allow`. `on` is `*` if neither it nor `to` is there. A statement with an `Effect` is taken as it
stands, and so are a document that is a mapping and one that is a text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_EFFECTS = {"allow": "Allow", "deny": "Deny"}
_ELEMENTS = {"on": "Resource", "if": "Condition", "sid": "Sid"}


def document(given: Any) -> str:
    """The document as JSON text."""
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        return json.dumps(given)
    return json.dumps({"Version": "2012-10-17", "Statement": [_statement(each) for each in given]})


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    if "Effect" in given:
        return dict(given)
    made: dict[str, Any] = {}
    for key, value in given.items():
        if key in _EFFECTS:
            made |= {"Effect": _EFFECTS[key], "Action": value}
        elif key == "to":
            made["Principal"] = value if isinstance(value, Mapping) or value == "*" else {"AWS": value}
        else:
            made[_ELEMENTS[key]] = value
    return made if {"on", "to"} & given.keys() else {**made, "Resource": "*"}
