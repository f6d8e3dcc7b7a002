"""Ask the rows' questions and judge the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jmespath
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tests.decisions.clients import Clients
from tests.decisions.table import Group, Row, TableError
from tests.decisions.world import World
from tests.local.callers import Caller

_SLACK = 5.0
# No connection, or something that is no answer of an AWS's.
_NO_ANSWER = (BotoCoreError, ResponseParserError)


@dataclass(frozen=True)
class Outcome:
    """How a row went. `verdict_right`: at least it was allowed, or refused, as it should be."""

    row: Row
    observed: str
    right: bool
    verdict_right: bool

    def __str__(self) -> str:
        expected = " … ".join(self.row.expect) or "allowed"
        return (
            f"{self.row.id}: {self.row.says}\n  page      {self.row.page}\n"
            f"  expected  {expected}\n  observed  {self.observed}"
        )


class Scorer:
    """Answers rows against one AWS; what a group's rows share is made once."""

    def __init__(self, administrators: Mapping[str, Caller]) -> None:
        self._administrators = administrators
        self._clients = Clients(administrators["admin"].endpoint)
        self._worlds: dict[tuple[str, int], World | Exception] = {}

    def score(self, rows: Sequence[Row]) -> Iterator[Outcome]:
        """Every row's outcome, in order."""
        for row in rows:
            yield self.answer(row)

    def answer(self, row: Row) -> Outcome:
        """Set the row up, ask, and judge. A set-up that fails makes a wrong row."""
        try:
            world = World(self._clients, self._administrators, self._around(row.group))
            world.make(row.given)
            for call in row.before:
                world.call(call)
            expected = world.filled(list(row.expect))
        except TableError:
            raise
        except (ClientError, *_NO_ANSWER, ValueError) as error:
            return Outcome(row, f"the set-up failed: {error}", right=False, verdict_right=False)
        try:
            answer = world.call(row.ask)
        except ClientError as error:
            return _refused(row, expected, error.response.get("Error", {}))
        except _NO_ANSWER as error:
            return Outcome(row, f"no answer of AWS's: {error}", right=False, verdict_right=False)
        return _granted(row, answer, world)

    def _around(self, group: Group) -> World:
        key = (group.topic, group.number)
        if key not in self._worlds:
            self._worlds[key] = self._shared(group)
        world = self._worlds[key]
        if isinstance(world, Exception):
            raise world
        return world

    def _shared(self, group: Group) -> World | Exception:
        world = World(self._clients, self._administrators)
        try:
            world.make(group.shared)
        except (ClientError, *_NO_ANSWER) as error:
            return error
        return world


def _refused(row: Row, expected: Sequence[str], error: Mapping[str, Any]) -> Outcome:
    code, message = str(error.get("Code")), str(error.get("Message") or "")
    right = not row.allowed and code == expected[0] and all(part in message for part in expected[1:])
    return Outcome(row, f"{code}: {message}", right=right, verdict_right=not row.allowed)


def _granted(row: Row, answer: Mapping[str, Any], world: World) -> Outcome:
    wrong = [
        f"{expression} is {found!r}, not {value!r}"
        for expression, value in world.filled(row.answer).items()
        if (found := jmespath.search(expression, answer)) != value
    ]
    if row.lasts is not None:
        lasts = (answer["Credentials"]["Expiration"] - datetime.now(UTC)).total_seconds()
        if not row.lasts - _SLACK < lasts <= row.lasts + 1:
            wrong.append(f"the credentials last {lasts:.0f} s, not {row.lasts}")
    observed = "; ".join(["allowed", *wrong])
    return Outcome(row, observed, right=row.allowed and not wrong, verdict_right=row.allowed)
