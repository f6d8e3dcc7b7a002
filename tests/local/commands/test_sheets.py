"""The commands of every lab's sheet, as they stand, through the real AWS CLI in the lab shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab_sheets import LABS, Block, sheet
from tests.local.commands.conftest import Lab


@pytest.fixture(scope="session")
def every_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All the labs beside one another; whatever the sheets' commands did to them is taken down with them."""
    lab = Lab(tmp_path_factory.mktemp("sheets") / "home")
    started = lab("local", "start", "--port", "0")
    assert started.returncode == 0, started.stderr
    try:
        deployed = lab("up")
        assert deployed.returncode == 0, deployed.stderr
        yield lab
        down = lab("down")
        assert down.returncode == 0, down.stdout + down.stderr
        assert "all gone" in down.stdout
    finally:
        lab("local", "stop", "--quiet")


def script(block: Block, folder: Path) -> str:
    """A shell script of the block that writes each command's words and exit code into `folder`."""
    lines = [
        f"{{ {command.line}\n}} >{folder}/{number}.said 2>&1\necho $? >{folder}/{number}.code"
        for number, command in enumerate(block.commands)
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("name", LABS)
def test_the_commands_of_the_sheet(every_lab: Lab, name: str, tmp_path: Path) -> None:
    blocks = sheet(name).blocks
    assert blocks
    for position, block in enumerate(blocks):
        folder = tmp_path / str(position)
        folder.mkdir()
        every_lab("shell", block.user, "--", "sh", "-c", script(block, folder))
        for number, command in enumerate(block.commands):
            said = (folder / f"{number}.said").read_text()
            failed = (folder / f"{number}.code").read_text().strip() != "0"
            assert failed == bool(command.error), f"{command.line}\n{said}"
            assert command.error in said, f"{command.line}\n{said}"
