"""The labs there are: every folder of `lab_stacks` that has checks."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labkit.checks.lab import Lab
from labkit.errors import LabError

LAB_STACKS = Path(__file__).resolve().parent.parent / "lab_stacks"


@dataclass(frozen=True)
class Entry:
    """A lab's place: `folder` in `lab_stacks` (a lab's name is its folder's, with dashes)."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name.replace("_", "-")

    @property
    def partner_stack(self) -> str:
        """The name of the stack that stands in the second account; "" for a lab in one account."""
        return f"{self.lab.stack}Partner" if (self.folder / "partner_stack.py").exists() else ""

    @cached_property
    def lab(self) -> Lab:
        """What the lab's `checks.py` declares. Loading it never loads the CDK."""
        module = importlib.import_module(f"{self.folder.parent.name}.{self.folder.name}.checks")
        lab: Lab = module.LAB
        return lab


def all_labs(root: Path = LAB_STACKS) -> tuple[Entry, ...]:
    """All labs, by name."""
    return tuple(Entry(checks.parent) for checks in sorted(root.glob("*/checks.py")))


def by_document(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The labs by the document that each comes from in the first place ("000 AWS STS-AssumeRole"), in that order."""
    found: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.lab.document, entry.name)):
        found.setdefault(entry.lab.document, []).append(entry)
    return found


def find_labs(names: tuple[str, ...], root: Path = LAB_STACKS) -> tuple[Entry, ...]:
    """The labs of these names, each once, in this order. Raises `LabError` for a name that is none."""
    by_name = {entry.name: entry for entry in all_labs(root)}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise LabError(f"there is no lab {unknown[0]!r}; the labs are: {', '.join(by_name)}")
    return tuple(by_name[name] for name in dict.fromkeys(names))
