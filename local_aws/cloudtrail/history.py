"""The events of all accounts, oldest first, as many as there is room for."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from local_aws.cloudtrail.resources import Resource

_MOST_EVENTS = 20_000
_MOST_CHARACTERS = 64_000_000
# How many events are saved together, and how many such pieces there are before the first is used again.
_EVENTS_IN_A_PIECE = 200
_PIECES = _MOST_EVENTS // _EVENTS_IN_A_PIECE + 1


class Event(NamedTuple):
    """One event of one account and region. `time`: whole seconds since the epoch; `text`: the event as JSON."""

    account: str
    region: str
    time: int
    event_id: str
    name: str
    source: str
    user_name: str | None
    access_key_id: str | None
    read_only: bool
    resources: tuple[Resource, ...]
    text: str


class EventHistory:
    """Keeps the newest events. Safe to use from several threads."""

    def __init__(self, most_events: int = _MOST_EVENTS, most_characters: int = _MOST_CHARACTERS) -> None:
        self._most_events, self._most_characters = most_events, most_characters
        self._events: deque[tuple[int, Event]] = deque()
        self._characters = 0
        self._next = 0
        self._lock = threading.Lock()

    def add(self, events: Iterable[Event]) -> None:
        """Put these at the end; the oldest go where there is no more room."""
        with self._lock:
            for event in events:
                self._append(self._next, event)
            while len(self._events) > self._most_events or self._characters > self._most_characters:
                self._characters -= len(self._events.popleft()[1].text)

    def _append(self, number: int, event: Event) -> None:
        self._events.append((number, event))
        self._characters += len(event.text)
        self._next = number + 1

    def newest_first(self, account: str, region: str, before: int | None = None) -> Iterator[tuple[int, Event]]:
        """The events of an account in a region, each with its number; only those older than number `before`."""
        with self._lock:
            kept = list(self._events)
        for number, event in reversed(kept):
            if (event.account, event.region) == (account, region) and (before is None or number < before):
                yield number, event

    def pieces(self) -> Mapping[int, Sequence[tuple[int, Event]]]:
        """All of it in plain values, for JSON: in pieces, of which few change when an event is added."""
        with self._lock:
            kept = list(self._events)
        groups = itertools.groupby(kept, lambda each: each[0] // _EVENTS_IN_A_PIECE)
        return {number % _PIECES: list(events) for number, events in groups}

    def put_back(self, pieces: Iterable[Sequence[Any]]) -> None:
        """Take back what `pieces` gave, after JSON, in any order. To be called before anything is added."""
        for number, fields in sorted((each for piece in pieces for each in piece), key=lambda each: each[0]):
            *plain, resources, text = fields
            self._append(number, Event._make([*plain, tuple((kind, name) for kind, name in resources), text]))
        # What was dropped since a piece was saved the last time is in that piece still.
        self.add([])
