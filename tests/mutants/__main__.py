"""`make mutants`: breaks every lab on purpose, and demands that `lab verify` says so.

Prints the score by operator and lab (`e`: equivalent, `i`: refused by AWS, so there was nothing to verify) and ends
with 0 only if every mutant that counts was killed, no healthy lab was called broken, and the lists of equivalents hold.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import cycle, islice, zip_longest
from pathlib import Path

from tests.mutants.bench import work_through
from tests.mutants.labs import equivalent_of, mutants_of, synthesize
from tests.mutants.model import HEALTHY, LabTemplates, Mutant, Outcome
from tests.mutants.operators import OPERATORS
from tests.mutants.score import Score, as_markdown, as_table, in_one_line

BATCH = 80
HEALTHY_RUNS = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with these command-line arguments; return the exit code."""
    options = _arguments(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        labs = synthesize(Path(folder))
    unknown = set(options.labs) - {lab.name for lab in labs}
    if unknown:
        print(f"there is no lab {min(unknown)!r}; the labs are: {', '.join(lab.name for lab in labs)}", file=sys.stderr)
        return 2
    chosen = [lab for lab in labs if not options.labs or lab.name in options.labs]
    mutants = [[m for m in mutants_of(lab) if options.operator in (None, m.operator)] for lab in chosen]
    healthy = list(islice(cycle(chosen), options.healthy))
    outcomes = run([*mutants, healthy], options.jobs)
    score = Score(
        outcomes=[outcome for outcome in outcomes if outcome.operator != HEALTHY],
        healthy=[outcome for outcome in outcomes if outcome.operator == HEALTHY],
        equivalents={lab.name: equivalent_of(lab.name) for lab in chosen},
        seconds=time.monotonic() - started,
    )
    return _report(score, options)


def run(kinds: Sequence[Sequence[Mutant | LabTemplates]], jobs: int) -> list[Outcome]:
    """Try the mutants and verify the healthy labs among them, in batches, `jobs` of them side by side.

    `kinds`: those of each lab by themselves. The batches get some of every kind: a lab whose story waits, for the next
    code of an MFA device, leaves the time to the others.
    """
    todo = [job for one_of_each in zip_longest(*kinds) for job in one_of_each if job is not None]
    number = max(-(-len(todo) // BATCH), min(jobs, len(todo)))
    outcomes: list[Outcome] = []
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        for finished in as_completed([pool.submit(work_through, todo[first::number]) for first in range(number)]):
            outcomes += finished.result()
            if sys.stderr.isatty():
                print(f"\r{len(outcomes)} of {len(todo)}", end="", file=sys.stderr, flush=True)
    finally:
        pool.shutdown(cancel_futures=True)
    return outcomes


def _report(score: Score, options: argparse.Namespace) -> int:
    print(as_table(score, [name for name in OPERATORS if options.operator in (None, name)]))
    for title, lines in (("equivalent", _listed(score)), ("refused by AWS", score.invalid())):
        if options.verbose and lines:
            print(f"\n{title}:", *lines, sep="\n  ")
    faults = score.faults(complete=options.operator is None)
    if faults:
        print("\nnot as it should be:", *faults, sep="\n  ")
    print(f"\n{in_one_line(score)}")
    if options.markdown:
        options.markdown.write_text(as_markdown(score), encoding="utf-8")
    return 1 if faults or not score.outcomes else 0


def _listed(score: Score) -> list[str]:
    return [f"{lab}: {id}: {why}" for lab, listed in score.equivalents.items() for id, why in listed.items()]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("labs", nargs="*", metavar="LAB", help="only these labs")
    parser.add_argument("--operator", choices=list(OPERATORS), metavar="NAME", help="only this operator")
    parser.add_argument("--healthy", type=int, default=HEALTHY_RUNS, help="verifications of healthy labs (%(default)s)")
    parser.add_argument(
        "--jobs", type=int, default=3 * (os.cpu_count() or 2), help="embedded AWSs side by side (%(default)s)"
    )
    parser.add_argument("--markdown", type=Path, metavar="F", help="write the score by lab to this file")
    parser.add_argument("--verbose", action="store_true", help="list what is equivalent and what AWS refused")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
