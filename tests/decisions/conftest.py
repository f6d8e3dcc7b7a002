"""The scorer of one embedded AWS for all rows of a test worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.decisions.__main__ import administrators
from tests.decisions.score import Scorer


@pytest.fixture(scope="session")
def scorer() -> Iterator[Scorer]:
    with administrators(None) as callers:
        yield Scorer(callers)
