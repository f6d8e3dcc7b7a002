"""One interruption: a lab's command is struck after one API call; then `lab down` has to leave nothing.

`lab up` and `lab down` work on AWS as far as they know (`--target aws` and an endpoint), through the counting proxy.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.interruptions.inventory import inventory
from tests.faults.interruptions.proxy import CountingProxy
from tests.local.callers import REGION, ROOT, Caller, Embedded, start_embedded, stop_embedded

LAB = [sys.executable, str(ROOT / "scripts" / "lab")]
ON_AWS = ["james-s3", "--target", "aws", "--yes"]
COMMANDS = ("up", "down")
# How a command is struck; "gone": it lives, and every connection to AWS breaks.
WAYS = ("SIGKILL", "SIGTERM", "SIGINT", "gone")
_LONGEST_S = 180


@dataclass(frozen=True)
class Outcome:
    """What came of one interruption; `problem` is empty where all is as it should be."""

    command: str
    way: str
    call: int
    problem: str


@dataclass(frozen=True)
class Ground:
    """An embedded AWS behind a proxy, a state folder, and what was in the account at first."""

    proxy: CountingProxy
    administrator: Caller
    home: Path
    before: dict[str, Any]

    @property
    def environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_"))}
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.proxy.url,
            "AWS_ACCESS_KEY_ID": self.administrator.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.administrator.secret_access_key,
            "AWS_REGION": REGION,
            "LAB_HOME": str(self.home),
        }

    def start(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*LAB, command, *ON_AWS],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command undisturbed."""
        process = self.start(command)
        said, _ = process.communicate(timeout=_LONGEST_S)
        return subprocess.CompletedProcess(process.args, process.returncode, said)


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """An embedded AWS of its own with a proxy before it."""
    instance: Embedded = start_embedded("--state", str(folder / "aws"))
    try:
        administrator = instance.administrator("home")
        with CountingProxy(instance.endpoint).serving() as proxy:
            yield Ground(proxy, administrator, folder / "home", inventory(administrator))
    finally:
        stop_embedded(instance)


def calls_of(ground: Ground, command: str) -> int:
    """How many API calls the undisturbed command makes."""
    if command == "down":
        _expect_success(ground.run("up"))
    ground.proxy.arm(0, lambda: None)
    _expect_success(ground.run(command))
    calls = ground.proxy.calls
    if command == "up":
        _expect_success(ground.run("down"))
    return calls


def interrupt(ground: Ground, command: str, way: str, call: int) -> Outcome:
    """Strike `command` after its API call number `call`, then take the lab down."""
    if command == "down":
        _expect_success(ground.run("up"))
    process = ground.start(command)
    ground.proxy.arm(call, _strike(ground, process, way))
    said, _ = process.communicate(timeout=_LONGEST_S)
    ground.proxy.disarm()
    return Outcome(command, way, call, _problem_of_the_end(process, way, said) or _problem_of_what_is_left(ground))


def _strike(ground: Ground, process: subprocess.Popen[str], way: str) -> Callable[[], None]:
    if way == "gone":
        return ground.proxy.gone.set
    return lambda: process.send_signal(signal.Signals[way])


def _problem_of_the_end(process: subprocess.Popen[str], way: str, said: str) -> str:
    """A command that was struck ends with 2, or with 0 or by the signal where it was too late to matter."""
    if "Traceback" in said:
        return f"a traceback: {said}"
    allowed = {0, 2, -signal.SIGKILL} if way == "SIGKILL" else {0, 2}
    return "" if process.returncode in allowed else f"ended with {process.returncode}: {said}"


def _problem_of_what_is_left(ground: Ground) -> str:
    down = ground.run("down")
    if down.returncode:
        return f"lab down ended with {down.returncode}: {down.stdout}"
    after = inventory(ground.administrator)
    different = [what for what in ground.before if ground.before[what] != after[what]]
    return f"left: {[(what, after[what]) for what in different]}" if different else ""


def _expect_success(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout
