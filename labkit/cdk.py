"""Drives the CDK CLI: one synthesis, then deploy and destroy from what was synthesized."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path

from labkit.checkout import ROOT
from labkit.errors import LabError
from labkit.interruption import signals_deferred

_BIN = Path(sys.executable).parent
_AT_ONCE = ("--concurrency", "4")
_GRACE_S = 5.0
# Cloud assembly schema, ArtifactType.
_STACK_ARTIFACT = "aws:cloudformation:stack"


class CdkError(Exception):
    """The CDK CLI failed; the message is what it said last."""


@dataclass
class Cdk:
    """The CDK CLI for labs of this checkout, on the AWS of this process's environment.

    `assembly`: the folder of the synthesized templates; `log`: a file for all that the CLI says; `say`: told what
    is waited for. A context manager: it has the folder of `log` to itself, and at its end no CLI that it started
    runs on. Should this process be killed, its CLI does run on, and whoever comes next waits for its end: what is
    deployed while somebody takes a lab down would be left over.
    """

    assembly: Path
    log: Path
    say: Callable[[str], None]
    _started: list[CdkProcess] = field(default_factory=list)
    _lock: BufferedWriter | None = None

    def __enter__(self) -> Cdk:
        self._lock = self.log.with_name("cdk.lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.say("waiting for the CDK CLI that another lab command has started …")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            process.end()
        if self._lock:
            self._lock.close()

    def start_synthesis(self, labs: Sequence[str]) -> CdkProcess:
        """Begin to synthesize the stacks of `labs` (names); nothing of AWS is needed for it."""
        context = f"labs={','.join(labs)}"
        return self._start("synth", "--quiet", "--output", str(self.assembly), "--context", context)

    def knows(self, stacks: Sequence[str]) -> bool:
        """Whether `stacks` (names) lie synthesized in the assembly already: to destroy them, of any age will do."""
        try:
            manifest = json.loads((self.assembly / "manifest.json").read_bytes())
            artifacts = {name for name, held in manifest["artifacts"].items() if held["type"] == _STACK_ARTIFACT}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            # None yet, or one that somebody was killed while writing.
            return False
        return artifacts.issuperset(stacks)

    def start_deployment(
        self,
        stacks: Mapping[str, Mapping[str, str]],
        environment: Mapping[str, str] | None = None,
    ) -> CdkProcess:
        """Begin to deploy the synthesized `stacks`, several at once. Who may approve has approved before.

        `stacks`: their names, each with the values of its template's parameters; `environment`: that of the account,
        None for this process's.
        """
        options = ["--require-approval", "never", "--method", "direct", "--progress", "events", *_AT_ONCE]
        for stack, parameters in stacks.items():
            options += [f"--parameters={stack}:{name}={value}" for name, value in parameters.items()]
        return self._start("deploy", *self._synthesized(list(stacks)), *options, environment=environment)

    def start_destruction(self, stacks: Sequence[str], environment: Mapping[str, str] | None = None) -> CdkProcess:
        """Begin to destroy the synthesized `stacks`, several at once. `environment`: as in `start_deployment`."""
        return self._start("destroy", *self._synthesized(stacks), "--force", *_AT_ONCE, environment=environment)

    def _synthesized(self, stacks: Sequence[str]) -> list[str]:
        return ["--app", str(self.assembly), "--exclusively", *stacks]

    def _start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> CdkProcess:
        given = os.environ if environment is None else environment
        environment = {
            # What the CLI keeps for itself stays in the state folder; what it needs no network for, it gets none for.
            "CDK_HOME": str(self.log.parent / "cdk"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_VALIDATION": "false",
            **given,
            "PATH": f"{_BIN}{os.pathsep}{given.get('PATH', os.defpath)}",
            "NO_COLOR": "1",
            "FORCE_COLOR": "0",
        }
        # A signal between the start and the list would leave a process that nobody knows of.
        with self.log.open("ab") as log, signals_deferred():
            process = subprocess.Popen(
                [_cdk_cli(), *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A session of its own: Ctrl-C at the terminal is for the lab, which ends it when it has cleaned up.
                start_new_session=True,
                # It holds the lock as long as it lives, longer than this process if need be.
                pass_fds=[self._lock.fileno()] if self._lock else [],
            )
            self._started.append(CdkProcess(process, arguments[0], self.log))
        return self._started[-1]


@dataclass(frozen=True)
class CdkProcess:
    """A CDK CLI at work."""

    process: subprocess.Popen[bytes]
    command: str
    log: Path

    def wait(self) -> None:
        """Wait for its end. Raises `CdkError` if it fails."""
        if self.process.wait():
            raise CdkError(f"cdk {self.command}: {_last_words(self.log)}")

    def end(self) -> None:
        """End it, with all its children."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, how)
                try:
                    self.process.wait(timeout=_GRACE_S)
                except subprocess.TimeoutExpired:
                    continue


def _cdk_cli() -> str:
    """The CDK CLI: the one that `make setup` installed, else the user's own. Raises `LabError`."""
    found = shutil.which("cdk", path=str(_BIN)) or shutil.which("cdk")
    if not found:
        raise LabError("there is no CDK CLI; run `make setup`, or install aws-cdk with npm")
    return found


def _last_words(log: Path) -> str:
    """What the CLI said last that reads like an error."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "❌" in line or "failed" in line.lower()]
    return (telling or lines or ["it said nothing"])[-1]
