from __future__ import annotations

from collections.abc import Mapping

import pytest

from local_aws.unambiguous_requests import ambiguity

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
PLAIN = {"content-type": "text/plain"}


@pytest.mark.parametrize(
    ("headers", "body", "query"),
    [
        (FORM, b"Action=ListUsers&Version=2010-05-08", {}),
        ({}, b"", {"Action": ["ListUsers"], "Version": ["2010-05-08"]}),
        (FORM, b"Action=CreateUser&UserName=&Tags.member.1.Key=a&Tags.member.2.Key=b", {}),
        (PLAIN, b"Action&x=y", {}),
        ({"x-amz-target": "Service.Action"}, b"{}", {}),
        (PLAIN, b"ListAction=1&ListAction=2", {}),
    ],
)
def test_said_once(headers: Mapping[str, str], body: bytes, query: Mapping[str, list[str]]) -> None:
    assert ambiguity(headers, body, query) is None


@pytest.mark.parametrize(
    ("headers", "body", "query", "what"),
    [
        (FORM, b"Action=A&Action=B", {}, "Action"),
        (FORM, b"Action=&Action=B", {}, "Action"),
        (FORM, b"Action=A", {"Action": ["B"]}, "Action"),
        (FORM, b"Action=A", {"Action": ["A"]}, "Action"),
        ({}, b"", {"Action": ["A", "B"]}, "Action"),
        (FORM, b"Action=A&UserName=a&UserName=b", {}, "UserName"),
        (FORM, b"Action=A&UserName=a", {"UserName": ["b"]}, "UserName"),
        ({**FORM, "x-amz-target": "Service.B"}, b"Action=A", {}, "Action"),
        ({"x-amz-target": "Service.B"}, b"{}", {"Action": ["A"]}, "Action"),
        (PLAIN, b"Action=A", {}, "Content-Type"),
        ({}, b"Action=A", {}, "Content-Type"),
    ],
)
def test_said_twice(headers: Mapping[str, str], body: bytes, query: Mapping[str, list[str]], what: str) -> None:
    assert ambiguity(headers, body, query) == what
