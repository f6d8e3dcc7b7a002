"""Only the environment differs between AWS and the embedded AWS."""

from __future__ import annotations

import json

import pytest

from labkit.environment import exports, on_aws, on_instance, without_aws
from labkit.errors import LabError
from labkit.instance import Instance

LINE = json.dumps(
    {
        "pid": 1,
        "port": 4566,
        "endpoint": "http://127.0.0.1:4566",
        "region": "us-east-1",
        "started": "2026-01-01T00:00:00Z",
        "version": "MiniStack",
        "accounts": {
            name: {"account": account, "user": "u", "access_key_id": f"AKIAEXAMPLE{name}", "secret_access_key": name}
            for name, account in (("home", "123456789012"), ("partner", "210987654321"))
        },
    }
)
INSTANCE = Instance.from_line(LINE)
USERS = {"PATH": "/bin", "AWS_PROFILE": "work", "AWS_ENDPOINT_URL_S3": "http://elsewhere", "AWS_SESSION_TOKEN": "x"}


def test_an_instance_never_shows_its_keys() -> None:
    assert "AKIA" not in repr(INSTANCE)
    assert "secret_access_key" not in repr(INSTANCE)


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"secret_access_key": "EXAMPLE"}', "no json"])
def test_what_is_no_introduction_is_refused_and_not_shown(line: str) -> None:
    with pytest.raises(LabError) as caught:
        Instance.from_line(line)
    assert "EXAMPLE" not in str(caught.value)


def test_exports_are_those_of_the_contract() -> None:
    assert set(exports(INSTANCE)) == {
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "LAB_DEADLINE",
    }
    assert exports(INSTANCE, "partner")["AWS_ACCESS_KEY_ID"] == "AKIAEXAMPLEpartner"
    assert exports(INSTANCE)["LAB_DEADLINE"] == "5"


def test_none_of_the_users_own_settings_reaches_the_embedded_aws() -> None:
    environment = on_instance({**USERS, "HTTP_PROXY": "http://proxy", "NO_PROXY": "corp"}, INSTANCE)
    assert "AWS_PROFILE" not in environment
    assert "AWS_ENDPOINT_URL_S3" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ENDPOINT_URL"] == INSTANCE.endpoint
    assert environment["NO_PROXY"] == "corp,127.0.0.1,localhost"
    assert environment["PATH"] == "/bin"


def test_a_deadline_of_the_users_own_counts_there_too() -> None:
    assert on_instance({"LAB_DEADLINE": "30"}, INSTANCE)["LAB_DEADLINE"] == "30"
    assert on_instance({}, INSTANCE)["LAB_DEADLINE"] == "5"


def test_no_setting_and_no_file_of_aws_is_left() -> None:
    kept = without_aws(USERS)
    assert {name for name in kept if name.startswith("AWS_")} == {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}


def test_a_profile_wins_over_keys_in_the_environment() -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "x"}
    assert on_aws(keys, "lab", None) == {"AWS_PROFILE": "lab"}
    assert on_aws(keys, None, None) == keys


def test_a_region_is_given_under_both_its_names() -> None:
    both = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    assert on_aws({}, None, "eu-west-1") == both
    assert on_aws({"AWS_REGION": "eu-west-1"}, None, None) == both
    assert on_aws({"AWS_DEFAULT_REGION": "eu-west-1"}, None, None) == both
    assert on_aws({"AWS_REGION": "us-east-1"}, None, "eu-west-1") == both
