"""`make interruptions`: strike `lab up` and `lab down` after every single API call, in every way, and print the score.

Exit codes: 0 if `lab down` left nothing each time, else 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.interruptions.interruption import COMMANDS, WAYS, Outcome, calls_of, ground, interrupt


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.interruptions", description=__doc__)
    parser.add_argument("--command", choices=COMMANDS, action="append", help="only this command (may be repeated)")
    parser.add_argument("--way", choices=WAYS, action="append", help="only this way (may be repeated)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="strike after every Nth call only")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="embedded AWSs side by side")
    options = parser.parse_args()
    cases = [(command, way) for command in options.command or COMMANDS for way in options.way or WAYS]
    with ThreadPoolExecutor(options.workers) as pool:
        outcomes = [outcome for found in pool.map(lambda case: run(*case, options.every), cases) for outcome in found]
    return show(outcomes)


def run(command: str, way: str, every: int) -> list[Outcome]:
    """Strike a command in one way after every `every`th of its calls."""
    with tempfile.TemporaryDirectory(prefix="interruptions-") as folder, ground(Path(folder)) as here:
        outcomes = []
        for call in range(1, calls_of(here, command) + 1, every):
            outcomes.append(interrupt(here, command, way, call))
            if outcomes[-1].problem:
                print(f"{command} {way} after call {call}: {outcomes[-1].problem}", flush=True)
        return outcomes


def show(outcomes: Sequence[Outcome]) -> int:
    for line in lines(outcomes):
        print(line)
    return 1 if any(outcome.problem for outcome in outcomes) else 0


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    all_, good = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for outcome in outcomes:
        all_[outcome.command, outcome.way] += 1
        good[outcome.command, outcome.way] += not outcome.problem
    for (command, way), number in all_.items():
        yield f"lab {command:<5} {way:<8} {good[command, way]} of {number} left nothing"


if __name__ == "__main__":
    sys.exit(main())
