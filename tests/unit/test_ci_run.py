"""`.ci/run`: what `make test` says, pytest's summary last, and the exit code of what failed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUMMARY = "3 failed, 120 passed in 9.87s"


def run_with(make: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it with a `make` that is this shell script."""
    program = folder / "make"
    program.write_text(f"#!/bin/sh\n{make}\n", encoding="utf-8")
    program.chmod(0o755)
    return subprocess.run(
        [str(ROOT / ".ci" / "run")],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_calls_make_test_in_the_checkout(tmp_path: Path) -> None:
    done = run_with('echo "$PWD $*"', tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{ROOT} test\n")


@pytest.mark.parametrize(
    ("last_words", "code"),
    [
        ("make: *** [Makefile:15: test] Error 1", 1),
        ("make: *** [Makefile:15: test] Error 3", 3),
        ("make[1]: *** [Makefile:15: test] Error 1", 1),
        ("make: *** [Makefile:15: test] Fehler 1", 1),
    ],
)
def test_a_failure_ends_with_pytests_summary_and_code(last_words: str, code: int, tmp_path: Path) -> None:
    done = run_with(f"echo '{SUMMARY}'; echo '{last_words}' >&2; exit 2", tmp_path)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1] == SUMMARY
    assert done.stderr == ""


def test_a_failure_without_a_recipe_keeps_makes_own_words_and_code(tmp_path: Path) -> None:
    words = "make: *** No rule to make target 'test'.  Stop."
    done = run_with(f'echo "{words}" >&2; exit 2', tmp_path)
    assert (done.returncode, done.stdout) == (2, f"{words}\n")


def test_what_the_set_up_says_is_shown(tmp_path: Path) -> None:
    words = "set-up: Python 3.11 or newer is needed, this is 3.9.2"
    done = run_with(f"echo '{words}' >&2; echo 'make: *** [Makefile:45: .venv/ready] Error 2' >&2; exit 2", tmp_path)
    assert (done.returncode, done.stdout) == (2, f"{words}\n")
