"""The AWS's that are measured side by side: the embedded AWS, stock MiniStack and moto, each with two administrators.

moto runs in an environment of its own, `.bench/moto`, which `make bench` makes: its packages are not the project's.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.figures import ROOT
from tests.local.callers import Caller, allow, policy, start_embedded, stop_embedded

HOME, PARTNER = "123456789012", "210987654321"
MOTO = ROOT / ".bench" / "moto" / "bin" / "moto_server"
# Requests that moto lets pass before it asks who may; the administrators are made with them.
_UNASKED = 1000

Administrators = Mapping[str, Caller]


@dataclass(frozen=True)
class Server:
    """One that runs: what it is called, the callers `admin` and `partner`, and its process."""

    name: str
    administrators: Administrators
    process: subprocess.Popen[bytes]

    @property
    def admin(self) -> Caller:
        return self.administrators["admin"]


@contextmanager
def embedded_aws() -> Iterator[Server]:
    instance = start_embedded()
    try:
        administrators = {"admin": instance.administrator("home"), "partner": instance.administrator("partner")}
        yield Server("embedded AWS", administrators, instance.process)
    finally:
        stop_embedded(instance)


@contextmanager
def stock_ministack() -> Iterator[Server]:
    """MiniStack as it comes from PyPI, with AUTH=true. A key of twelve digits is the root user of that account."""
    settings = {"AUTH": "true", "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    settings |= {"LOG_LEVEL": "ERROR", "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    port = _free_port()
    with _running([sys.executable, "-m", "ministack"], port, {**settings, "GATEWAY_PORT": str(port)}) as process:
        roots = {"admin": HOME, "partner": PARTNER}
        endpoint = f"http://127.0.0.1:{port}"
        yield Server(
            "stock MiniStack",
            {name: _administrator(Caller(endpoint, account, "any")) for name, account in roots.items()},
            process,
        )


@contextmanager
def moto() -> Iterator[Server]:
    """moto's server with IAM's authorization switched on."""
    port = _free_port()
    command = [str(MOTO), "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, port, {"INITIAL_NO_AUTH_ACTION_COUNT": str(_UNASKED)}) as process:
        endpoint = f"http://127.0.0.1:{port}"
        home = Caller(endpoint, "any", "any")
        # A session of a role is how moto tells accounts apart.
        partner = home.assume(f"arn:aws:iam::{PARTNER}:role/any")
        administrators = {"admin": _administrator(home), "partner": _administrator(partner)}
        reset = urllib.request.Request(  # noqa: S310
            f"{endpoint}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST"
        )
        urllib.request.urlopen(reset).close()  # noqa: S310
        yield Server("moto", administrators, process)


def _administrator(root: Caller) -> Caller:
    iam = root.client("iam")
    iam.create_user(UserName="administrator")
    iam.put_user_policy(UserName="administrator", PolicyName="all", PolicyDocument=policy(allow("*")))
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    return Caller(root.endpoint, key["AccessKeyId"], key["SecretAccessKey"])


@contextmanager
def _running(command: Sequence[str], port: int, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | dict(settings)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{process.args!r} does not answer")
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
