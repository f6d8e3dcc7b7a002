from __future__ import annotations

from urllib.parse import urlencode

import pytest

from local_aws.sts_requests import SESSION_NAME, Number, StsError, StsRequest, Text

LIMITS = {"RoleSessionName": SESSION_NAME, "DurationSeconds": Number(900, 43200), "ExternalId": Text(2, 4)}


def _request(**parameters: str) -> StsRequest:
    return StsRequest({}, urlencode(parameters).encode())


def test_within_the_limits() -> None:
    _request(RoleSessionName="Radkowski-CLI-test", DurationSeconds="900", ExternalId="1234").check(LIMITS)
    _request(RoleSessionName="me").check(LIMITS)


@pytest.mark.parametrize("seconds", ["899", "43201", "-900", "9e2", "900.0", "٩٠٠", " 900", "9" * 100, ""])
def test_durations_outside(seconds: str) -> None:
    with pytest.raises(StsError) as caught:
        _request(RoleSessionName="me", DurationSeconds=seconds).check(LIMITS)
    assert caught.value.code == "ValidationError"


def test_all_violations_at_once() -> None:
    with pytest.raises(StsError) as caught:
        _request(ExternalId="12345", DurationSeconds="1").check(LIMITS)
    assert caught.value.message == (
        "3 validation errors detected: Value null at 'roleSessionName' failed to satisfy constraint: "
        "Member must not be null; Value '1' at 'durationSeconds' failed to satisfy constraint: "
        "Member must have value greater than or equal to 900; Value '12345' at 'externalId' failed to satisfy "
        "constraint: Member must have length less than or equal to 4"
    )


@pytest.mark.parametrize("name", ["J\u00fcrgen", "a b", "a/b", "x", "x" * 65, "a\n"])
def test_session_names_outside(name: str) -> None:
    with pytest.raises(StsError):
        _request(RoleSessionName=name).check(LIMITS)


def test_lists_and_tags() -> None:
    given = {
        "TransitiveTagKeys.member.1": "team",
        "TransitiveTagKeys.member.2": "project",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "blue",
        "Tags.member.2.Key": "project",
    }
    request = _request(**given)
    assert request.members("TransitiveTagKeys") == ["team", "project"]
    assert request.tags() == [{"Key": "team", "Value": "blue"}, {"Key": "project", "Value": ""}]
