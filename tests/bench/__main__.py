"""`python -m tests.bench`: measures what the README claims. What compares is measured in turns, in one run.

`make bench` measures everything; PART … only some of it. `--fresh` also clones this checkout into an empty folder and
sets that up. Exits 1 if a figure is over its bound.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from tests.bench import cycle, decision_table, evaluators, load, request_cost
from tests.bench.figures import Figure

PARTS = ("cycle", "table", "requests", "decisions", "load")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure what the README claims.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--fresh", action="store_true", help="also clone into an empty folder and set that up")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds of each cycle; the median counts")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    over = False
    for figure in _figures(set(options.parts or PARTS), options.rounds, fresh=options.fresh):
        print(figure, flush=True)
        over = over or not figure.within
    return 1 if over else 0


def _figures(parts: set[str], rounds: int, *, fresh: bool) -> Iterator[Figure]:
    if fresh:
        yield cycle.fresh_clone()
    if "cycle" in parts:
        yield from cycle.figures(rounds)
    if "table" in parts:
        yield decision_table.score()
    if "requests" in parts:
        yield from request_cost.figures()
    if "decisions" in parts:
        yield from evaluators.figures()
    if "load" in parts:
        yield from load.figures()


if __name__ == "__main__":
    sys.exit(main())
