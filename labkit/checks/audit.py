"""The check that CloudTrail has recorded who asked for a role."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from labkit.aws.answers import Answer, Kind
from labkit.checks.assume import aws_time
from labkit.checks.calls import Call, call
from labkit.checks.check import Check, Scene, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, Identity, Session
from labkit.checks.values import Facts, resolve

# CloudTrail User Guide, "How CloudTrail works": events are delivered within about 5 minutes, on average. The event
# history may take 15 minutes.
DELIVERY_S = 900.0
_CLOCKS_AGREE = timedelta(seconds=60)


@dataclass(frozen=True)
class Recorded(Check):
    """CloudTrail's event history has the very AssumeRole call of `session`: who, when, from where, and how it ended.

    The event is known by the id of the request, so that it can be no other. It is looked up by its name: of a call
    that was refused CloudTrail may not know the parameters. `error`: the code with which the call was refused.
    Source: CloudTrail API Reference, LookupEvents; CloudTrail User Guide, "CloudTrail record contents".
    """

    remark = "CloudTrail's event history was read; what it holds no policy decides."

    session: Session
    error: str = ""
    deadline: float | None = field(default=DELIVERY_S, kw_only=True)

    @property
    def identity(self) -> Identity:
        return ADMINISTRATOR

    def call_text(self, facts: Facts) -> str:
        return "cloudtrail:LookupEvents EventName=AssumeRole"

    def expected(self, facts: Facts) -> str:
        how = self.error or "no error"
        return f"the request of {self.session.by.label} for {self.session.label}, with time and address, and {how}"

    def observe(self, scene: Scene) -> Observation:
        asked = scene.answered(self.session)
        request_id = asked.metadata.get("RequestId") if asked else None
        if asked is None or not request_id:
            return Observation(State.WITHOUT_BASIS, "not asked", "there is no request to look for")
        at = aws_time({"ResponseMetadata": asked.metadata})
        answer = scene.ask(ADMINISTRATOR, _look_up(at), all_pages=True)
        if answer.kind is Kind.ALLOWED:
            return self._find(answer, request_id, at, scene)
        if answer.kind is Kind.DENIED:
            advice = "the administrator may not read it; verify with credentials that may"
            return Observation(State.UNKNOWN, str(answer), advice)
        if answer.kind is Kind.REFUSED:
            # The end of the time that is looked at may still be to come, which need not be to CloudTrail's liking.
            return Observation(State.UNKNOWN, str(answer), "the event history can't be read")
        return unknown(answer)

    def _find(self, answer: Answer, request_id: str, at: datetime, scene: Scene) -> Observation:
        records = (json.loads(event["CloudTrailEvent"]) for event in answer.data["Events"])
        record = next((record for record in records if record.get("requestID") == request_id), None)
        if record is None:
            reason = "CloudTrail has not delivered the event yet, which may take 15 minutes"
            return Observation(State.UNSETTLED, "no event of this request", reason)
        differences = list(self._differences(record, at, scene))
        return Observation(State.WRONG if differences else State.PROVEN, _in_words(record), "; ".join(differences))

    def _differences(self, record: Mapping[str, Any], at: datetime, scene: Scene) -> Iterator[str]:
        """What the record says otherwise than it should."""
        who = record.get("userIdentity", {}).get("arn")
        if who != scene.expected_arn(self.session.by):
            yield f"who: {who}, not {scene.expected_arn(self.session.by)}"
        if abs(_time(record) - at) > _CLOCKS_AGREE:
            yield f"when: {record.get('eventTime')}, not {at:%Y-%m-%dT%H:%M:%SZ}"
        if not _is_address(record.get("sourceIPAddress")):
            yield f"from where: {record.get('sourceIPAddress')} is no address"
        if record.get("errorCode", "") != self.error:
            yield f"how it ended: {record.get('errorCode', 'no error')}, not {self.error or 'no error'}"
        if not self.error:
            yield from self._differences_of_session(record, scene)

    def _differences_of_session(self, record: Mapping[str, Any], scene: Scene) -> Iterator[str]:
        parameters, elements = record.get("requestParameters") or {}, record.get("responseElements") or {}
        role = resolve(self.session.role.arn, scene.facts)
        if (parameters.get("roleArn"), parameters.get("roleSessionName")) != (role, self.session.name):
            yield f"what: {parameters.get('roleArn')} as {parameters.get('roleSessionName')}"
        given = elements.get("assumedRoleUser", {}).get("arn")
        if given != scene.expected_arn(self.session):
            yield f"what was given: {given}, not {scene.expected_arn(self.session)}"


def _look_up(at: datetime) -> Call:
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]
    window: dict[str, Any] = {"StartTime": at - _CLOCKS_AGREE, "EndTime": at + _CLOCKS_AGREE}
    return call("cloudtrail", "LookupEvents", LookupAttributes=by_name, **window)


def _time(record: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(record["eventTime"]))


def _is_address(text: Any) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _in_words(record: Mapping[str, Any]) -> str:
    who, ended = record.get("userIdentity", {}).get("arn"), record.get("errorCode", "allowed")
    return f"{who} at {record.get('eventTime')} from {record.get('sourceIPAddress')}: {ended}"
