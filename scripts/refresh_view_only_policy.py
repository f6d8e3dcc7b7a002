#!/usr/bin/env python3
"""Refresh the copy of AWS's ViewOnlyAccess that the James lab derives its policies from.

Reads the policy from the AWS account whose credentials are in the environment, shows what changed, and
writes the copy if something did. It needs iam:GetPolicy and iam:GetPolicyVersion.

Exit code: 0 if the copy is (now) what AWS has; 1 if `--check` finds that it is not; 2 if it could not be done.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

POLICY_ARN = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
COPY = Path(__file__).resolve().parent.parent / "lab_stacks" / "james_s3" / "data" / "ViewOnlyAccess.json"
LISTS = ("Action", "NotAction", "Resource", "NotResource")

Record = dict[str, Any]
Statement = Mapping[str, Any]


class RefreshError(Exception):
    """The copy can't be refreshed; the message says why in one line."""


def fetch(iam: IAMClient) -> Record:
    """The policy's default version in the account of `iam`, in the form of the copy. Raises `RefreshError`."""
    host = urlsplit(iam.meta.endpoint_url).hostname or ""
    if not host.endswith(".amazonaws.com"):
        raise RefreshError(f"the copy is taken from AWS only, not from {host}; unset AWS_ENDPOINT_URL")
    try:
        version_id = iam.get_policy(PolicyArn=POLICY_ARN)["Policy"]["DefaultVersionId"]
        version = iam.get_policy_version(PolicyArn=POLICY_ARN, VersionId=version_id)["PolicyVersion"]
    except (BotoCoreError, ClientError) as error:
        raise RefreshError(f"AWS did not give the policy: {error}") from error
    return {
        "source": "iam:GetPolicyVersion",
        "Arn": POLICY_ARN,
        "VersionId": version_id,
        "VersionDate": version["CreateDate"].isoformat(),
        "Document": version["Document"],
    }


def load(path: Path) -> Record:
    """The copy as it is. Raises `RefreshError`."""
    try:
        record: Record = json.loads(path.read_text(encoding="utf-8"))
        _label(record), _statements(record)
    except OSError as error:
        raise RefreshError(f"the copy can't be read: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefreshError(f"the copy {path} is damaged ({error!r}); take it from git again") from error
    return record


def save(record: Record, path: Path) -> None:
    """Replace the copy, all or nothing. Raises `RefreshError`."""
    ordered = {**record, "Document": _sorted_keys(record["Document"])}
    new = path.with_suffix(".new")
    try:
        new.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise RefreshError(f"the copy can't be written: {error}") from error


def differences(old: Record, new: Record) -> list[str]:
    """What changed from `old` to `new`, a line each; none if they say the same. The order in lists does not count."""
    lines = []
    if _label(old) != _label(new):
        lines.append(f"ViewOnlyAccess {_label(old)} -> {_label(new)}")
    before, after = _statements(old), _statements(new)
    for name in dict.fromkeys([*before, *after]):
        changes = list(_statement_changes(before.get(name, {}), after.get(name, {})))
        if changes:
            state = " (new)" if name not in before else " (gone)" if name not in after else ""
            lines += [f"{name}{state}", *(f"  {change}" for change in changes)]
    return lines


def _statement_changes(old: Statement, new: Statement) -> Iterator[str]:
    for element in sorted({*old, *new}):
        if element in LISTS:
            before, after = _as_set(old.get(element, ())), _as_set(new.get(element, ()))
            yield from (f"+ {element} {value}" for value in sorted(after - before))
            yield from (f"- {element} {value}" for value in sorted(before - after))
        elif old.get(element) != new.get(element):
            yield f"~ {element} {json.dumps(old.get(element))} -> {json.dumps(new.get(element))}"


def _statements(record: Record) -> dict[str, Statement]:
    """The statements by Sid; by number where one has none. Raises `RefreshError`."""
    statements = record["Document"]["Statement"]
    if not isinstance(statements, list):
        raise RefreshError("the policy's statements are not a list; the lab can't split that")
    numbered = enumerate(statements, start=1)
    return {statement.get("Sid", f"statement {number}"): statement for number, statement in numbered}


def _label(record: Record) -> str:
    return f"{record['VersionId']} ({record['VersionDate']})"


def _as_set(element: str | Iterable[str]) -> set[str]:
    return {element} if isinstance(element, str) else set(element)


def _sorted_keys(document: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(document, sort_keys=True))


def refresh(iam: IAMClient, path: Path, *, check: bool) -> int:
    """Show what changed, and write it unless only to `check`. Returns the exit code. Raises `RefreshError`."""
    old = load(path)
    new = fetch(iam)
    changes = differences(old, new)
    if not changes:
        print(f"ViewOnlyAccess {_label(old)}: nothing changed")
        return 0
    print("\n".join(changes))
    if check:
        return 1
    save(new, path)
    print(f"written to {os.path.relpath(path)}; run `make test`, then look at the difference before you commit it")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Refresh the copy of AWS's ViewOnlyAccess from this account.")
    parser.add_argument("--check", action="store_true", help="show what changed and write nothing")
    check = parser.parse_args(arguments).check
    try:
        return refresh(_iam_client(), COPY, check=check)
    except RefreshError as error:
        print(f"refresh_view_only_policy: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


def _iam_client() -> IAMClient:
    try:
        # IAM is global; a region is only named because botocore wants one.
        return boto3.client("iam", region_name=os.environ.get("AWS_REGION") or "us-east-1")
    except (BotoCoreError, ValueError) as error:
        raise RefreshError(f"no client for AWS: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
