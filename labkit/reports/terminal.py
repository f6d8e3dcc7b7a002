"""What a person sees: what is going on while it goes on, then every check, then one line that sums it up."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from labkit.checks.check import Check
from labkit.checks.observation import Observation
from labkit.reports import comparison
from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict

_SECONDS_BETWEEN_LINES = 10.0
_WORTH_SAYING_S = 2.0
# With fewer columns a title, an expected and an observed answer don't fit beside one another.
_WIDE = 90
_STYLES = {
    Verdict.PROVEN: ("✓", "green"),
    Verdict.FAILED: ("✗", "bold red"),
    Verdict.UNDETERMINED: ("?", "yellow"),
    Verdict.NOT_APPLICABLE: ("-", "dim"),
}


class Terminal:
    """Speaks to a person: results on standard output, progress on standard error; plain where neither is a terminal."""

    def __init__(self) -> None:
        self.out = Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())
        self.err = Console(file=sys.stderr, highlight=False, soft_wrap=not sys.stderr.isatty())
        self._progress: Progress | None = None
        self._last_line = 0.0
        self._decided = 0

    def say(self, text: str) -> None:
        """A line of result."""
        self.out.print(Text(text))

    def note(self, text: str) -> None:
        """A line about what is going on."""
        self.err.print(Text(text))

    @contextlib.contextmanager
    def stage(self, what: str) -> Iterator[None]:
        """Show that `what` is going on, and for how long, until the block ends."""
        started = time.monotonic()
        with self._moving(what):
            yield
        self.note(f"{what}: {time.monotonic() - started:.1f} s")

    @contextlib.contextmanager
    def _moving(self, what: str) -> Iterator[None]:
        if not self.err.is_terminal:
            self.note(f"{what} …")
            yield
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Progress(*columns, console=self.err, transient=True) as progress:
            progress.add_task(what)
            self._progress = progress
            try:
                yield
            finally:
                self._progress = None

    def waiting(self, check: Check, observation: Observation, waited: float) -> None:
        """Tell what a check waits for (see `labkit.runner.Audience`)."""
        if waited < _WORTH_SAYING_S:
            return
        text = f"waiting {waited:.0f} s for: {check.title} ({observation.reason or observation.observed})"
        if self._progress:
            self._progress.update(self._progress.task_ids[0], description=text)
        elif time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self.note(text)

    def decided(self, result: CheckResult) -> None:
        """Tell that a check is decided (see `labkit.runner.Audience`)."""
        self._decided += 1
        if self._progress:
            text = f"{self._decided} checks decided, last: {result.title}"
            self._progress.update(self._progress.task_ids[0], description=text)

    def report(self, report: Report) -> None:
        """Every check with what was expected and observed, what went wrong in full, and the summary line."""
        for lab in report.labs:
            self._table(lab) if self.out.is_terminal else self._lines(lab)
            self._comparison(lab)
            self._problems(lab)
            self._explanations(lab)
        self.say(summary(report))

    def explanation(self, result: CheckResult) -> None:
        """One check in full, and why AWS answers it so."""
        mark, style = _STYLES[result.verdict]
        self.out.print(Text(f"{mark} {result.verdict.value}: {result.title}", style))
        self.say(f"    {result.identity}: {result.call}")
        self.say(f"    expected: {result.expected}")
        self.say(f"    observed: {result.observed}")
        if result.reason:
            self.say(f"    {result.reason}")
        self._explanation(result)

    def _table(self, lab: LabResult) -> None:
        """One line a check, under who asked; whoever wants it in full looks into the files."""
        table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
        headings = (f"{lab.lab} ({lab.stack})", "expected", "observed")
        for heading in headings if self.out.width >= _WIDE else headings[:1]:
            table.add_column(heading, ratio=1, no_wrap=True, overflow="ellipsis")
        identity = ""
        for check in lab.checks:
            if check.identity != identity:
                identity = check.identity
                table.add_row(Text(f"as {identity}", "italic"))
            mark, style = _STYLES[check.verdict]
            title = Text.assemble((f" {mark} ", style), check.title)
            cells = (title, Text(brief(check.expected)), Text(brief(check.observed)))
            table.add_row(*cells[: len(table.columns)])
        self.out.print(table)

    def _lines(self, lab: LabResult) -> None:
        self.say(f"{lab.lab} ({lab.stack})")
        for check in lab.checks:
            self.say(
                f"  {check.verdict.value:<12}  {check.title}  [{check.identity}: {check.call}]"
                f"  expected: {check.expected}  observed: {check.observed}"
            )

    def _comparison(self, lab: LabResult) -> None:
        rows = comparison.table(lab)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.say(f"  {'  '.join(cells)}".rstrip())

    def _problems(self, lab: LabResult) -> None:
        for check in lab.checks:
            if check.verdict is Verdict.PROVEN:
                continue
            mark, style = _STYLES[check.verdict]
            self.out.print(Text(f"{mark} {check.verdict.value}: {check.id}: {check.title}", style))
            self.say(f"    {check.identity}: {check.call}")
            self.say(f"    expected: {check.expected}")
            self.say(f"    observed: {check.observed}")
            if check.reason:
                self.say(f"    {check.reason}")

    def _explanations(self, lab: LabResult) -> None:
        for check in lab.checks:
            if check.explanation:
                mark, style = _STYLES[check.verdict]
                self.out.print(Text.assemble((f"{mark} ", style), f"{check.title} ({check.id})"))
                self._explanation(check)

    def _explanation(self, check: CheckResult) -> None:
        for line in check.explanation.lines if check.explanation else ():
            # A pipe has no width to wrap to: Padding would cut.
            self.out.print(Padding(Text(line), (0, 0, 0, 4)) if self.out.is_terminal else Text(f"    {line}"))


def brief(text: str) -> str:
    """An answer in fewer words, for a table: what AWS repeats in every message is left out."""
    text = re.sub(r"User: \S+ is not authorized to perform: (\S+)( on resource: \S+)?", r"\1", text)
    text = re.sub(r"(\S+) because (no [\w -]+?) allows the \S+ action", r"\2 allows \1", text)
    return re.sub(r"arn:[\w-]+:(?:iam|sts)::\w*:", "", text)


def summary(report: Report) -> str:
    """The line that sums a verification up."""
    counts = Counter(check.verdict for check in report.checks)
    said = [f"{counts[verdict]} {verdict.value.replace('_', ' ')}" for verdict in Verdict if counts[verdict]]
    retried = sum(check.attempts - 1 for check in report.checks)
    again = f"; {retried} asked again" if retried else ""
    verdict = report.verdict.value.upper()
    return f"{verdict}: {', '.join(said) or 'nothing was checked'} in {report.seconds:.1f} s{again}"
