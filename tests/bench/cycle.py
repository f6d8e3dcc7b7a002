"""What a cycle of the lab costs: from a fresh clone, again, and against the CDK's commands by themselves."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from labkit import embedded
from labkit.environment import on_instance
from tests.bench.figures import ROOT, Figure

BIN = ROOT / ".venv" / "bin"
STACK = "JamesS3"


def figures(rounds: int) -> Iterator[Figure]:
    """Of this checkout; the median of so many rounds counts."""
    with tempfile.TemporaryDirectory(prefix="assumerole-lab-bench-") as scratch:
        yield second_make_lab(rounds)
        yield run_against_bare_cdk(Path(scratch), rounds)
        yield verify_cpu(Path(scratch), rounds)


def fresh_clone() -> Figure:
    """From an empty folder to a proven lab, everything installed on the way."""
    with tempfile.TemporaryDirectory(prefix="assumerole-lab-bench-") as scratch:
        clone = Path(scratch) / "clone"

        def clone_and_prove() -> None:
            run(["git", "clone", "--quiet", str(ROOT), str(clone)])
            run(["make", "lab"], cwd=clone, env=without_state(os.environ))

        return Figure("fresh clone to proven lab (make lab)", seconds(clone_and_prove), 60, "s")


def second_make_lab(rounds: int) -> Figure:
    taken = median(lambda: run(["make", "lab"], env=without_state(os.environ)), rounds)
    return Figure("second make lab", taken, 7, "s")


def run_against_bare_cdk(scratch: Path, rounds: int) -> Figure:
    """`lab run` against the sum of cdk synth, deploy and destroy, taken in turns on the same machine."""
    assembly = scratch / "assembly"
    ratios = []
    with standing_instance(scratch / "home") as environment:
        for _ in range(rounds):
            bare = sum(seconds(lambda step=step: run(step, env=environment)) for step in bare_steps(assembly))
            whole = seconds(lambda: run([str(BIN / "lab"), "run", "james-s3"], env=without_state(os.environ)))
            ratios.append(whole / bare)
    return Figure("lab run, against bare cdk synth + deploy + destroy", statistics.median(ratios), 1.3, "times")


def bare_steps(assembly: Path) -> Sequence[list[str]]:
    cdk = str(BIN / "cdk")
    return (
        [cdk, "synth", "--quiet", "--output", str(assembly), STACK],
        [cdk, "deploy", "--app", str(assembly), "--require-approval", "never", STACK],
        [cdk, "destroy", "--app", str(assembly), "--force", STACK],
    )


def verify_cpu(scratch: Path, rounds: int) -> Figure:
    """CPU time of `lab verify james-s3` and its children, the embedded AWS not among them."""
    home = scratch / "home-verify"
    environment = {**os.environ, "LAB_HOME": str(home)}
    run([str(BIN / "lab"), "up", "james-s3"], env=environment)
    try:
        command = [str(BIN / "lab"), "verify", "james-s3"]
        taken = statistics.median(cpu_seconds(lambda: run(command, env=environment)) for _ in range(rounds))
    finally:
        run([str(BIN / "lab"), "local", "stop"], env=environment)
    return Figure("lab verify james-s3", taken, 2, "s of CPU")


@contextmanager
def standing_instance(home: Path) -> Iterator[dict[str, str]]:
    """The environment of an embedded AWS of its own."""
    home.mkdir()
    instance = embedded.start(home, port=0)
    try:
        yield on_instance(os.environ, instance)
    finally:
        embedded.stop(instance)


def without_state(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(("LAB_", "AWS_", "MAKE"))}


def median(work: Callable[[], None], rounds: int) -> float:
    return statistics.median(seconds(work) for _ in range(rounds))


def seconds(work: Callable[[], None]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def cpu_seconds(work: Callable[[], None]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(command: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command; if it fails, show what it said and end the benchmark: a failed run has no speed."""
    finished = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if finished.returncode:
        sys.exit(f"{' '.join(command)} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}")
