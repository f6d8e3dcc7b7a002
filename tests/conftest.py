"""In what order the tests run, and what pytest says at the end: the score of the decision table, where it was asked."""

from __future__ import annotations

from typing import Any

import pytest

_ROW = "tests/decisions/test_table.py::test_row["


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the long tests evenly over the others.

    Each worker begins with its own stretch of the list; one that came upon a long test last would be waited for.
    """
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if not item.get_closest_marker("long")]
    for number, item in enumerate(long):
        others.insert(number * len(items) // len(long), item)
    items[:] = others


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many of the table's rows were answered as AWS documents."""
    right, wrong = (
        sum(report.nodeid.startswith(_ROW) for kind in kinds for report in terminalreporter.stats.get(kind, ()))
        for kinds in (("passed",), ("failed", "error"))
    )
    if right + wrong:
        terminalreporter.write_line(f"decision table: {right} of {right + wrong} rows answered as AWS documents")
