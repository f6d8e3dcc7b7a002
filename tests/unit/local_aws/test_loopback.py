from __future__ import annotations

import subprocess
import sys

import pytest

from local_aws.loopback import is_loopback
from tests.local.callers import ROOT


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "::1%lo", "localhost", "x.localhost"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "0.0.0.0", "::", "10.0.0.1", "169.254.169.254", "example.com", "localhost.example.com"],  # noqa: S104
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def _run(code: str) -> str:
    """In a process of its own, since the hook can't be taken out again."""
    lines = f"import socket\nfrom local_aws import loopback\nloopback.install()\n{code}"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, cwd=ROOT, check=False)
    return done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket().bind(('0.0.0.0', 0))",
        "socket.socket().bind(('', 0))",
        "socket.create_connection(('192.0.2.1', 80))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))",
        "import asyncio; asyncio.run(asyncio.start_server(print, '0.0.0.0', 0))",
    ],
)
def test_nothing_leaves_the_machine(code: str) -> None:
    assert "NotLoopbackError: the embedded AWS stays on loopback" in _run(code)


def test_loopback_and_unix_sockets_work() -> None:
    assert _run("socket.socket().bind(('127.0.0.1', 0)); socket.socketpair()") == ""
