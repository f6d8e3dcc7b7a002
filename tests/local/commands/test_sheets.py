"""The commands of every lab's sheet, as they stand, through the real AWS CLI in the lab shell."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.lab_sheets import LABS, Block, sheet
from tests.local.commands.conftest import Lab


@pytest.fixture
def every_lab(lab: Lab) -> Iterator[Lab]:
    """All the labs beside one another; whatever the sheets' commands did to them is taken down with them."""
    started = lab("local", "start", "--port", "0")
    assert started.returncode == 0, started.stderr
    deployed = lab("up")
    assert deployed.returncode == 0, deployed.stderr
    yield lab
    down = lab("down")
    assert down.returncode == 0, down.stdout + down.stderr
    assert "all gone" in down.stdout


def script(block: Block, folder: Path) -> str:
    """A shell script of the block that writes each command's words and exit code into `folder`."""
    lines = [
        f"{{ {command.line}\n}} >{folder}/{number}.said 2>&1\necho $? >{folder}/{number}.code"
        for number, command in enumerate(block.commands)
    ]
    return "\n".join(lines)


def problems(lab: Lab, name: str, folder: Path) -> list[str]:
    """The commands of a lab's sheet that did not do what the sheet says, each with what it said."""
    found, ran = [], 0
    for position, block in enumerate(sheet(name).blocks):
        place = folder / name / str(position)
        place.mkdir(parents=True)
        lab("shell", block.user, "--", "sh", "-c", script(block, place))
        for number, command in enumerate(block.commands):
            said = (place / f"{number}.said").read_text()
            failed = (place / f"{number}.code").read_text().strip() != "0"
            if failed != bool(command.error) or command.error not in said:
                found.append(f"{command.line}\n{said}")
            ran += 1
    return found if ran else ["its sheet has no commands"]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_commands_of_every_sheet(every_lab: Lab, tmp_path: Path) -> None:
    """One test, since to deploy the labs takes longer than the commands; two sheets at a time."""
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(LABS, pool.map(lambda name: problems(every_lab, name, tmp_path / "said"), LABS), strict=True))
    assert found == {name: [] for name in LABS}
