"""What LookupEvents of CloudTrail shows, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.local.callers import REGION, Caller

SINCE = datetime.now(UTC) - timedelta(minutes=1)


def found(reader: Caller, key: str, value: str, region: str = REGION) -> list[dict[str, Any]]:
    """What LookupEvents finds, newest first, with CloudTrailEvent read."""
    pages = reader.client("cloudtrail", region).get_paginator("lookup_events")
    events = pages.paginate(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], StartTime=SINCE)
    return [{**event, "CloudTrailEvent": json.loads(event["CloudTrailEvent"])} for event in events.search("Events")]


def records(reader: Caller, key: str, value: str) -> list[dict[str, Any]]:
    """The events themselves."""
    return [event["CloudTrailEvent"] for event in found(reader, key, value)]


def only(events: Iterable[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one event of that name."""
    (event,) = [event for event in events if event["eventName"] == name]
    return event


def user_name(user: Caller) -> str:
    return user.arn.rpartition("/")[2]
