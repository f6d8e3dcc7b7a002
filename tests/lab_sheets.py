"""The lab sheets as data: their sections, the commands that they tell the reader to type, and what should come of it.

The form that all sheets keep: CLI blocks are fenced as `console`, and belong to the user whom the last `lab shell USER`
before them names; `# CODE` behind a command says that it ends in that error. In the table of things to break, the
first column is a command of the administrator, and the checks in backticks in the second column then fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import app as cdk_app

SECTIONS = (
    "What you learn",
    "What is deployed",
    "Try it in the CLI",
    "Try it in the console (AWS only)",
    "Break it",
    "Clean up",
)


@dataclass(frozen=True)
class Command:
    """A command line of a sheet; `error`: the code in which it ends, empty if it succeeds."""

    line: str
    error: str


@dataclass(frozen=True)
class Block:
    """Commands that one user types one after the other into one shell."""

    user: str
    commands: tuple[Command, ...]


@dataclass(frozen=True)
class Break:
    """A row of the table of things to break: the administrator's command, and the checks that then fail."""

    command: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A lab's sheet."""

    lab: str
    text: str

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(re.findall(r"^## (.+)$", self.text, re.MULTILINE))

    def section(self, heading: str) -> str:
        """The text under a heading of the second level."""
        return self.text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]

    @property
    def blocks(self) -> list[Block]:
        found, user = [], ""
        for shell, commands in re.findall(
            r"`lab shell ([\w.-]+)`|```console\n(.*?)```", self.section("Try it in the CLI"), re.DOTALL
        ):
            user = shell or user
            if commands:
                found.append(Block(user, tuple(_command(line) for line in commands.strip().splitlines())))
        return found

    @property
    def breaks(self) -> list[Break]:
        rows = re.findall(r"^\| `(.+?)` \| (.+) \|$", self.section("Break it"), re.MULTILINE)
        return [Break(command, tuple(re.findall(r"`([\w-]+)`", then))) for command, then in rows]


def _command(line: str) -> Command:
    command, _, error = line.partition("  # ")
    return Command(command.strip(), error.strip())


def sheet(lab: str) -> Sheet:
    """The sheet of `lab`."""
    return Sheet(lab, (cdk_app.lab_folders()[lab] / "README.md").read_text(encoding="utf-8"))


LABS = tuple(sorted(cdk_app.lab_folders()))
LAB_STACKS: Path = cdk_app.LAB_STACKS
