"""`python -m tests.decisions`: the table's score on an AWS.

Without --endpoint an embedded AWS is started for it. With one, the administrators' keys come from the environment:
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (account 123456789012), and the same with PARTNER_ before them
(account 210987654321). Rows make what they need and leave it there: give it a throw-away AWS, never an account.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.decisions.score import Outcome, Scorer
from tests.decisions.table import TableError, rows
from tests.local.callers import Caller, start_embedded, stop_embedded


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.decisions", description="The decision table's score.")
    parser.add_argument("--endpoint", metavar="URL", help="an AWS on this machine; default: one started for this")
    parser.add_argument("--only", metavar="TEXT", default="", help="only rows whose id contains this")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the outcomes to this file")
    parser.add_argument("--quiet", action="store_true", help="print the score without the wrong rows")
    options = parser.parse_args()
    if options.endpoint and not _is_loopback(options.endpoint):
        parser.error("the table is for an AWS on this machine: it makes users and roles and leaves them there")
    try:
        asked = [row for row in rows() if options.only in row.id]
    except TableError as error:
        parser.error(str(error))
    if not asked:
        parser.error(f"no row's id contains {options.only!r}")
    started = time.monotonic()
    with administrators(options.endpoint) as callers:
        outcomes = list(Scorer(callers).score(asked))
    if not options.quiet:
        print("\n".join(str(outcome) for outcome in outcomes if not outcome.right))
    print(summary(outcomes, time.monotonic() - started))
    if options.json:
        options.json.write_text(json.dumps([_as_json(outcome) for outcome in outcomes], indent=1), encoding="utf-8")
    return 0 if all(outcome.right for outcome in outcomes) else 1


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """The score by topic and in all."""
    topics = {outcome.row.group.topic: None for outcome in outcomes}
    asked = Counter(outcome.row.group.topic for outcome in outcomes)
    right = Counter(outcome.row.group.topic for outcome in outcomes if outcome.right)
    lines = [f"{topic:<28} {right[topic]:>4} of {asked[topic]:>4}" for topic in topics]
    count = sum(outcome.right for outcome in outcomes)
    verdicts = sum(outcome.verdict_right for outcome in outcomes)
    lines.append(
        f"decision table: {count} of {len(outcomes)} rows answered as AWS documents ({count / len(outcomes):.1%}); "
        f"{verdicts} rightly allowed or refused; {seconds:.1f} s"
    )
    return "\n".join(lines)


@contextmanager
def administrators(endpoint: str | None) -> Iterator[dict[str, Caller]]:
    """The callers `admin` and `partner`, of an AWS that runs or of one started for the time being."""
    if endpoint:
        yield {"admin": _from_environment(endpoint, ""), "partner": _from_environment(endpoint, "PARTNER_")}
        return
    instance = start_embedded()
    try:
        yield {"admin": instance.administrator("home"), "partner": instance.administrator("partner")}
    finally:
        stop_embedded(instance)


def _from_environment(endpoint: str, prefix: str) -> Caller:
    names = [f"{prefix}AWS_ACCESS_KEY_ID", f"{prefix}AWS_SECRET_ACCESS_KEY"]
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        sys.exit(f"set {' and '.join(missing)} to an administrator's key")
    key_id, secret = (os.environ[name] for name in names)
    return Caller(endpoint, key_id, secret, os.environ.get(f"{prefix}AWS_SESSION_TOKEN"))


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _as_json(outcome: Outcome) -> dict[str, object]:
    row = outcome.row
    return {
        "id": row.id,
        "says": row.says,
        "page": row.page,
        "expected": list(row.expect) or ["allowed"],
        "observed": outcome.observed,
        "right": outcome.right,
        "verdict_right": outcome.verdict_right,
    }


if __name__ == "__main__":
    sys.exit(main())
