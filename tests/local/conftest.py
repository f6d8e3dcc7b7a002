"""Fixtures for tests against the embedded AWS, and for canaries against stock MiniStack.

`embedded`  our embedded AWS, one process for each test worker and session (0.2 s to start).
`admin`     the home account's administrator on `embedded`, `partner_admin` the partner account's.
`name`      a function: `name("reader")` is a name nobody else uses, so tests need no clean-up.
`new_user`  a function: a fresh IAM user on `embedded` with an access key; returns its `Caller`.
`new_role`  a function: a fresh role on `embedded`; returns its ARN.
`clock`     an embedded AWS of its own whose clock can be put forward (movable_clock.py): `clock.admin` is its
            administrator, `clock.advance(seconds)` lets time pass, `clock.code(seed)` is an MFA device's code.
`new_stack` a function: a stack on `embedded` that is not deployed yet, the administrator's or that of `caller`.
`stock`     the endpoint of MiniStack as it comes from PyPI with AUTH=true, likewise; for canaries only.
`stock_admin`  stock's root key.

callers.py beside this file has the rest. A `Caller` is who asks: `caller.client("s3")` is a boto3 client with that
caller's keys (cheap: clients share one session and are kept), `caller.arn` what GetCallerIdentity says of it,
`caller.assume(role_arn, **parameters)` the Caller of a role session. `refusal(call, **parameters)` runs a call that
has to be refused and returns (code, message). `policy(allow(…), deny(…))` and `trust(arn)` write documents.

An instance is private to one test worker but shared by its tests: they must not count what is in an account.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.callers import (
    Caller,
    Embedded,
    Name,
    NewRole,
    NewUser,
    make_role,
    make_user,
    start_embedded,
    stop_embedded,
)
from tests.local.movable_clock import MovableClock
from tests.local.stacks import NewStack, Stack

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    instance = start_embedded()
    yield instance
    assert stop_embedded(instance) == 0


@pytest.fixture(scope="session")
def admin(embedded: Embedded) -> Caller:
    return embedded.administrator("home")


@pytest.fixture(scope="session")
def partner_admin(embedded: Embedded) -> Caller:
    return embedded.administrator("partner")


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MovableClock]:
    movable = MovableClock(tmp_path_factory.mktemp("clock") / "offset")
    yield movable
    assert stop_embedded(movable.embedded) == 0


@pytest.fixture
def name() -> Name:
    return lambda word: f"{word}-{next(_NUMBERS)}"


@pytest.fixture
def new_user(admin: Caller, name: Name) -> NewUser:
    """`new_user(*policy documents, owner=admin, **CreateUser parameters)`."""

    def make(*documents: str, owner: Caller = admin, **parameters: Any) -> Caller:
        return make_user(owner, parameters.pop("UserName", name("user")), *documents, **parameters)

    return make


@pytest.fixture
def new_role(admin: Caller, name: Name) -> NewRole:
    """`new_role(trust document, *policy documents, owner=admin, **CreateRole parameters)`."""

    def make(trust_document: str, *documents: str, owner: Caller = admin, **parameters: Any) -> str:
        return make_role(owner, parameters.pop("RoleName", name("role")), trust_document, *documents, **parameters)

    return make


@pytest.fixture
def new_stack(admin: Caller, name: Name) -> NewStack:
    """`new_stack(caller=admin)`."""

    def make(caller: Caller = admin) -> Stack:
        return Stack(name("stack"), caller, admin)

    return make


@pytest.fixture(scope="session")
def stock() -> Iterator[str]:
    """The endpoint of a stock MiniStack, authorization on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    }
    process = subprocess.Popen([sys.executable, "-m", "ministack"], env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None, "stock MiniStack ended"
            assert time.monotonic() < deadline, "stock MiniStack does not answer"
            time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def stock_admin(stock: str) -> Caller:
    return Caller(stock, "test", "test")
