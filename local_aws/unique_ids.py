"""Unique ids in the form that AWS gives them.

AWS: IAM User Guide, reference_identifiers ("Unique identifiers"): a prefix for the kind of thing, then upper-case
letters and digits of Base32; an access key's id holds its account (AWS STS API Reference, GetAccessKeyInfo).
Stock MiniStack appends hexadecimal digits, with 0, 1, 8 and 9, which occur in no id of AWS's.
Hook: `services.iam._gen_id`, `_gen_access_key_id` and `_gen_session_access_key`.
"""

from __future__ import annotations

import base64
import secrets

from local_aws import upstream

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PRINCIPAL_CHARACTERS = 17
# Of a key id's 80 bits the first is set, and the account follows in 40; all else is random.
_KEY_BITS = 80
_ACCOUNT_BITS = 40


def principal_id(prefix: str = "AIDA") -> str:
    """An id such as a user's (`AIDA…`) or a role's (`AROA…`): 21 characters."""
    return prefix + "".join(secrets.choice(_BASE32) for _ in range(_PRINCIPAL_CHARACTERS))


def key_id(prefix: str, account: str) -> str:
    """An access key id of `account` (twelve digits): `AKIA` for long-term keys, `ASIA` for temporary ones."""
    below = _KEY_BITS - 1 - _ACCOUNT_BITS
    bits = 1 << (_KEY_BITS - 1) | int(account) << below | secrets.randbits(below)
    return prefix + base64.b32encode(bits.to_bytes(_KEY_BITS // 8, "big")).decode()


def install() -> None:
    """Let MiniStack use these."""
    responses = upstream.module("core.responses")
    upstream.replace("services.iam", "_gen_id", principal_id)
    upstream.replace("services.iam", "_gen_access_key_id", lambda: key_id("AKIA", responses.get_account_id()))
    upstream.replace("services.iam", "_gen_session_access_key", lambda: key_id("ASIA", responses.get_account_id()))
