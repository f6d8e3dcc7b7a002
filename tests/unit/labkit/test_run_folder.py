"""A run leaves nothing behind, and the next one removes what a killed one left."""

from pathlib import Path

import pytest

from labkit.run_folder import remove_leftovers, run_folder


def test_the_folder_is_gone_after_the_run_however_it_ends(tmp_path: Path) -> None:
    with run_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()
    with pytest.raises(ZeroDivisionError), run_folder(tmp_path) as folder:
        _ = 1 / 0
    assert not folder.exists()


def test_only_a_dead_run_s_folder_is_removed(tmp_path: Path) -> None:
    dead = tmp_path / "runs" / "run-dead"
    dead.mkdir(parents=True)
    (dead / "cdk.log").touch()
    with run_folder(tmp_path) as alive:
        (said,) = remove_leftovers(tmp_path)
        assert "killed run" in said
        assert alive.exists()
        assert not dead.exists()
        assert remove_leftovers(tmp_path) == []
