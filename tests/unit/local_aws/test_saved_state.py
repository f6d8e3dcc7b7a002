"""The folder that keeps the state: whole at any moment, private, and never replaced where it is damaged."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_aws.saved_state import SavedState, SavedStateError

VERSION = "1"


@contextmanager
def opened(folder: Path, version: str = VERSION, *, fresh: bool = False) -> Iterator[SavedState]:
    saved = SavedState(folder, version, fresh=fresh)
    try:
        yield saved
    finally:
        saved.close()


def saved_in(folder: Path) -> dict[str, bytes]:
    with opened(folder) as saved:
        return saved.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which two services were saved."""
    folder = tmp_path / "saved"
    with opened(folder) as saved:
        assert saved.load() == {}
        saved.save({"iam": b"one", "s3": b"two"})
    return folder


def test_what_was_saved_is_there_and_the_last_of_each_service(folder: Path) -> None:
    with opened(folder) as saved:
        saved.load()
        saved.save({"iam": b"three"})
    assert saved_in(folder) == {"iam": b"three", "s3": b"two"}


def test_only_what_changed_is_written(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("s3-*")}
    with opened(folder) as saved:
        saved.load()
        saved.save({"iam": b"three"})
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("s3-*")} == before
    assert len(list(folder.glob("iam-*"))) == 1


def test_it_is_private(folder: Path) -> None:
    folder.chmod(0o755)
    saved_in(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in folder.glob("*.json")} == {0}


def test_a_save_that_does_not_come_to_its_end_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, or out of space, at any file: what was there before is there."""
    real, calls = Path.replace, []
    for fails_at in range(3):

        def replace(path: Path, target: Path, fails_at: int = fails_at) -> Path:
            if len(calls) == fails_at:
                raise OSError(28, "No space left on device")
            calls.append(target)
            return real(path, target)

        calls.clear()
        with opened(folder) as saved:
            saved.load()
            with monkeypatch.context() as patched:
                patched.setattr(Path, "replace", replace)
                with pytest.raises(OSError, match="No space"):
                    saved.save({"iam": b"new", "s3": b"new"})
        assert saved_in(folder) == {"iam": b"one", "s3": b"two"}


def manifest(folder: Path) -> Path:
    return folder / "manifest.json"


def service_file(folder: Path) -> Path:
    (path,) = folder.glob("iam-*")
    return path


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a service's file changed": lambda folder: service_file(folder).write_bytes(b"onf"),
    "a service's file cut off": lambda folder: service_file(folder).write_bytes(b""),
    "a service's file missing": lambda folder: service_file(folder).unlink(),
    "the manifest cut off": lambda folder: manifest(folder).write_bytes(manifest(folder).read_bytes()[:-20]),
    "the manifest empty": lambda folder: manifest(folder).write_bytes(b""),
    "the manifest something else": lambda folder: manifest(folder).write_text("[]"),
    "the manifest missing": lambda folder: manifest(folder).unlink(),
    "the manifest of another version": lambda folder: manifest(folder).write_text(
        json.dumps({**json.loads(manifest(folder).read_text()), "version": "2"})
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_one_clear_line_and_everything_is_kept_aside(folder: Path, damage: str) -> None:
    DAMAGES[damage](folder)
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    with opened(folder) as saved, pytest.raises(SavedStateError) as failure:
        saved.load()
    (aside,) = folder.parent.glob("saved-damaged-*")
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == there
    line = str(failure.value)
    assert "\n" not in line
    assert str(aside) in line
    assert "start again" in line
    assert saved_in(folder) == {}
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == there


def test_a_folder_that_was_taken_but_never_saved_to_is_no_damage(tmp_path: Path) -> None:
    with opened(tmp_path / "saved"):
        pass
    (tmp_path / "saved" / "manifest.json.new").write_text("{")
    assert saved_in(tmp_path / "saved") == {}


def test_one_process_at_a_time(folder: Path) -> None:
    with opened(folder) as saved:
        with pytest.raises(SavedStateError, match="another embedded AWS"):
            SavedState(folder, VERSION)
        assert saved.load() == {"iam": b"one", "s3": b"two"}


def test_fresh_forgets(folder: Path) -> None:
    with opened(folder, fresh=True) as saved:
        assert saved.load() == {}
    assert saved_in(folder) == {}
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_that_can_t_be_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SavedStateError, match="give another --save"):
        SavedState(tmp_path / "file" / "saved", VERSION)
