"""What a person sees: what is going on while it goes on, then every check in brief, and what matters in full."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from labkit.checks.check import Check
from labkit.checks.observation import Observation
from labkit.reports import comparison
from labkit.reports.wording import MARKS, WORDS, brief, counted, facts, summary
from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict

_SECONDS_BETWEEN_LINES = 10.0
_WORTH_SAYING_S = 2.0
# With fewer columns a title and an answer don't fit beside one another.
_WIDE = 100
_INDENT = 4
_STYLES = {
    Verdict.PROVEN: "green",
    Verdict.FAILED: "bold red",
    Verdict.UNDETERMINED: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
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
        # One line, whatever it says: one that wraps would leave its lower half behind.
        description = TextColumn(
            "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
        )
        elapsed = TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7))
        with Progress(SpinnerColumn(), elapsed, description, console=self.err, transient=True) as progress:
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
            text = f"{self._decided} decided, the last: {MARKS[result.verdict]} {result.title}"
            self._progress.update(self._progress.task_ids[0], description=text)

    def report(self, report: Report) -> None:
        """Every check in brief, what is not proven or was explained in full, and the summary line."""
        for lab in report.labs:
            if self.out.is_terminal:
                self._story(lab, alone=len(report.labs) == 1)
            else:
                self._lines(lab)
            if len(report.labs) == 1 or lab.verdict is not Verdict.PROVEN:
                self._comparison(lab)
            for check in lab.checks:
                if check.verdict is not Verdict.PROVEN or check.explanation:
                    self.in_full(check)
        style = _STYLES[report.verdict] if report.checks else ""
        self.out.print(Text(summary(report), style))

    def in_full(self, check: CheckResult) -> None:
        """One check, with everything that is known of it."""
        mark, word, style = MARKS[check.verdict], WORDS[check.verdict], _STYLES[check.verdict]
        self.out.print(Text.assemble((f"{mark} {word}: {check.title}", style), (f"  ({check.id})", "dim")))
        if not self.out.is_terminal:
            for heading, text in facts(check):
                self.say(f"{'':{_INDENT}}{heading:<9} {text}")
            return
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for heading, text in facts(check):
            table.add_row(heading, Text(text))
        self.out.print(Padding(table, (0, 0, 1, _INDENT)))

    def _story(self, lab: LabResult, *, alone: bool) -> None:
        """A line for each check, under who asked; of several labs, those that are proven in one line."""
        mark, style = MARKS[lab.verdict], _STYLES[lab.verdict]
        self.out.print(Text.assemble((f"{mark} ", style), (lab.lab, "bold"), f"  {lab.title}"))
        if lab.verdict is Verdict.PROVEN and not alone:
            self.out.print(Text(f"  {counted(lab.checks)} in {lab.seconds:.1f} s", "dim"))
            return
        table = Table.grid(padding=(0, 2), expand=True)
        wide = self.out.width >= _WIDE
        table.add_column(f"{'':4}check", no_wrap=True, overflow="ellipsis", ratio=5)
        for heading in ("expected", "observed") if wide else ():
            table.add_column(heading, no_wrap=True, overflow="ellipsis", ratio=4, style="dim")
        table.show_header = wide
        identity = ""
        for check in lab.checks:
            if check.identity != identity:
                identity = check.identity
                table.add_row(Text(f"  as {identity}", "italic"))
            title = Text.assemble("  ", (f"{MARKS[check.verdict]} ", _STYLES[check.verdict]), check.title)
            answers = (Text(brief(check.expected)), Text(brief(check.observed)))
            table.add_row(title, *answers[: len(table.columns) - 1])
        self.out.print(table)
        self.out.print()

    def _lines(self, lab: LabResult) -> None:
        """A line for each check, to be searched and cut by other programs."""
        for check in lab.checks:
            self.say(
                f"{check.verdict.value:<14}  {lab.lab}  {check.id}  {check.title}"
                f"  expected: {brief(check.expected)}  observed: {brief(check.observed)}"
            )

    def _comparison(self, lab: LabResult) -> None:
        rows = comparison.table(lab)
        if rows and self.out.is_terminal:
            table = Table.grid(padding=(0, 2))
            for row in rows:
                table.add_row(*map(Text, row))
            self.out.print(Padding(table, (0, 0, 1, 2)))
            return
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.say(f"  {'  '.join(cells)}".rstrip())
