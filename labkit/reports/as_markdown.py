"""The report as Markdown, for the summary page of a CI run."""

from __future__ import annotations

import re

from labkit.reports import comparison
from labkit.reports.wording import MARKS, WORDS, facts, summary
from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$@-])")


def render(report: Report) -> str:
    """A table of the labs, what is not proven in full, and all other checks folded away."""
    parts = [
        f"## {MARKS[report.verdict]} AssumeRole Lab: {WORDS[report.verdict]}",
        _plain(summary(report)),
        "\n".join(["| lab | verdict | checks | seconds |", "| --- | --- | ---: | ---: |", *map(_row, report.labs)]),
        *(_in_full(lab, check) for lab in report.labs for check in lab.checks if check.verdict is not Verdict.PROVEN),
        *(_comparison(lab) for lab in report.labs if lab.compared),
        *map(_folded, report.labs),
    ]
    return "\n\n".join(parts) + "\n\n"


def _row(lab: LabResult) -> str:
    verdict = f"{MARKS[lab.verdict]} {WORDS[lab.verdict]}"
    return f"| {_plain(lab.title or lab.lab)} | {verdict} | {len(lab.checks)} | {lab.seconds:.1f} |"


def _in_full(lab: LabResult, check: CheckResult) -> str:
    heading = f"### {MARKS[check.verdict]} {_plain(check.title)} ({WORDS[check.verdict]})"
    said = [f"- {name}: {_plain(text)}" for name, text in [("check", f"{lab.lab} {check.id}"), *facts(check)]]
    return "\n".join([heading, "", *said])


def _comparison(lab: LabResult) -> str:
    """Who may make which call, as a table."""
    headings, *rows = ([_plain(cell) for cell in row] for row in comparison.table(lab))
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _folded(lab: LabResult) -> str:
    lines = [f"- {MARKS[check.verdict]} {_plain(check.title)}" for check in lab.checks]
    return "\n".join([f"<details><summary>{_plain(lab.lab)}</summary>", "", *lines, "", "</details>"])


def _plain(text: str) -> str:
    """A text that Markdown shows as it is: an answer of AWS must not become a link, a heading or a tag."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("://", "\\://")
