"""The words and marks for verdicts, and the line that sums a verification up: the same in every report for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from labkit.results import CheckResult, Report
from labkit.verdicts import Verdict

WORDS: Mapping[Verdict, str] = {
    Verdict.PROVEN: "proven",
    Verdict.FAILED: "failed",
    Verdict.UNDETERMINED: "undetermined",
    Verdict.NOT_APPLICABLE: "not applicable",
}
# Told apart by their form, where colour is not to be had or not to be seen.
MARKS: Mapping[Verdict, str] = {
    Verdict.PROVEN: "✓",
    Verdict.FAILED: "✗",
    Verdict.UNDETERMINED: "?",
    Verdict.NOT_APPLICABLE: "–",
}


def tally(checks: Iterable[CheckResult]) -> list[tuple[Verdict, int]]:
    """How many checks ended in each verdict, of those that occur."""
    counts = Counter(check.verdict for check in checks)
    return [(verdict, counts[verdict]) for verdict in Verdict if counts[verdict]]


def counted(checks: Iterable[CheckResult]) -> str:
    """How many checks ended how, in words: "25 proven, 1 failed"."""
    return ", ".join(f"{count} {WORDS[verdict]}" for verdict, count in tally(checks)) or "nothing was checked"


def summary(report: Report) -> str:
    """The line that sums a verification up."""
    retried = sum(check.attempts - 1 for check in report.checks)
    again = f"; {retried} asked again" if retried else ""
    return f"{report.verdict.value.upper()}: {counted(report.checks)} in {report.seconds:.1f} s{again}"


def facts(check: CheckResult) -> list[tuple[str, str]]:
    """All there is to say of a check besides its title, each with a short heading."""
    again = f", asked {check.attempts} times in {check.seconds:.1f} s" if check.attempts > 1 else ""
    explained = check.explanation
    said = [
        ("who", check.identity),
        ("asked", check.call),
        ("expected", check.expected),
        ("observed", check.observed + again),
        ("reason", check.reason),
        ("why", explained.why if explained else ""),
        ("but", explained.difference if explained else ""),
        ("change", explained.change if explained else ""),
    ]
    return [(heading, text) for heading, text in said if text]


def brief(text: str) -> str:
    """An answer in fewer words: what AWS repeats in every message is left out."""
    text = re.sub(r"User: \S+ is not authorized to perform: (\S+)( on resource: \S+)?", r"\1", text)
    text = re.sub(r"(\S+) because (no [\w -]+?) allows the \S+ action", r"\2 allows \1", text)
    return re.sub(r"arn:[\w-]+:(?:iam|sts)::\w*:", "", text)
