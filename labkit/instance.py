"""An embedded AWS that runs, as it introduces itself: its endpoint, and each account's administrator key.

The keys come over a pipe or a private socket and live in memory alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.errors import LabError


@dataclass(frozen=True)
class AccountKey:
    """The administrator's key for one account (`account`: 12 digits)."""

    account: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True)
class Instance:
    """One running embedded AWS. `accounts`: "home" and "partner"; `started`: ISO time in UTC.

    `faults`: those that were switched on for tests, as they were asked for.
    """

    pid: int
    port: int
    endpoint: str
    region: str
    started: str
    version: str
    accounts: Mapping[str, AccountKey]
    faults: tuple[str, ...] = ()

    @classmethod
    def from_line(cls, line: str) -> Instance:
        """Read the line in which the instance introduces itself. Raises `LabError`, never showing the line."""
        try:
            return cls._from_document(json.loads(line))
        except (ValueError, KeyError, TypeError):
            raise LabError(
                "the embedded AWS did not introduce itself; end its process, or choose another LAB_HOME"
            ) from None

    @classmethod
    def _from_document(cls, document: dict[str, Any]) -> Instance:
        accounts = {
            name: AccountKey(key["account"], key["access_key_id"], key["secret_access_key"])
            for name, key in document["accounts"].items()
        }
        plain = {name: document[name] for name in ("pid", "port", "endpoint", "region", "started", "version")}
        return cls(accounts=accounts, faults=tuple(document.get("faults", ())), **plain)
