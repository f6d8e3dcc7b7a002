"""Sixteen clients and thousands of calls: wrong answers, and what the embedded AWS's memory grows by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench import servers
from tests.bench.figures import Figure
from tests.local import load

_CLIENTS = 16
_CALLS = 5000
# CloudTrail's event history holds 10,000 events, the record of decisions 2,000; the sessions stay until they expire.
_WARMING = 10_000
_KILOBYTES_A_MEGABYTE = 1024


def figures() -> Iterator[Figure]:
    """The growth is that of as many calls again, once all that is kept for a while is there."""
    with servers.embedded_aws() as server:
        clients = load.make_clients(server.admin, _CLIENTS, "load")
        wrong = load.run(clients, _WARMING)
        before = _megabytes(server.process.pid)
        wrong += load.run(clients, _CALLS)
        after = _megabytes(server.process.pid)
    print("\n".join(wrong[:10]), end="\n" if wrong else "", flush=True)
    yield Figure(f"wrong answers to {_CLIENTS} clients' {_WARMING + _CALLS} calls", len(wrong), 0, "answers")
    yield Figure(f"memory of the embedded AWS after {_WARMING} calls", before, 300, "MB")
    yield Figure(f"… what another {_CALLS} calls add to it", after - before, 30, "MB")


def _megabytes(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / _KILOBYTES_A_MEGABYTE
