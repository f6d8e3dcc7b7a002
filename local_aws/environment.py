"""The environment in which MiniStack is loaded: nothing of the user's but what a process needs to run.

MiniStack reads its settings from environment variables, some 150 of them, and hands its environment on
to the functions that it runs. So a user's AWS variables, proxies and MiniStack or LocalStack settings would
change who is an administrator, where state lies, and what a function can reach.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

HOME_ACCOUNT = "123456789012"
PARTNER_ACCOUNT = "210987654321"
REGION = "us-east-1"

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE")

_SETTINGS = {
    "AUTH": "true",
    "BIND_HOST": "127.0.0.1",
    "MINISTACK_ACCOUNT_ID": HOME_ACCOUNT,
    "MINISTACK_REGION": REGION,
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "PERSIST_STATE": "0",
    "S3_PERSIST": "0",
    # MiniStack takes a Docker socket that does not exist for "no Docker here" and never asks for one again.
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
}


def scrub(environ: MutableMapping[str, str], port: int, folder: Path, log_level: str) -> None:
    """Make `environ` what MiniStack is to see.

    `folder` is private to this instance: temporary files and HOME point into it. `log_level` is the name of
    a level of `logging`.
    """
    kept = {name: environ[name] for name in _KEPT if name in environ}
    environ.clear()
    environ.update(kept)
    environ.update(_SETTINGS)
    environ["GATEWAY_PORT"] = str(port)
    environ["LOG_LEVEL"] = log_level
    for name, inside in (("TMPDIR", "tmp"), ("HOME", "home"), ("STATE_DIR", "state"), ("S3_DATA_DIR", "s3")):
        (folder / inside).mkdir(mode=0o700, exist_ok=True)
        environ[name] = str(folder / inside)
    tempfile.tempdir = environ["TMPDIR"]
    os.umask(0o077)
