"""A private folder for one `lab run`, and the removal of what killed runs left behind."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from labkit.state import private_folder

_LOCK = "lock"


@contextlib.contextmanager
def run_folder(home: Path) -> Iterator[Path]:
    """A folder that is locked while the block runs and gone after it."""
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=private_folder(home / "runs")))
    lock = (folder / _LOCK).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def remove_leftovers(home: Path) -> list[str]:
    """Remove the folders of runs that were killed; return, in words, what was removed.

    A run that is alive holds its lock, so only a dead one's can be taken. Its embedded AWS has ended with it.
    """
    removed = []
    for folder in sorted(private_folder(home / "runs").glob("run-*")):
        with contextlib.suppress(OSError), (folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            started = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            shutil.rmtree(folder)
            removed.append(f"removed what a killed run left behind (of {started:%Y-%m-%d %H:%M:%S} UTC)")
    return removed
