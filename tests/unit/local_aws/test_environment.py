from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.environment import scrub


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before_umask, before_folder = os.umask(0o022), tempfile.tempdir
    yield
    os.umask(before_umask)
    tempfile.tempdir = before_folder


def test_only_what_a_process_needs_is_kept(tmp_path: Path) -> None:
    environ = {
        "PATH": "/bin",
        "LANG": "C.UTF-8",
        "AUTH": "false",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "MINISTACK_ACCOUNT_ID": "000000000000",
        "LOCALSTACK_PERSISTENCE": "1",
        "SERVICES": "s3",
        "HTTPS_PROXY": "http://192.0.2.1",
        "HOME": "/home/someone",
        "PYTHONPATH": "/elsewhere",
    }
    scrub(environ, 4566, tmp_path, "WARNING")
    assert environ["PATH"] == "/bin"
    assert environ["AUTH"] == "true"
    assert environ["MINISTACK_ACCOUNT_ID"] == "123456789012"
    assert environ["BIND_HOST"] == "127.0.0.1"
    assert environ["GATEWAY_PORT"] == "4566"
    gone = {"AWS_ACCESS_KEY_ID", "LOCALSTACK_PERSISTENCE", "SERVICES", "HTTPS_PROXY", "PYTHONPATH"}
    assert not gone & environ.keys()


def test_folders_are_private_ones(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    scrub(environ, 1, tmp_path, "WARNING")
    for name in ("TMPDIR", "HOME", "STATE_DIR", "S3_DATA_DIR"):
        folder = Path(environ[name])
        assert folder.parent == tmp_path
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert tempfile.gettempdir() == environ["TMPDIR"]
