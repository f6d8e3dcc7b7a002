"""Addresses of the console, as the IAM User Guide spells them."""

from __future__ import annotations

import pytest

from lab_stacks.console_urls import console_sign_in_url, switch_role_url


def test_sign_in() -> None:
    assert console_sign_in_url("123456789012") == "https://123456789012.signin.aws.amazon.com/console"


def test_switch_role() -> None:
    assert switch_role_url("S3Reader", display_name="S3 & more", color="B7CA9D", account="123456789012") == (
        "https://signin.aws.amazon.com/switchrole"
        "?account=123456789012&roleName=S3Reader&displayName=S3%20%26%20more&color=B7CA9D"
    )


def test_a_role_name_with_every_character_that_iam_allows() -> None:
    url = switch_role_url("a+b=c,d.e@f-g_h", display_name="X", color="B7CA9D", account="123456789012")
    assert "&roleName=a%2Bb%3Dc%2Cd.e%40f-g_h&" in url


@pytest.mark.parametrize("color", ["#B7CA9D", "green", "B7CA9", ""])
def test_a_colour_that_the_console_does_not_take(color: str) -> None:
    with pytest.raises(ValueError, match="six hexadecimal digits"):
        switch_role_url("R", display_name="X", color=color)
