"""Passwords obey the account's password policy.

AWS: IAM User Guide, id_credentials_passwords_account-policy: without a policy of the account's own a password has at
least 8 characters, of three of the four kinds; IAM API Reference, UpdateAccountPasswordPolicy: a parameter that is left
out returns to its default. Stock MiniStack takes any password, keeps what is left out, and takes a policy of defaults
for none. Hook: a check before CreateLoginProfile and UpdateLoginProfile; the record before UpdateAccountPasswordPolicy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local_aws import upstream
from local_aws.iam_api import IamError, Parameters, check_before, parameter

_SYMBOLS = frozenset("!@#$%^&*()_+-=[]{}|'")
_DEFAULT_LENGTH = 8
_DEFAULT_KINDS = 3
_LENGTH_OF_A_POLICY = 6
_DEFAULTS = {"MinimumPasswordLength": _LENGTH_OF_A_POLICY}
_KINDS = {
    "RequireUppercaseCharacters": "uppercase letter",
    "RequireLowercaseCharacters": "lowercase letter",
    "RequireNumbers": "number",
    "RequireSymbols": "symbol",
}


def install() -> None:
    """Refuse other passwords."""
    check_before(("CreateLoginProfile", "UpdateLoginProfile"), _check)
    check_before(("UpdateAccountPasswordPolicy",), _start_from_the_defaults)


def _start_from_the_defaults(_parameters: Parameters) -> None:
    upstream.module("services.iam")._account_password_policy["policy"] = dict(_DEFAULTS)


def _check(parameters: Parameters) -> None:
    # UpdateLoginProfile may leave the password as it is.
    password = parameter(parameters, "Password")
    if not password:
        return
    policy = upstream.module("services.iam")._account_password_policy.get("policy")
    for problem in _problems(password, policy) if policy else _default_problems(password):
        raise IamError("PasswordPolicyViolation", problem)


def _problems(password: str, policy: Mapping[str, Any]) -> Iterator[str]:
    least = int(policy.get("MinimumPasswordLength", _LENGTH_OF_A_POLICY))
    if len(password) < least:
        yield f"Password should have a minimum length of {least}"
    held = _kinds(password)
    for requirement, kind in _KINDS.items():
        if policy.get(requirement) and not held[requirement]:
            yield f"Password should have at least one {kind}"


def _default_problems(password: str) -> Iterator[str]:
    if len(password) < _DEFAULT_LENGTH:
        yield f"Password should have a minimum length of {_DEFAULT_LENGTH}"
    if sum(_kinds(password).values()) < _DEFAULT_KINDS:
        yield "Password does not conform to the account password policy."


def _kinds(password: str) -> dict[str, bool]:
    return {
        "RequireUppercaseCharacters": any(each.isupper() for each in password),
        "RequireLowercaseCharacters": any(each.islower() for each in password),
        "RequireNumbers": any(each.isdecimal() for each in password),
        "RequireSymbols": any(each in _SYMBOLS for each in password),
    }
