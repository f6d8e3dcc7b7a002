"""How CloudTrail's events are looked up: by whom, by what, in which order, and what is wrongly asked.

Source: CloudTrail API Reference, LookupEvents.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, policy, refusal, trust
from tests.local.signed import send_signed
from tests.local.trail import found, user_name


def test_only_who_may_looks_up(new_user: NewUser) -> None:
    assert new_user(policy(allow("cloudtrail:LookupEvents"))).client("cloudtrail").lookup_events()["Events"]
    code, message = refusal(new_user(policy(allow("cloudtrail:List*"))).client("cloudtrail").lookup_events)
    assert code == "AccessDeniedException"
    assert "cloudtrail:LookupEvents" in message


def test_an_account_sees_its_own_events_and_a_region_those_of_the_region(
    admin: Caller, partner_admin: Caller, new_user: NewUser
) -> None:
    user = new_user(policy(allow("*")))
    user.client("sts", "eu-west-1").get_caller_identity()
    user.client("iam", "eu-west-1").list_users()
    assert [e["EventName"] for e in found(admin, "Username", user_name(user), "eu-west-1")] == ["GetCallerIdentity"]
    # IAM is global: its events are in one region.
    assert "ListUsers" in [e["EventName"] for e in found(admin, "Username", user_name(user))]
    assert found(partner_admin, "Username", user_name(user)) == []


def test_the_filters(admin: Caller, new_user: NewUser, name: Name) -> None:
    own_name, made = name("caller"), name("made")
    user = new_user(policy(allow("*")), UserName=own_name)
    user.client("iam").create_role(RoleName=made, AssumeRolePolicyDocument=trust("123456789012"))
    user.client("iam").get_role(RoleName=made)
    user.client("ec2").describe_vpcs()
    mine = {event["EventId"]: event["EventName"] for event in found(admin, "Username", own_name)}

    def names(key: str, value: str) -> list[str]:
        return [event["EventName"] for event in found(admin, key, value) if event["EventId"] in mine]

    assert names("EventName", "CreateRole") == ["CreateRole"]
    assert names("EventSource", "iam.amazonaws.com") == ["GetRole", "CreateRole"]
    assert names("ReadOnly", "false") == ["CreateRole"]
    assert names("ReadOnly", "true") == ["DescribeVpcs", "GetRole"]
    assert names("ResourceName", f"arn:aws:iam::123456789012:role/{made}") == ["CreateRole"]
    assert names("ResourceName", made) == ["GetRole", "CreateRole"]
    assert names("ResourceType", "AWS::IAM::Role") == ["GetRole", "CreateRole"]
    assert names("AccessKeyId", user.access_key_id) == list(mine.values())
    for event_id, event_name in mine.items():
        assert names("EventId", event_id) == [event_name]
    assert names("EventName", "createrole") == []


def test_the_time_range(admin: Caller, new_user: NewUser) -> None:
    user = new_user()
    begin = datetime.now(UTC)
    assert user.arn
    lookup = admin.client("cloudtrail").lookup_events
    mine = [{"AttributeKey": "Username", "AttributeValue": user_name(user)}]
    hour = timedelta(hours=1)
    assert len(lookup(LookupAttributes=mine, StartTime=begin)["Events"]) == 2
    assert len(lookup(LookupAttributes=mine, StartTime=begin, EndTime=begin + hour)["Events"]) == 2
    assert lookup(LookupAttributes=mine, StartTime=begin + hour)["Events"] == []
    assert lookup(LookupAttributes=mine, EndTime=begin - hour)["Events"] == []
    assert refusal(lookup, StartTime=begin, EndTime=begin - hour)[0] == "InvalidTimeRangeException"


def test_pages(admin: Caller, new_user: NewUser) -> None:
    user = new_user()
    for _ in range(5):
        user.client("sts").get_caller_identity()
    lookup = admin.client("cloudtrail").lookup_events
    mine = [{"AttributeKey": "Username", "AttributeValue": user_name(user)}]
    whole = [event["EventId"] for event in lookup(LookupAttributes=mine)["Events"]]
    first = lookup(LookupAttributes=mine, MaxResults=4)
    user.client("sts").get_caller_identity()  # what comes in between is not on the next page
    second = lookup(LookupAttributes=mine, MaxResults=4, NextToken=first["NextToken"])
    assert [event["EventId"] for event in first["Events"] + second["Events"]] == whole
    assert len(first["Events"]) == 4
    assert "NextToken" not in second
    for token, attributes in (("nonsense", mine), (first["NextToken"], [])):
        assert refusal(lookup, LookupAttributes=attributes, NextToken=token)[0] == "InvalidNextTokenException"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"EventCategory": "nonsense"}, "InvalidEventCategoryException"),
        ({"LookupAttributes": [{"AttributeKey": "Nonsense", "AttributeValue": "x"}]}, "InvalidLookupAttributes"),
        ({"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "x"}]}, "InvalidLookupAttributes"),
        ({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2}, "InvalidLookupAttributes"),
    ],
)
def test_wrong_parameters(admin: Caller, parameters: dict[str, Any], code: str) -> None:
    assert refusal(admin.client("cloudtrail").lookup_events, **parameters)[0].startswith(code)


def test_insights_are_none(admin: Caller) -> None:
    assert admin.client("cloudtrail").lookup_events(EventCategory="insight")["Events"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "SerializationException"),
        (b'{"LookupAttributes": "x"}', "SerializationException"),
        (b'{"LookupAttributes": ["x"]}', "SerializationException"),
        (b'{"LookupAttributes": [{"AttributeKey": [], "AttributeValue": []}]}', "SerializationException"),
        (b'{"StartTime": "x"}', "InvalidTimeRangeException"),
        (b'{"StartTime": NaN, "EndTime": Infinity}', "InvalidTimeRangeException"),
        (b'{"NextToken": []}', "SerializationException"),
        (b'{"MaxResults": true}', "InvalidMaxResultsException"),
    ],
)
def test_a_body_of_the_wrong_shape(admin: Caller, body: bytes, code: str) -> None:
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
    }
    status, text = send_signed(admin, "cloudtrail", "POST", "/", body, headers)
    assert (status, json.loads(text)["__type"]) == (400, code)
