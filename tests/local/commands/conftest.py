"""The lab as a user has it: its commands as processes of their own, with a state folder of their own.

`lab`       runs a command of the lab and returns what it said; `lab.home` is its state folder.
`standing`  the same, with the James lab standing on a lasting embedded AWS (one for all tests of a worker: tests
            that use it leave it as they found it).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Lab:
    """Runs the lab's commands with the state folder `home`, in an environment with no AWS setting."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LAB_"))}
        return {**kept, "LAB_HOME": str(self.home)}

    def __call__(self, *arguments: str, env: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
        return self.run([sys.executable, str(ROOT / "scripts" / "lab"), *arguments], env)

    def run(self, command: list[str], env: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def exports(self, *arguments: str) -> dict[str, str]:
        """The variables that `eval "$(lab env)"` would set."""
        lines = self("env", *arguments).stdout.splitlines()
        return dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path / "home")
    yield lab
    lab("local", "stop", "--quiet")


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("standing") / "home")
    started = lab("local", "start", "--port", "0")
    assert started.returncode == 0, started.stderr
    deployed = lab("up", "james-s3")
    assert deployed.returncode == 0, deployed.stderr
    yield lab
    stopped = lab("local", "stop")
    assert stopped.returncode == 0, stopped.stderr
