"""Starts, finds and stops embedded AWSs. They are processes of their own: `python -m local_aws`."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from labkit import private_socket
from labkit.checkout import DISTRIBUTION, ROOT
from labkit.errors import LabError
from labkit.instance import Instance
from labkit.state import private_folder

DEFAULT_PORT = 4566
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
NOT_RUNNING = "no embedded AWS is running; start one with lab local start, or deploy with lab up"
_SOCKET = "socket"
_LOG = "log"
_TEMPORARY = "state"


def folder_of(home: Path) -> Path:
    """The folder of the lasting embedded AWS in the state folder `home`."""
    return private_folder(home / "local")


def saved_in(home: Path) -> Path:
    """The folder that keeps the lasting embedded AWS's state while none runs. It holds secrets in clear."""
    return folder_of(home) / "saved"


def running(home: Path) -> Instance | None:
    """The lasting embedded AWS of this state folder, None if none runs. Raises `LabError` if it can't be told."""
    line = _ask(home)
    return None if line is None else Instance.from_line(line)


def decisions(home: Path, last: int) -> list[dict[str, Any]]:
    """The last authorization decisions of the lasting embedded AWS, oldest first. Raises `LabError`.

    `lab local decisions --help` says what they hold.
    """
    line = _ask(home, json.dumps({"question": "decisions", "last": last}))
    if line is None:
        raise LabError(NOT_RUNNING)
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise LabError("the embedded AWS does not tell its decisions; stop it (lab local stop) and start again")
    return found


def _ask(home: Path, question: str = "") -> str | None:
    """What the lasting embedded AWS answers, None if none runs."""
    path = folder_of(home) / _SOCKET
    if path.exists() and not path.is_socket():
        raise LabError(f"{path} is in the way of the embedded AWS's socket; move it away")
    try:
        return private_socket.ask(path, question)
    except TimeoutError as error:
        raise LabError(f"the embedded AWS at {path} does not answer; end its process and start again") from error
    except UnicodeDecodeError as error:
        raise LabError(
            f"what answers at {path} is no embedded AWS; end it, or set LAB_HOME to another folder"
        ) from error
    except OSError:
        return None


def start(home: Path, port: int = DEFAULT_PORT, faults: Sequence[str] = (), *, fresh: bool = False) -> Instance:
    """Start the lasting embedded AWS, with what was deployed on it before, and leave it running. Raises `LabError`.

    `faults`: as `--fault` takes them; `fresh`: forget what was deployed before.
    """
    folder = folder_of(home)
    # What one that was killed left behind. Its socket it sees to itself.
    shutil.rmtree(folder / _TEMPORARY, ignore_errors=True)
    with (folder / _LOG).open("w") as log:
        options = ["--port", str(port), "--socket", str(folder / _SOCKET), "--state", str(folder / _TEMPORARY)]
        options += ["--save", str(saved_in(home)), *(["--fresh"] if fresh else [])]
        options += [option for fault in faults for option in ("--fault", fault)]
        process = _spawn(options, log.fileno(), stdin=subprocess.DEVNULL)
    try:
        return _introduction(process, folder / _LOG)
    except BaseException:
        _end(process)
        raise
    finally:
        if process.stdout:
            process.stdout.close()


def stop(instance: Instance) -> None:
    """Stop a lasting embedded AWS and wait until it is gone; its state stays. Raises `LabError`."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(instance.pid, signal.SIGTERM)
    if not _gone_within(instance.pid, STOP_TIMEOUT_S):
        raise LabError(f"the embedded AWS (process {instance.pid}) does not stop; kill it: kill -9 {instance.pid}")


@contextlib.contextmanager
def throw_away(folder: Path) -> Iterator[PendingInstance]:
    """An embedded AWS for one run, with its state in `folder`. It ends with the block, and with this process."""
    log = folder / _LOG
    with log.open("w") as stream:
        options = ["--port", "0", "--state", str(folder / _TEMPORARY), "--stop-with-parent"]
        process = _spawn(options, stream.fileno(), stdin=subprocess.PIPE)
    try:
        yield PendingInstance(process, log)
    finally:
        _end(process)


class PendingInstance:
    """An embedded AWS that is being started while other things are done."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    def ready(self) -> Instance:
        """Wait until it answers. Raises `LabError`."""
        return _introduction(self._process, self._log)


def _spawn(options: list[str], log: int, stdin: int) -> subprocess.Popen[bytes]:
    if importlib.util.find_spec("ministack") is None:
        raise LabError(f"the embedded AWS is not installed; run: pip install '{DISTRIBUTION}[local]'")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINISTACK_", "PYTHON"))
    }
    command = [sys.executable, "-m", "local_aws", *options]
    # A session of its own: Ctrl-C at the terminal is for the lab, which stops it when it has cleaned up.
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )


def _introduction(process: subprocess.Popen[bytes], log: Path) -> Instance:
    """The line that the process prints once it serves. Raises `LabError` with its own words if it ends instead."""
    line = _first_line(process, START_TIMEOUT_S)
    if line:
        return Instance.from_line(line)
    if process.poll() is None and not _ended_within(process, 1.0):
        raise LabError(f"the embedded AWS did not start within {START_TIMEOUT_S:.0f} s; see {log}")
    words = log.read_text(errors="replace").strip().splitlines()
    raise LabError(words[-1] if words else f"the embedded AWS ended with exit code {process.returncode}; see {log}")


def _first_line(process: subprocess.Popen[bytes], timeout: float) -> str:
    assert process.stdout is not None  # noqa: S101 (opened by _spawn)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline().decode() if selector.select(timeout) else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, insist if it does not, and collect it."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    process.terminate()
    if not _ended_within(process, STOP_TIMEOUT_S):
        process.kill()
        process.wait()


def _ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _gone_within(pid: int, seconds: float) -> bool:
    """Whether a process ends in time. Mostly it is not our child, so there is nothing to wait on but its absence."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(ChildProcessError):  # started by this very process: it would stay as a zombie
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
