"""The policy templates in .github/aws, with their placeholders filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".github" / "aws"
DEPLOYER, TRUST, GUARD = "deployer-policy.json", "trust-policy.json", "account-guard.json"

ACCOUNT = "123456789012"
REGION = "us-east-1"
# In this order: some names begin with another one.
PLACEHOLDERS = {
    "ACCOUNT_ID": ACCOUNT,
    "REGION": REGION,
    "OWNER_NUMBER": "1234567",
    "REPOSITORY_NUMBER": "7654321",
    "OWNER": "my-organization",
    "REPOSITORY": "assumerole-lab",
}


def filled(name: str, values: Mapping[str, str] = PLACEHOLDERS) -> str:
    """The text of a template with `values` in the place of its placeholders."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def document(name: str) -> dict[str, Any]:
    """A template as a policy document."""
    loaded: dict[str, Any] = json.loads(filled(name))
    return loaded


def texts(value: str | list[str]) -> list[str]:
    """The values of an element that may be one or several."""
    return [value] if isinstance(value, str) else value
