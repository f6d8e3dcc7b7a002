"""A story that is interrupted right after it has changed something takes that back all the same."""

from __future__ import annotations

import os
import signal

import pytest

from labkit.deadline import Deadline
from labkit.interruption import Interrupted, signals_interrupt
from labkit.results import CheckResult
from labkit.verification import standing, verify
from tests.local.labkit.conftest import Nobody, Stand
from tests.local.labkit.test_every_lab import everything


class Interrupter(Nobody):
    """Tells this process to stop as soon as the check `id` is decided."""

    def __init__(self, id: str, number: signal.Signals) -> None:
        self.id, self.number = id, number
        self.verdict = ""

    def decided(self, result: CheckResult) -> None:
        if result.id == self.id:
            self.verdict = result.verdict.value
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("data-bucket", "role-put-object"),
        ("data-bucket", "join-group"),
        ("revoke-sessions", "revoke"),
        ("session-tags", "beta-writes"),
    ],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_it_changed_is_taken_back(stand: Stand, name: str, step: str, number: signal.Signals) -> None:
    lab = stand(name)
    before = everything(lab)
    audience = Interrupter(step, number)
    labs = standing((lab.entry,), lab.place, named=True)
    with pytest.raises(Interrupted, match=number.name), signals_interrupt():
        verify(labs, lab.place, Deadline(30), audience)
    assert audience.verdict == "proven"
    assert everything(lab) == before
