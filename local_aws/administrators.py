"""Two accounts with one administrator each, and no key that opens a door by itself.

AWS: every access key belongs to a principal, and its signature is checked (IAM User Guide,
"Signing AWS API requests"). Stock MiniStack takes its configured key, `test`, an empty key and any twelve
digits for an account's root user, lets it do everything and does not look at the signature.
Hook: `is_root_access_key` says no to every key; each account gets an IAM user with AdministratorAccess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws import upstream
from local_aws.environment import HOME_ACCOUNT, PARTNER_ACCOUNT, REGION

USER_NAME = "lab-administrator"
ACCOUNTS = {"home": HOME_ACCOUNT, "partner": PARTNER_ACCOUNT}
_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass(frozen=True, slots=True)
class Administrator:
    """An administrator's account id, user name and access key."""

    account: str
    user: str
    access_key_id: str
    secret_access_key: str


def _never(access_key_id: str) -> bool:
    return False


def install() -> None:
    """Let no key be root."""
    upstream.replace("core.iam_evaluator", "is_root_access_key", _never)


def create() -> Mapping[str, Administrator]:
    """The administrators by the account's role (`home` …): those of a saved state, else new ones with random keys."""
    return {name: _create_in(account) for name, account in ACCOUNTS.items()}


def _create_in(account: str) -> Administrator:
    iam = upstream.module("services.iam")
    with upstream.module("core.responses").request_scope(account, REGION):
        if USER_NAME not in iam._users:
            _call(iam, "CreateUser", UserName=USER_NAME)
        _call(iam, "AttachUserPolicy", UserName=USER_NAME, PolicyArn=_POLICY)
        key = _key(iam)
    return Administrator(account, USER_NAME, key["AccessKeyId"], key["SecretAccessKey"])


def _key(iam: Any) -> Mapping[str, str]:
    """An active key of the administrator in the account of this scope. A saved state may hold none any more."""
    keys = [key for key in iam._access_keys.values() if key["UserName"] == USER_NAME]
    active = [key for key in keys if key["Status"] == "Active"]
    if active:
        return dict(active[0])
    if keys:
        _call(iam, "UpdateAccessKey", UserName=USER_NAME, AccessKeyId=keys[0]["AccessKeyId"], Status="Active")
    else:
        _call(iam, "CreateAccessKey", UserName=USER_NAME)
    return _key(iam)


def _call(iam: object, action: str, **parameters: str) -> None:
    handlers: Mapping[str, object] = vars(iam)["_IAM_HANDLERS"]
    handler = handlers[action]
    if not callable(handler):
        raise TypeError(f"MiniStack has no handler for iam:{action}")
    status, _headers, body = handler({name: [value] for name, value in parameters.items()})
    if status != 200:
        raise RuntimeError(f"iam:{action} for the administrator failed: {body!r}")
