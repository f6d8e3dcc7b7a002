"""`lab local decisions`, and what `lab local` says to a socket that is not its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.commands.conftest import ROOT, Lab


def test_the_story_of_the_lab(standing: Lab) -> None:
    assert standing("verify", "james-s3").returncode == 0
    found = json.loads(standing("local", "decisions", "--json", "--last", "2000").stdout)
    by_james = [each for each in found if each["principal"].endswith(":user/James")]
    session = [each for each in found if ":assumed-role/James-custom-S3-role/" in each["principal"]]
    listed = "s3:ListAllMyBuckets"
    assert {each["decision"] for each in by_james if each["action"] == listed} == {"implicit deny"}
    assert {each["decision"] for each in by_james if each["action"] == "sts:AssumeRole"} == {"allow"}
    assert {each["decision"] for each in session if each["action"] == listed} == {"allow"}
    assert [each["time"] for each in found] == sorted(each["time"] for each in found)

    shown = standing("local", "decisions", "--last", "2000")
    assert shown.returncode == 0
    heading, *lines = shown.stdout.splitlines()
    assert heading.split() == ["time", "decision", "action", "principal", "resource", "because"]
    # Other tests of this worker may have called in between.
    assert len(lines) >= len(found) - 1
    assert any(
        "implicit deny" in line and listed in line and line.endswith("no identity-based policy allows it")
        for line in lines
    )
    assert len(json.loads(standing("local", "decisions", "--json", "--last", "3").stdout)) == 3
    assert len(standing("local", "decisions", "--last", "3").stdout.splitlines()) == 4


@pytest.mark.parametrize("last", ["0", "-1", "x", "1.5"])
def test_a_wrong_number(lab: Lab, last: str) -> None:
    refused = lab("local", "decisions", "--last", last)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "--last" in refused.stderr


def test_nothing_runs(lab: Lab) -> None:
    refused = lab("local", "decisions")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.strip() == (
        "lab: no embedded AWS is running; start one with lab local start, or deploy with lab up"
    )


COMMANDS = (("local", "status"), ("local", "start", "--port", "0"), ("local", "stop"), ("local", "decisions"))


def _socket_of(lab: Lab) -> Path:
    folder = lab.home / "local"
    folder.mkdir(parents=True)
    return folder / "socket"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_something_else_in_the_sockets_place_is_left_alone(lab: Lab, kind: str) -> None:
    path = _socket_of(lab)
    if kind == "file":
        path.write_text("somebody's")
    else:
        (path / "inside").mkdir(parents=True)
    for command in (*COMMANDS, ("status",)):
        refused = lab(*command)
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
        assert f"{path} is in the way" in refused.stderr
    assert path.read_text() == "somebody's" if kind == "file" else (path / "inside").is_dir()


def test_the_socket_of_a_dead_instance_is_no_instance(lab: Lab) -> None:
    path = _socket_of(lab)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert lab("local", "status").stdout == "No embedded AWS is running.\n"
    assert lab("local", "decisions").returncode == 2
    assert lab("local", "start", "--port", "0").returncode == 0
    assert "endpoint  http://127.0.0.1:" in lab("local", "status").stdout


def test_somebody_elses_answer_is_not_believed(lab: Lab) -> None:
    path = _socket_of(lab)
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(20)
        stranger.bind(str(path))
        stranger.listen()
        for command in COMMANDS:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "scripts" / "lab"), *command],
                env=lab.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            connection, _ = stranger.accept()
            with connection:
                connection.sendall(b'{"hello": "\xff"}\n' if command[1] == "status" else b'{"hello": 1}\n')
                connection.shutdown(socket.SHUT_WR)
                connection.recv(4096)
                out, err = process.communicate(timeout=20)
            assert (process.returncode, out, err.count("\n")) == (2, "", 1), command
            assert "embedded AWS" in err
            assert "Traceback" not in err


def test_an_instance_that_hangs_is_not_called_absent(lab: Lab) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    (line,) = [each for each in lab("local", "status").stdout.splitlines() if each.startswith("process")]
    pid = int(line.split()[1].rstrip(","))
    os.kill(pid, signal.SIGSTOP)
    try:
        refused = lab("local", "status")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "does not answer" in refused.stderr
    assert "endpoint" in lab("local", "status").stdout
