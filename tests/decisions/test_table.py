"""The embedded AWS answers every row of the decision table as AWS documents it."""

from __future__ import annotations

import pytest

from tests.decisions.score import Scorer
from tests.decisions.table import Row, rows

ROWS = rows()
LEAST = 300


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row(scorer: Scorer, row: Row) -> None:
    outcome = scorer.answer(row)
    assert outcome.right, str(outcome)


def test_the_table_is_as_long_as_it_has_to_be() -> None:
    assert len(ROWS) >= LEAST


def test_every_topic_has_rows_of_both_kinds() -> None:
    kinds = {row.group.topic: {other.allowed for other in ROWS if other.group.topic == row.group.topic} for row in ROWS}
    assert all(found == {True, False} for found in kinds.values()), kinds
