"""What stock MiniStack does not keep: the reason for service_states.py, saved_state.py and saver.py."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.local.callers import Caller, make_role, refusal, trust

ADMIN_ARN = "arn:aws:iam::000000000000:root"


@contextmanager
def stock_with_state(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Caller]]:
    """A stock MiniStack that saves its state in `folder`, and its root."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "CRITICAL",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        give_up = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < give_up
        yield process, Caller(f"http://127.0.0.1:{port}", "test", "test")
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_service_states_sessions_end_with_the_process(tmp_path: Path) -> None:
    with stock_with_state(tmp_path) as (_, root):
        session = root.assume(make_role(root, "role", trust("000000000000")))
        assert ":assumed-role/role/" in session.arn
    with stock_with_state(tmp_path) as (_, root):
        assert root.client("iam").get_role(RoleName="role")["Role"]["RoleName"] == "role"
        again = Caller(root.endpoint, session.access_key_id, session.secret_access_key, session.session_token)
        assert refusal(again.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"


def test_saver_a_kill_loses_everything(tmp_path: Path) -> None:
    with stock_with_state(tmp_path) as (process, root):
        root.client("iam").create_user(UserName="somebody")
        process.kill()
        process.wait()
    assert list(tmp_path.glob("*.json")) == []


def test_saved_state_a_damaged_file_is_passed_over_and_overwritten(tmp_path: Path) -> None:
    with stock_with_state(tmp_path) as (_, root):
        root.client("iam").create_user(UserName="somebody")
    damaged = (tmp_path / "iam.json").read_bytes()[:-10]
    (tmp_path / "iam.json").write_bytes(damaged)
    with stock_with_state(tmp_path) as (_, root):
        assert root.client("iam").list_users()["Users"] == []
    assert (tmp_path / "iam.json").read_bytes() != damaged
