from __future__ import annotations

import base64
import re

import pytest

from local_aws.unique_ids import key_id, principal_id


def _account_in(key: str) -> str:
    """As published decoders read it: 40 bits after the first of the Base32 that follows the prefix."""
    first_six = int.from_bytes(base64.b32decode(key[4:])[:6], "big")
    return f"{(first_six & 0x7FFFFFFFFF80) >> 7:012d}"


@pytest.mark.parametrize("account", ["123456789012", "210987654321", "000000000000", "999999999999"])
@pytest.mark.parametrize("prefix", ["AKIA", "ASIA"])
def test_a_key_holds_its_account(prefix: str, account: str) -> None:
    key = key_id(prefix, account)
    assert re.fullmatch(prefix + "[A-Z2-7]{16}", key)
    assert _account_in(key) == account
    assert key_id(prefix, account) != key


def test_principals() -> None:
    assert re.fullmatch("AROA[A-Z2-7]{17}", principal_id("AROA"))
    assert principal_id() != principal_id()
