"""`lab local stop` and `start`: what was deployed is still there, until someone wants to begin anew."""

from __future__ import annotations

import os
import signal
import time

from tests.local.commands.conftest import Lab


def process_of(lab: Lab) -> int:
    (line,) = (line for line in lab("local", "status").stdout.splitlines() if line.startswith("process"))
    return int(line.split()[1].rstrip(","))


def test_a_lab_stands_on_after_a_stop_and_after_a_kill(lab: Lab) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    assert lab("up", "james-s3").returncode == 0
    before = lab.exports()
    stopped = lab("local", "stop")
    assert (stopped.returncode, "is kept" in stopped.stdout) == (0, True)
    assert lab("verify", "james-s3").returncode == 2

    assert lab("local", "start", "--port", "0").returncode == 0
    after = lab.exports()
    assert after["AWS_ACCESS_KEY_ID"] == before["AWS_ACCESS_KEY_ID"]
    verified = lab("verify", "james-s3")
    assert verified.returncode == 0, verified.stdout
    assert str(lab.home / "local" / "saved") in lab("local", "status").stdout

    process = process_of(lab)
    os.kill(process, signal.SIGKILL)
    give_up = time.monotonic() + 20
    while "No embedded AWS" not in lab("local", "status").stdout:
        assert time.monotonic() < give_up
    assert lab("local", "start", "--port", "0").returncode == 0
    assert lab("verify", "james-s3").returncode == 0
    assert len(list((lab.home / "local" / "state").iterdir())) == 1, "what the killed one left behind is gone"

    refused = lab("local", "start", "--fresh")
    assert (refused.returncode, "lab local stop" in refused.stderr) == (2, True)
    assert lab("local", "stop").returncode == 0
    assert lab("local", "start", "--port", "0", "--fresh").returncode == 0
    assert lab.exports()["AWS_ACCESS_KEY_ID"] != before["AWS_ACCESS_KEY_ID"]
    anew = lab("verify", "james-s3")
    assert (anew.returncode, "not deployed" in anew.stderr) == (2, True)


def test_a_damaged_state_is_one_clear_line(lab: Lab) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    assert lab("local", "stop").returncode == 0
    saved = lab.home / "local" / "saved"
    (saved / "manifest.json").write_text("{")
    refused = lab("local", "start", "--port", "0")
    assert refused.returncode == 2
    assert "is damaged" in refused.stderr
    (aside,) = saved.parent.glob("saved-damaged-*")
    assert str(aside) in refused.stderr
    assert "Traceback" not in refused.stderr
    assert lab("local", "start", "--port", "0").returncode == 0
    assert (aside / "manifest.json").read_text() == "{"
