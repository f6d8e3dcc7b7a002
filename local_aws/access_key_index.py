"""The account of an access key, found without a walk through all keys.

Stock MiniStack goes through every access key of every account, at each request and more than once: with some thousand
keys that is most of a request's time. There are two accounts here, and a key is looked for in each.
Hook: `iam_evaluator.find_iam_access_key_account`.
"""

from __future__ import annotations

from local_aws import upstream
from local_aws.administrators import ACCOUNTS


def _find(access_key_id: str) -> str | None:
    if access_key_id in upstream.module("services.sts")._sessions:
        return None
    keys = upstream.module("services.iam")._access_keys
    return next((account for account in ACCOUNTS.values() if keys.contains_scoped(account, None, access_key_id)), None)


def install() -> None:
    """Look keys up in this way."""
    upstream.replace("core.iam_evaluator", "find_iam_access_key_account", _find)
