"""`make mutants`: breaks every lab on purpose, and demands that `lab verify` says so.

Tries a choice: every operator in every lab, some mutants of each. `--of-each 0 --whole` tries them all, each verified
to the end; that takes three times as long.

Prints the score by operator and lab (`e`: equivalent, `i`: refused by AWS, so there was nothing to verify) and ends
with 0 only if every mutant that counts was killed, no healthy lab was called broken, and the lists of equivalents hold.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, cycle, islice
from pathlib import Path

from tests.mutants.labs import equivalent_of, mutants_of, synthesize
from tests.mutants.model import HEALTHY, Mutant
from tests.mutants.operators import OPERATORS
from tests.mutants.pool import run
from tests.mutants.score import Score, as_markdown, as_table, in_one_line

# So many of each operator in each lab are enough for a run that somebody waits for.
OF_EACH = 2
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
    mutants = [_chosen(mutants_of(lab), options) for lab in chosen]
    healthy = list(islice(cycle(chosen), options.healthy))
    outcomes = run([*chain(*mutants), *healthy], options.jobs, options.whole)
    score = Score(
        outcomes=[outcome for outcome in outcomes if outcome.operator != HEALTHY],
        healthy=[outcome for outcome in outcomes if outcome.operator == HEALTHY],
        equivalents={lab.name: equivalent_of(lab.name) for lab in chosen},
        seconds=time.monotonic() - started,
    )
    return _report(score, options)


def choose(mutants: Iterable[Mutant], of_each: int) -> list[Mutant]:
    """At most `of_each` mutants of every operator, those far apart in the template; 0: all of them."""
    by_operator = defaultdict(list)
    for mutant in mutants:
        by_operator[mutant.operator].append(mutant)
    return [mutant for those in by_operator.values() for mutant in _far_apart(those, of_each or len(those))]


def _far_apart(mutants: Sequence[Mutant], number: int) -> Sequence[Mutant]:
    if len(mutants) <= number:
        return mutants
    return [mutants[index * len(mutants) // number] for index in range(number)]


def _chosen(mutants: Iterable[Mutant], options: argparse.Namespace) -> list[Mutant]:
    return choose((mutant for mutant in mutants if options.operator in (None, mutant.operator)), options.of_each)


def _report(score: Score, options: argparse.Namespace) -> int:
    print(as_table(score, [name for name in OPERATORS if options.operator in (None, name)]))
    for title, lines in (("equivalent", _listed(score)), ("refused by AWS", score.invalid())):
        if options.verbose and lines:
            print(f"\n{title}:", *lines, sep="\n  ")
    faults = score.faults(complete=options.operator is None and not options.of_each)
    if faults:
        print("\nnot as it should be:", *faults, sep="\n  ")
    print(f"\n{in_one_line(score)}")
    if options.markdown:
        options.markdown.write_text(as_markdown(score), encoding="utf-8")
    return 1 if faults or not score.outcomes else 0


def at_least(least: int) -> Callable[[str], int]:
    """Reads an argument that is a whole number, `least` or more."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return int(text)

    return number


def _listed(score: Score) -> list[str]:
    return [f"{lab}: {id}: {why}" for lab, listed in score.equivalents.items() for id, why in listed.items()]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("labs", nargs="*", metavar="LAB", help="only these labs")
    parser.add_argument("--operator", choices=list(OPERATORS), metavar="NAME", help="only this operator")
    parser.add_argument(
        "--of-each",
        type=at_least(0),
        default=OF_EACH,
        metavar="N",
        help="at most N mutants of each operator in each lab, 0: all (%(default)s)",
    )
    parser.add_argument(
        "--healthy", type=at_least(0), default=HEALTHY_RUNS, help="verifications of healthy labs (%(default)s)"
    )
    parser.add_argument(
        "--jobs", type=at_least(1), default=7 * (os.cpu_count() or 2), help="embedded AWSs side by side (%(default)s)"
    )
    parser.add_argument(
        "--whole", action="store_true", help="verify to the end even where a failed check has already named the cause"
    )
    parser.add_argument("--markdown", type=Path, metavar="F", help="write the score by lab to this file")
    parser.add_argument("--verbose", action="store_true", help="list what is equivalent and what AWS refused")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
