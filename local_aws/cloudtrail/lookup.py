"""LookupEvents: the event history, filtered, newest first, in pages.

AWS: CloudTrail API Reference, LookupEvents: one attribute at most, a time range, up to 50 events a page, and a token
for the next page that goes with the same parameters. MiniStack has decided on cloudtrail:LookupEvents before.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from local_aws import upstream
from local_aws.cloudtrail.history import Event, EventHistory

_MOST_RESULTS = 50
_ATTRIBUTES: Mapping[str, Callable[[Event, str], bool]] = {
    "AccessKeyId": lambda event, value: event.access_key_id == value,
    "EventId": lambda event, value: event.event_id == value,
    "EventName": lambda event, value: event.name == value,
    "EventSource": lambda event, value: event.source == value,
    "ReadOnly": lambda event, value: event.read_only == (value == "true"),
    "ResourceName": lambda event, value: any(name == value for _, name in event.resources),
    "ResourceType": lambda event, value: any(kind == value for kind, _ in event.resources),
    "Username": lambda event, value: event.user_name == value,
}

Body = Mapping[str, Any]


class _RefusedError(Exception):
    """An error of the CloudTrail API: its code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def answerer(history: EventHistory) -> Callable[[Body], Any]:
    """What answers LookupEvents from this history: from the request's parameters to the response."""

    def lookup_events(body: Body) -> Any:
        cloudtrail = upstream.module("services.cloudtrail")
        try:
            return cloudtrail._ok(_page(history, body))
        except _RefusedError as refused:
            return cloudtrail._err(refused.code, refused.message)

    return lookup_events


def _page(history: EventHistory, body: Body) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        raise _RefusedError("SerializationException", "The request is not a JSON object.")
    matches, size = _filter(body), _size(body)
    responses = upstream.module("core.responses")
    kept = history.newest_first(responses.get_account_id(), responses.get_region(), _position(body))
    found = list(itertools.islice(((number, event) for number, event in kept if matches(event)), size + 1))
    page: dict[str, Any] = {"Events": [_shown(event) for _, event in found[:size]]}
    if len(found) > size:
        page["NextToken"] = _token(body, found[size - 1][0])
    return page


def _shown(event: Event) -> dict[str, Any]:
    shown = {
        "EventId": event.event_id,
        "EventName": event.name,
        "ReadOnly": str(event.read_only).lower(),
        "AccessKeyId": event.access_key_id,
        "EventTime": event.time,
        "EventSource": event.source,
        "Username": event.user_name,
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
        "CloudTrailEvent": event.text,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _filter(body: Body) -> Callable[[Event], bool]:
    start, end = _time(body, "StartTime"), _time(body, "EndTime")
    if start is not None and end is not None and start > end:
        raise _RefusedError("InvalidTimeRangeException", "The end time must not be before the start time.")
    if body.get("EventCategory") not in (None, "insight"):
        raise _RefusedError("InvalidEventCategoryException", "The event category can only be insight.")
    if body.get("EventCategory") == "insight":
        return lambda _: False
    matches, value = _attribute(body)
    # Events are dated to the second, so the second in which the range begins belongs to it.
    return lambda event: (
        (start is None or event.time >= int(start)) and (end is None or event.time <= end) and matches(event, value)
    )


def _attribute(body: Body) -> tuple[Callable[[Event, str], bool], str]:
    given = body.get("LookupAttributes") or []
    if not given:
        return (lambda _event, _value: True), ""
    if not isinstance(given, list) or len(given) > 1 or not isinstance(given[0], Mapping):
        raise _RefusedError("InvalidLookupAttributesException", "You can specify one lookup attribute only.")
    key, value = str(given[0].get("AttributeKey")), given[0].get("AttributeValue")
    if key not in _ATTRIBUTES or not isinstance(value, str) or (key == "ReadOnly" and value not in ("true", "false")):
        raise _RefusedError("InvalidLookupAttributesException", "The lookup attribute is not valid.")
    return _ATTRIBUTES[key], value


def _time(body: Body, name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _RefusedError("InvalidTimeRangeException", f"{name} is not a time.")
    return float(value)


def _size(body: Body) -> int:
    size = body.get("MaxResults", _MOST_RESULTS)
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= _MOST_RESULTS:
        raise _RefusedError(
            "InvalidMaxResultsException", f"The maximum number of results must be from 1 to {_MOST_RESULTS}."
        )
    return size


def _token(body: Body, number: int) -> str:
    """Where the next page begins, together with what was asked."""
    return base64.urlsafe_b64encode(json.dumps([number, _digest(body)]).encode()).decode()


def _position(body: Body) -> int | None:
    token = body.get("NextToken")
    if token is None:
        return None
    try:
        number, digest = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError):
        number, digest = None, None
    if not isinstance(number, int) or digest != _digest(body):
        raise _RefusedError("InvalidNextTokenException", "The token is not valid, or belongs to other parameters.")
    return number


def _digest(body: Body) -> str:
    asked = {name: value for name, value in body.items() if name not in ("NextToken", "MaxResults")}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
