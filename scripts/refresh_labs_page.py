"""Writes docs/labs.md: every lab with its document, its principals, whom its roles trust, and what is proven.

Run it when a lab has changed: `.venv/bin/python scripts/refresh_labs_page.py`. A test keeps the page fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from labkit.catalogue import Entry, all_labs, by_document  # noqa: E402
from labkit.checks import PARTNER, AccountId, TrustPolicyIs  # noqa: E402
from labkit.checks.lab import Lab  # noqa: E402

PAGE = CHECKOUT / "docs" / "labs.md"
HEAD = """# The labs

Written by `scripts/refresh_labs_page.py` from the labs themselves. The numbers are those of the source documents; each
lab's name leads to its sheet. `lab run` proves all of this without an AWS account.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_documents()])


def _documents() -> Iterator[str]:
    for document, entries in by_document(all_labs()).items():
        yield f"## {document}\n"
        for entry in entries:
            yield from _lab(entry)


def _lab(entry: Entry) -> Iterator[str]:
    lab = entry.lab
    yield f"### [{entry.name}](../lab_stacks/{entry.folder.name}/README.md): {lab.title}\n"
    partner = f", and `{entry.partner_stack}` in the partner account" if entry.partner_stack else ""
    yield f"Stack `{lab.stack}`{partner}; from {lab.source}.\n"
    yield "| principal | trusts |\n| --- | --- |"
    for user in lab.users:
        yield f"| user `{user.name}`{' of the partner account' if user.account == PARTNER else ''} | |"
    for role in lab.roles:
        trust = (check for check in lab.story if isinstance(check, TrustPolicyIs) and check.role == role)
        yield f"| role `{role.name}` | {'; '.join(_trust(lab, s) for check in trust for s in check.trusts)} |"
    yield "\nProven:\n"
    yield from (f"- {check.title}" for check in lab.story)
    yield ""


def _trust(lab: Lab, statement: Mapping[str, Any]) -> str:
    """In words, whom a statement of a trust policy lets in."""
    principals = [_principal(lab, kind, value) for kind, value in statement["Principal"].items()]
    effect = "" if statement["Effect"] == "Allow" else "nobody who is "
    condition = ", under a condition" if statement.get("Condition") else ""
    return f"{effect}{', '.join(principals)}{condition}"


def _principal(lab: Lab, kind: str, value: Any) -> str:
    if isinstance(value, AccountId):
        return "the account" if value == AccountId() else "the partner account"
    if isinstance(value, list):
        return ", ".join(_principal(lab, kind, each) for each in value)
    names = {user.arn: f"user `{user.name}`" for user in lab.users}
    names |= {role.arn: f"role `{role.name}`" for role in lab.roles}
    return names.get(value, f"{kind} `{value}`")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
