"""The process: its ready document, its one loopback listener, its surroundings, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.local.callers import ROOT, Embedded, refusal, start_embedded, stop_embedded


def _ask(path: Path) -> dict[str, object]:
    # By its name, as the path may be too long for a socket address.
    code = "import os, socket, sys; os.chdir(sys.argv[1]); s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[2])\n"
    code += "s.shutdown(socket.SHUT_WR); print(s.makefile().read(), end='')"
    answer = subprocess.run(
        [sys.executable, "-c", code, str(path.parent), path.name], capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


def _listeners(pid: int) -> list[tuple[str, int]]:
    """Addresses and ports on which a process listens for TCP, from Linux's /proc."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(descriptor.readlink().name)
        except FileNotFoundError:
            continue
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            local, state, inode = (line.split()[i] for i in (1, 3, 9))
            if state == "0A" and f"socket:[{inode}]" in inodes:
                address, port = local.split(":")
                found.append((address, int(port, 16)))
    return found


def test_ready_document(embedded: Embedded) -> None:
    document = embedded.document
    assert document["pid"] == embedded.process.pid
    assert document["endpoint"] == f"http://127.0.0.1:{document['port']}"
    assert document["region"] == "us-east-1"
    assert document["version"] == "MiniStack 1.5.33"
    assert {name: account["account"] for name, account in document["accounts"].items()} == {
        "home": "123456789012",
        "partner": "210987654321",
    }


def test_administrators_are_users_with_keys_of_their_own(embedded: Embedded) -> None:
    other = start_embedded()
    try:
        for account in ("home", "partner"):
            administrator = embedded.administrator(account)
            user = embedded.document["accounts"][account]
            assert administrator.arn == f"arn:aws:iam::{user['account']}:user/{user['user']}"
            assert other.administrator(account).access_key_id != administrator.access_key_id
            stranger = other.administrator(account)
            stranger.endpoint = embedded.endpoint
            assert refusal(stranger.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"
    finally:
        assert stop_embedded(other) == 0


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")
def test_one_listener_on_loopback(embedded: Embedded) -> None:
    embedded.administrator("home").client("s3").list_buckets()
    assert _listeners(embedded.process.pid) == [("0100007F", embedded.document["port"])]


def test_socket_in_a_long_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    folder.mkdir(parents=True)
    path = folder / "ready"
    instance = start_embedded("--socket", str(path))
    try:
        assert stat.S_IMODE(path.lstat().st_mode) == 0o600
        assert _ask(path) == instance.document
        assert _ask(path) == instance.document
    finally:
        assert stop_embedded(instance) == 0
    assert not path.exists()


def test_socket_of_a_killed_instance_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ready"
    killed = start_embedded("--socket", str(path))
    killed.process.kill()
    killed.process.wait()
    assert path.exists()
    instance = start_embedded("--socket", str(path))
    assert _ask(path) == instance.document
    assert stop_embedded(instance) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_stops_it(number: int, tmp_path: Path) -> None:
    path = tmp_path / "ready"
    instance = start_embedded("--socket", str(path), "--state", str(tmp_path / "state"))
    instance.process.send_signal(number)
    assert instance.process.wait(timeout=20) == 0
    assert not path.exists()
    assert list((tmp_path / "state").iterdir()) == []


def test_stops_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    path = tmp_path / "ready"
    code = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); p.wait()"
    command = [sys.executable, "-m", "local_aws", "--port", "0", "--stop-with-parent", "--socket", str(path)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *command], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout
        document = json.loads(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 20
    while path.exists():
        assert time.monotonic() < deadline, "it goes on after its parent's end"
        time.sleep(0.01)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", document["port"]), timeout=5)


def test_survives_a_closed_stdout(tmp_path: Path) -> None:
    instance = start_embedded()
    assert instance.process.stdout
    instance.process.stdout.close()
    assert instance.administrator("home").arn.endswith(":user/lab-administrator")
    assert stop_embedded(instance) == 0


def _run(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "local_aws", *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_port_in_use_is_one_clear_line(embedded: Embedded) -> None:
    port = str(embedded.document["port"])
    code, out, err = _run("--port", port)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert f"127.0.0.1:{port}" in err
    assert "--port" in err


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_bad_port_is_one_clear_line(port: str) -> None:
    code, out, err = _run(f"--port={port}")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert port in err


def test_socket_that_is_no_socket_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    code, out, err = _run("--port", "0", "--socket", str(path))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert str(path) in err
    assert path.read_text() == "mine"


def test_socket_of_a_running_instance_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ready"
    instance = start_embedded("--socket", str(path))
    code, _, err = _run("--port", "0", "--socket", str(path))
    assert code == 2
    assert "another instance" in err
    assert _ask(path) == instance.document
    assert stop_embedded(instance) == 0


def test_the_users_environment_has_no_say() -> None:
    """None of these may make a key an administrator's, or switch authorization off."""
    instance = start_embedded(
        environment={
            "AUTH": "false",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "EXAMPLEKEY",
            "AWS_ENDPOINT_URL": "http://192.0.2.1:1",
            "AWS_PROFILE": "nobody",
            "MINISTACK_ACCOUNT_ID": "999999999999",
            "LOCALSTACK_PERSISTENCE": "1",
            "PERSIST_STATE": "1",
            "SERVICES": "sqs",
            "USE_SSL": "1",
            "HTTP_PROXY": "http://192.0.2.1:1",
            "LOG_LEVEL": "DEBUG",
        }
    )
    try:
        administrator = instance.administrator("home")
        assert administrator.arn == "arn:aws:iam::123456789012:user/lab-administrator"
        administrator.access_key_id, administrator.secret_access_key = "AKIAIOSFODNN7EXAMPLE", "EXAMPLEKEY"
        administrator.clients.clear()
        assert refusal(administrator.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"
        child = Path(f"/proc/{instance.process.pid}/environ")
        assert not child.exists() or "192.0.2.1" in child.read_text(), "the test did not set what it says it sets"
    finally:
        assert stop_embedded(instance) == 0


def test_no_key_in_logs_or_arguments(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "local_aws", "--port", "0", "--stop-with-parent", "--verbose"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdout
    document = json.loads(process.stdout.readline())
    instance = Embedded(document, process)
    for account in ("home", "partner"):
        administrator = instance.administrator(account)
        administrator.client("iam").create_user(UserName="someone")
        administrator.client("iam").create_access_key(UserName="someone")
    secrets = [account["secret_access_key"] for account in document["accounts"].values()]
    on_disk = "".join(file.read_text() for file in tmp_path.rglob("*") if file.is_file())
    out, err = process.communicate(timeout=20)
    assert out == b""
    for secret in secrets:
        assert secret not in err.decode()
        assert secret not in on_disk
    assert process.returncode == 0
