"""The labs that are there, with their templates, and the mutants that the operators make of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.mutants.model import LabTemplates, Mutant, Stack
from tests.mutants.operators import OPERATORS

ROOT = Path(__file__).resolve().parents[2]
CDK = Path(sys.executable).parent / "cdk"
EQUIVALENT = Path(__file__).parent / "equivalent"
_PARTNER = "Partner"


def synthesize(folder: Path) -> tuple[LabTemplates, ...]:
    """Synthesize all labs once, into `folder`; the labs by name, each with its partner's stack first."""
    command = [str(CDK), "synth", "--quiet", "--output", str(folder)]
    environment = {**os.environ, "LAB_HOME": str(folder / "home"), "CDK_HOME": str(folder / "home")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    stacks: dict[str, list[Stack]] = {}
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    for name, artifact in artifacts.items():
        if artifact["type"] == "aws:cloudformation:stack":
            template = json.loads((folder / artifact["properties"]["templateFile"]).read_text())
            account = "partner" if name.endswith(_PARTNER) else "home"
            stacks.setdefault(artifact["properties"]["tags"]["lab"], []).append(Stack(name, account, template))
    return tuple(
        LabTemplates(lab, tuple(sorted(of_lab, key=lambda stack: stack.account != "partner")))
        for lab, of_lab in sorted(stacks.items())
    )


def mutants_of(lab: LabTemplates) -> Iterator[Mutant]:
    """Every mutant of the lab. Raises `ValueError` if two could not be told apart."""
    seen: set[str] = set()
    for stack in lab.stacks:
        for name, operator in OPERATORS.items():
            for change in operator(stack.template):
                mutant = Mutant(lab, stack.name, name, change)
                if mutant.id in seen:
                    raise ValueError(f"two mutants are called {mutant.id!r}")
                seen.add(mutant.id)
                yield mutant


def equivalent_of(lab: str, folder: Path = EQUIVALENT) -> Mapping[str, str]:
    """The mutants of a lab in which nothing that it promises is broken, by id, each with the reason."""
    path = folder / f"{lab}.json"
    listed: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return listed
