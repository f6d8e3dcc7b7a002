"""`lab run`: proves, leaves nothing running, whatever happens, and says so by its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest

from tests.local.commands.conftest import ROOT, Lab

RUN = [sys.executable, str(ROOT / "scripts" / "lab"), "run", "james-s3"]
STAGES = ("starting the embedded AWS", "deploying", "verifying", "destroying")


def processes_of(home: Path) -> list[str]:
    """The command lines of processes that work in the state folder `home`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if str(home) in words and int(process.name) != os.getpid():
            found.append(words)
    return found


def wait_until_gone(home: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while processes_of(home):
        assert time.monotonic() < end, processes_of(home)
        time.sleep(0.05)


def start_and_wait_for(stage: str, lab: Lab) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        RUN, cwd=ROOT, env=lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(stage):
            return process
    raise AssertionError(f"{stage} never came")


def test_the_full_cycle(lab: Lab, tmp_path: Path) -> None:
    files = {"--json": tmp_path / "r.json", "--junit": tmp_path / "r.xml"}
    done = lab("run", "james-s3", *(str(word) for pair in files.items() for word in pair))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(files["--json"].read_text())
    assert {check["verdict"] for check in report["labs"][0]["checks"]} == {"proven"}
    assert "all gone" in done.stdout
    assert processes_of(lab.home) == []
    assert list((lab.home / "runs").iterdir()) == []


@pytest.mark.parametrize(("stage", "number"), list(zip(STAGES, cycle((signal.SIGINT, signal.SIGTERM)))))
def test_told_to_stop_it_cleans_up_and_says_so(lab: Lab, stage: str, number: signal.Signals) -> None:
    process = start_and_wait_for(stage, lab)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"stopped by {number.name}" in said
    assert "Traceback" not in said
    assert processes_of(lab.home) == []
    assert list((lab.home / "runs").iterdir()) == []


@pytest.mark.parametrize("stage", ["starting the embedded AWS", "deploying"])
def test_after_a_kill_nothing_runs_on_and_the_next_run_cleans_up(lab: Lab, stage: str) -> None:
    process = start_and_wait_for(stage, lab)
    process.kill()
    process.communicate()
    wait_until_gone(lab.home)
    again = lab("run", "james-s3")
    assert again.returncode == 0, again.stderr
    assert "removed what a killed run left behind" in again.stderr
    assert list((lab.home / "runs").iterdir()) == []


def test_a_report_that_can_t_be_written_is_found_out_before_anything_starts(lab: Lab, tmp_path: Path) -> None:
    refused = lab("run", "james-s3", "--json", str(tmp_path / "no" / "r.json"))
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert not (lab.home / "runs").exists()
