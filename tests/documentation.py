"""The documentation as data: pages, links, anchors, and the commands that it tells the reader to type.

A block fenced as `bash` is run by a test as it stands, on an embedded AWS; `  # WORD` behind a command says that it
fails and says that word. A block fenced as `sh` is not run: it needs an account, a network, or an hour. Its commands
are listed in the tests, and their options are looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*/*.md")])
LINKED = sorted([*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "lab_stacks").glob("*/README.md")])


@dataclass(frozen=True)
class Command:
    """A command line; `error`: the word that it says when it fails, empty if it must succeed."""

    line: str
    error: str


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """The contents of the code blocks in `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def commands(page: Path, language: str) -> list[Command]:
    """The commands of the page's blocks in `language`, in order."""
    lines = (line for block in blocks(page, language) for line in block.splitlines() if line.strip())
    return [Command(line.partition("  # ")[0].strip(), line.partition("  # ")[2].strip()) for line in lines]


def links(page: Path) -> list[str]:
    """The targets of the page's links, but for those into the web."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the page's headings."""
    found: dict[str, int] = {}
    result = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        count = found[slug] = found.get(slug, -1) + 1
        result.add(f"{slug}-{count}" if count else slug)
    return result
