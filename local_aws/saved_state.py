"""The state of the embedded AWS on disk: a private folder that is whole at any moment, also after `kill -9`.

There is a file for each service, and a manifest that names those that belong together, with their SHA-256 sums. A save
writes the services that changed into new files and then puts a new manifest in the place of the old one, in one step;
until that step the old manifest and all its files are there. It holds secrets in clear: folder 0700, files 0600.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

_FORMAT = 1
_MANIFEST = "manifest.json"
_LOCK = "lock"
_NEW = ".new"


class SavedStateError(Exception):
    """The saved state can't be used; the text is one line that says what to do."""


class _DamagedError(Exception):
    """What is wrong with a saved state."""


@dataclass(frozen=True, slots=True)
class _Saved:
    """A service's file: its name in the folder, and its sum."""

    file: str
    sha256: str


class SavedState:
    """The folder, held until `close` or this process's end. `version`: that of what the state is about."""

    def __init__(self, folder: Path, version: str, *, fresh: bool = False) -> None:
        """Take the folder, made where it is missing; `fresh`: without what it holds. Raises SavedStateError."""
        self._folder = folder.absolute()
        self._version = version
        self._files: dict[str, _Saved] = {}
        self._number = 0
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._lock = self._hold()
            if fresh:
                self._forget()
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def load(self) -> dict[str, bytes]:
        """What was last saved, by service; nothing the first time. Raises SavedStateError."""
        try:
            saved = self._read()
        except _DamagedError as damage:
            raise self.set_aside(str(damage)) from damage
        except OSError as error:
            raise _unusable(self._folder, error) from error
        self._remove_unnamed()
        return saved

    def save(self, changed: Mapping[str, bytes]) -> None:
        """Save these services; what was saved of the others stays. Raises OSError, and then the old state stays."""
        self._number += 1
        files = dict(self._files)
        for service, content in changed.items():
            name = f"{service}-{self._number}.json"
            self._write(name, content)
            files[service] = _Saved(name, hashlib.sha256(content).hexdigest())
        manifest = {
            "format": _FORMAT,
            "version": self._version,
            "number": self._number,
            "saved": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "services": {service: {"file": each.file, "sha256": each.sha256} for service, each in files.items()},
        }
        self._sync_names()
        self._write(_MANIFEST, json.dumps(manifest, indent=1).encode())
        self._sync_names()
        self._files = files
        self._remove_unnamed()

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.close()

    def set_aside(self, damage: str) -> SavedStateError:
        """Move the folder away, as it is, and return the error that says so."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = self._folder.with_name(f"{self._folder.name}-damaged-{stamp}")
        try:
            self._folder.rename(aside)
        except OSError as error:
            return _unusable(self._folder, error)
        return SavedStateError(
            f"the saved state is damaged ({damage}); it is kept in {aside}; start again to begin anew"
        )

    def _hold(self) -> IO[str]:
        lock = (self._folder / _LOCK).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise SavedStateError(
                f"another embedded AWS keeps its state in {self._folder}; stop it, or give another --save"
            ) from None
        return lock

    def _forget(self) -> None:
        # The manifest last: without it, what is left would pass for damage.
        for path in sorted(self._contents(), key=lambda path: path.name == _MANIFEST):
            path.unlink()

    def _read(self) -> dict[str, bytes]:
        try:
            text = (self._folder / _MANIFEST).read_bytes()
        except FileNotFoundError:
            if any(path.suffix != _NEW for path in self._contents()):
                raise _DamagedError(f"there is no {_MANIFEST}") from None
            # From now on a missing manifest means damage.
            self.save({})
            return {}
        self._files = self._read_manifest(text)
        return {service: self._read_file(each) for service, each in self._files.items()}

    def _read_manifest(self, text: bytes) -> dict[str, _Saved]:
        try:
            manifest = json.loads(text)
            written_by = (manifest["format"], manifest["version"])
            self._number = int(manifest["number"])
            files = {str(name): _Saved(str(f["file"]), str(f["sha256"])) for name, f in manifest["services"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _DamagedError(f"{_MANIFEST} can't be read") from None
        if written_by != (_FORMAT, self._version):
            raise _DamagedError(f"it is of another version: {written_by[1]}, not {self._version}")
        return files

    def _read_file(self, saved: _Saved) -> bytes:
        try:
            content = (self._folder / Path(saved.file).name).read_bytes()
        except FileNotFoundError:
            raise _DamagedError(f"{saved.file} is missing") from None
        if hashlib.sha256(content).hexdigest() != saved.sha256:
            raise _DamagedError(f"{saved.file} is not what was saved")
        return content

    def _write(self, name: str, content: bytes) -> None:
        new = self._folder / f"{name}{_NEW}"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / name)

    def _sync_names(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _remove_unnamed(self) -> None:
        named = {_MANIFEST, *(each.file for each in self._files.values())}
        for path in self._contents():
            if path.name not in named:
                path.unlink()

    def _contents(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if path.name != _LOCK]


def _unusable(folder: Path, error: OSError) -> SavedStateError:
    return SavedStateError(f"can't keep the state in {folder} ({error.strerror or error}); give another --save")
