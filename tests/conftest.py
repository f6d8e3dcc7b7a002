"""What pytest says at the end: the score of the decision table, where it was asked."""

from __future__ import annotations

from typing import Any

_ROW = "tests/decisions/test_table.py::test_row["


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many of the table's rows were answered as AWS documents."""
    right, wrong = (
        sum(report.nodeid.startswith(_ROW) for kind in kinds for report in terminalreporter.stats.get(kind, ()))
        for kinds in (("passed",), ("failed", "error"))
    )
    if right + wrong:
        terminalreporter.write_line(f"decision table: {right} of {right + wrong} rows answered as AWS documents")
