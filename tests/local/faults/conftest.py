"""Embedded AWSs on which something goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.local.callers import Embedded, start_embedded, stop_embedded

WithFaults = Callable[..., Embedded]


@pytest.fixture(scope="module")
def with_faults() -> Iterator[WithFaults]:
    """`with_faults("throttle=1", …)`: an embedded AWS with these faults, the same one each time it is asked for."""
    running: dict[tuple[str, ...], Embedded] = {}

    def instance(*faults: str) -> Embedded:
        if faults not in running:
            running[faults] = start_embedded(*(option for fault in faults for option in ("--fault", fault)))
        return running[faults]

    yield instance
    for each in running.values():
        assert stop_embedded(each) == 0
