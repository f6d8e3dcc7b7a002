"""A key goes from one process to another over a socket that only its owner can open."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from labkit import private_socket
from labkit.shell import hand_over


def test_whoever_asks_is_answered_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with private_socket.Answering(path, lambda: "the answer"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [private_socket.ask(path) for _ in range(3)] == ["the answer"] * 3
    assert not path.exists()
    with pytest.raises(OSError, match="No such file"):
        private_socket.ask(path)


def test_a_long_path_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 50)
    folder.mkdir()
    with private_socket.Answering(folder / "key", lambda: "x"):
        assert private_socket.ask(folder / "key") == "x"


def test_the_credential_process_prints_what_the_socket_says(tmp_path: Path) -> None:
    document = json.dumps({"Version": 1, "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "EXAMPLE"})
    command = [sys.executable, "-I", "-S", hand_over.__file__, str(tmp_path / "key")]
    with private_socket.Answering(tmp_path / "key", lambda: document):
        assert json.loads(subprocess.check_output(command)) == json.loads(document)
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "has ended" in ended.stderr
