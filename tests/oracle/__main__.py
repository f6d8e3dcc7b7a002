"""`python -m tests.oracle`: ask both evaluators and print where they disagree, by kind.

`--count N` questions (20,000), `--seed N`, `--show N` of the disagreements that explained.py does not explain; exits 1
if there are any.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from iam_engine import Decision, Effect, decide
from tests.oracle.explained import explanation
from tests.oracle.questions import Question, questions

ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).parent
_INSTALLED = ROOT / ".oracle"
_NODE = ROOT / ".venv" / "bin" / "node"
_NAMES = {
    "Allowed": Effect.ALLOW,
    "ExplicitlyDenied": Effect.EXPLICIT_DENY,
    "ImplicitlyDenied": Effect.IMPLICIT_DENY,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description="iam_engine against iam-simulate.")
    parser.add_argument("--count", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--show", type=int, default=2, metavar="N", help="so many unexplained disagreements")
    options = parser.parse_args()
    if not (_INSTALLED / "node_modules").is_dir():
        parser.error("the other evaluator is not installed; `make oracle` does that")
    asked = list(questions(options.count, options.seed))
    answers = [(question, decide(*question.ours())) for question in asked]
    disagreements: dict[str, list[tuple[Question, Decision, str]]] = defaultdict(list)
    for (question, decision), theirs in zip(answers, simulate(asked), strict=True):
        if theirs.startswith("error"):
            sys.exit(f"iam-simulate can't read a question: {theirs}\n{json.dumps(question.theirs())}")
        if _NAMES[theirs] is not decision.effect:
            disagreements[explanation(question, decision, _NAMES[theirs])].append((question, decision, theirs))
    _report(disagreements, Counter(decision.effect for _, decision in answers), options.show)
    return 1 if "" in disagreements else 0


def simulate(asked: Iterable[Question]) -> list[str]:
    """What iam-simulate answers to each: Allowed, ExplicitlyDenied, ImplicitlyDenied, or `error …`."""
    program = (_HERE / "simulate.mjs").read_text(encoding="utf-8")
    (_INSTALLED / "simulate.mjs").write_text(program, encoding="utf-8")
    lines = "\n".join(json.dumps(question.theirs()) for question in asked)
    finished = subprocess.run(
        [str(_NODE), "simulate.mjs"], cwd=_INSTALLED, input=lines, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        sys.exit(f"iam-simulate ended with {finished.returncode}:\n{finished.stderr}")
    return finished.stdout.splitlines()


def _report(disagreements: dict[str, list[Any]], effects: Counter[Effect], show: int) -> None:
    asked = sum(effects.values())
    for why, found in sorted(disagreements.items()):
        print(f"{len(found)} disagree: {why or 'NOT EXPLAINED'}")
        for question, decision, theirs in found[:show] if not why else []:
            print(f"  ours {decision.effect.value} by the {decision.layer.value}, theirs {theirs}")
            print(f"  {json.dumps(question.theirs())}")
    spread = ", ".join(f"{count} {effect.value}" for effect, count in effects.items())
    print(f"{asked} questions ({spread}): {asked - sum(map(len, disagreements.values()))} answered alike")


if __name__ == "__main__":
    sys.exit(main())
