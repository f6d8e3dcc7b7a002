"""`python -m tests.faults.weather`: verifies the James lab in bad weather, many times, and prints the score.

A new key, policy or trust takes 1, 5 or 20 seconds to spread, with answers that flap meanwhile; 20 % of all requests
are throttled, 5 % fail with a 5xx, 2 % lose their connection, 5 % are answered late; in every fifth run STS is away for
four seconds in the middle. The deadline is twice the delay plus 2 seconds, plus the outage, plus twice the time that
asking alone takes here, with a quarter of it in vain and nothing to spread: that is measured first. Wrong is a healthy
lab's check that is failed, a broken lab's that is proven. With a short deadline nothing has to be found out, but a
broken lab must not be proven.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from itertools import cycle, islice
from pathlib import Path
from random import Random

from tests.faults.weather.runs import Outcome, Weather, run
from tests.faults.weather.templates import BREAKS, synthesize

STORM = ("throttle=0.2", "errors=0.05", "drop=0.02", "slow=0.05+0.3")
_DELAYS = (1.0, 1.0, 5.0, 1.0, 5.0, 20.0)
_LONGEST_READ_DELAY_S = 5.0
_CALM_DEADLINE_S = 120.0
_OUTAGE_S = 4.0
_SHOWN = 3
_BETWEEN_LINES = 20
# Of ten runs five are of the healthy lab, three of a broken one, two of a broken one with too short a deadline.
_KINDS = ("healthy", "broken", "healthy", "short", "healthy", "broken", "healthy", "short", "healthy", "broken")


def scenarios(seed: int, pace: float) -> Iterator[Weather]:
    """Runs without end, the same ones for the same seed. `pace`: the seconds that asking alone takes."""
    chance = Random(seed)  # noqa: S311
    labs = cycle(BREAKS)
    for number, (kind, delay) in enumerate(zip(cycle(_KINDS), cycle(_DELAYS), strict=False)):
        outage = number % 5 == 2
        deadline = 2 * delay + 2 + 2 * pace + (_OUTAGE_S if outage else 0)
        yield Weather(
            delay=delay,
            read_delay=min(delay, _LONGEST_READ_DELAY_S),
            deadline=chance.uniform(0.2, delay + 1) if kind == "short" else deadline,
            lab=None if kind == "healthy" else next(labs),
            more=(*STORM, f"sts-outage={chance.uniform(1, 2 + delay):.1f}+{_OUTAGE_S:g}") if outage else STORM,
            seed=chance.randrange(2**31),
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.weather", description="Verifications in bad weather.")
    parser.add_argument("--runs", type=int, default=200, help="how many runs (default: %(default)s)")
    parser.add_argument(
        "--jobs", type=int, default=2 * (os.cpu_count() or 1), help="how many at once (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="which runs (default: %(default)s)")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        template = synthesize(Path(folder))
    outcomes = []
    with ProcessPoolExecutor(options.jobs) as pool:
        pace = _pace(pool, options.jobs, template)
        print(f"a verification that is not waiting for anything takes up to {pace:.1f} s here", flush=True)
        runs = [pool.submit(run, weather, template) for weather in islice(scenarios(options.seed, pace), options.runs)]
        for done in as_completed(runs):
            outcome = done.result()
            outcomes.append(outcome)
            if len(outcomes) % _BETWEEN_LINES == 0:
                print(f"{len(outcomes)} of {len(runs)} runs", file=sys.stderr, flush=True)
            for problem in (*outcome.wrong, *outcome.unfinished):
                print(f"{outcome.weather}: {problem}", *outcome.problems[:_SHOWN], sep="\n    ", flush=True)
    print(summary(outcomes, time.monotonic() - started))
    return 1 if any(outcome.wrong or outcome.unfinished for outcome in outcomes) else 0


def _pace(pool: Executor, jobs: int, template: str) -> float:
    """The longest of several verifications at once with nothing to spread, in seconds."""
    calm = [Weather(0, 0, _CALM_DEADLINE_S, more=STORM, seed=number) for number in range(2 * jobs)]
    return max(outcome.seconds for outcome in pool.map(run, calm, [template] * len(calm)))


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """The score by kind of run, and in all."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in sorted(
        outcomes, key=lambda each: (each.weather.lab is not None, each.weather.is_short, each.weather.delay)
    ):
        weather = outcome.weather
        kind = "healthy" if weather.lab is None else "broken, short deadline" if weather.is_short else "broken"
        groups.setdefault(f"{kind}, delay {weather.delay:g} s", []).append(outcome)
    lines = [_line(name, group) for name, group in groups.items()]
    verdicts = Counter(outcome.verdict.value for outcome in outcomes)
    said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    return "\n".join([*lines, _line("all", outcomes), f"{said}; {seconds:.0f} s"])


def _line(name: str, outcomes: Sequence[Outcome]) -> str:
    wrong, unfinished = (
        sum(bool(each) for each in found) for found in zip(*((o.wrong, o.unfinished) for o in outcomes), strict=True)
    )
    mean = sum(outcome.seconds for outcome in outcomes) / len(outcomes)
    attempts = sum(outcome.attempts for outcome in outcomes) / len(outcomes)
    return (
        f"{name:<38} {len(outcomes):>4} runs  {wrong:>3} wrong  {unfinished:>3} not found out"
        f"  {mean:5.1f} s and {attempts:4.0f} attempts each"
    )


if __name__ == "__main__":
    sys.exit(main())
