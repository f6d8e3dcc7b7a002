"""The commands of the documentation, as they stand, one after the other in one shell."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.documentation import PAGES, commands
from tests.local.commands.conftest import BIN, ROOT, Lab

TOLD = [page for page in PAGES if commands(page, "bash")]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder as a checkout looks to who types commands into it, with the commands on the path."""
    (tmp_path / "bin").mkdir()
    doors = {
        "lab": f'"{sys.executable}" "{ROOT / "scripts" / "lab"}"',
        "pytest": f'"{sys.executable}" -m pytest -p labkit.pytest_plugin',
    }
    for name, command in doors.items():
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (tmp_path / "bin" / name).chmod(0o755)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


def told_pages() -> list[Any]:
    """The pages; the one with the most to type takes long."""
    longest = max(TOLD, key=lambda page: len(commands(page, "bash")))
    return [
        pytest.param(page, id=page.relative_to(ROOT).as_posix(), marks=[pytest.mark.long] if page == longest else [])
        for page in TOLD
    ]


@pytest.mark.parametrize("page", told_pages())
def test_the_commands_of_the_page(lab: Lab, place: Path, page: Path) -> None:
    told = commands(page, "bash")
    if any(command.line.startswith("lab up") for command in told):
        # `lab up` would start one on the port that it has by default, which may be taken here.
        assert lab("local", "start", "--port", "0").returncode == 0
    lines = [
        f"{{ {command.line}\n}} >{place}/{number}.said 2>&1\necho $? >{place}/{number}.code"
        for number, command in enumerate(told)
    ]
    inside = page.parent if page.is_relative_to(ROOT / "examples") else ROOT
    script = f"cd {place / inside.relative_to(ROOT)}\n" + "\n".join(lines)
    path = os.pathsep.join([str(place / "bin"), str(BIN), os.environ["PATH"]])
    lab.run(["sh", "-c", script], {"PATH": path, "PYTHONPATH": str(ROOT)})
    for number, command in enumerate(told):
        said = (place / f"{number}.said").read_text()
        failed = (place / f"{number}.code").read_text().strip() != "0"
        assert failed == bool(command.error), f"{command.line}\n{said}"
        assert command.error.lower() in said.lower(), f"{command.line}\n{said}"


def test_these_pages_are_run() -> None:
    names = {page.relative_to(ROOT).as_posix() for page in TOLD}
    assert names == {
        "docs/learner.md",
        "docs/ci.md",
        "docs/platform-engineer.md",
        "examples/platform-roles/README.md",
    }
