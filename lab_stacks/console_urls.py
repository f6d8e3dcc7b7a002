"""Addresses of the AWS console that a lab hands out.

Sources: IAM User Guide, "How IAM users sign in to AWS" (console) and "Switch from a user to an IAM role
(console)" (id_roles_use_switch-role-console).
"""

from __future__ import annotations

import re
from urllib.parse import quote

import aws_cdk as cdk

_SIGN_IN_DOMAIN = "signin.aws.amazon.com"


def console_sign_in_url(account: str = cdk.Aws.ACCOUNT_ID) -> str:
    """Where IAM users of `account` (id or alias; the stack's own unless named) sign in to the console."""
    return f"https://{account}.{_SIGN_IN_DOMAIN}/console"


def switch_role_url(role_name: str, *, display_name: str, color: str, account: str = cdk.Aws.ACCOUNT_ID) -> str:
    """Where a user who is signed in switches to a role of `account`.

    `display_name` and `color` (RRGGBB) are what the console then shows in place of the user's name.
    Raises `ValueError` for a colour in any other form.
    """
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", color):
        raise ValueError(f"a colour is six hexadecimal digits, not {color!r}")
    shown = f"displayName={quote(display_name, safe='')}&color={color}"
    # Not by quote(): a role name may be a token of the CDK. IAM allows no other character in one that a URL does not.
    name = role_name.replace("+", "%2B").replace("@", "%40").replace(",", "%2C").replace("=", "%3D")
    return f"https://{_SIGN_IN_DOMAIN}/switchrole?account={account}&roleName={name}&{shown}"
