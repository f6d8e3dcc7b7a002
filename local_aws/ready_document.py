"""The ready document: what a program needs to use a running instance, as one line of JSON.

It holds the administrators' keys. So it goes only where its owner alone can read it: the pipe to the process that
started this one, and a Unix socket with mode 0600.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from local_aws import upstream
from local_aws.administrators import Administrator
from local_aws.environment import REGION


class SocketError(Exception):
    """The Unix socket can't be had; the text says why and what to do."""


def compose(port: int, administrators: Mapping[str, Administrator], faults: Sequence[str] = ()) -> bytes:
    """The document as one line of JSON with its line end. `faults`: those that are on, as they were asked for."""
    document = {
        "pid": os.getpid(),
        "port": port,
        "endpoint": f"http://127.0.0.1:{port}",
        "region": REGION,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": f"MiniStack {upstream.VERSION}",
        "faults": list(faults),
        "accounts": {
            name: {
                "account": administrator.account,
                "user": administrator.user,
                "access_key_id": administrator.access_key_id,
                "secret_access_key": administrator.secret_access_key,
            }
            for name, administrator in administrators.items()
        },
    }
    return json.dumps(document).encode() + b"\n"


def write_line(descriptor: int, line: bytes) -> None:
    """Write to the pipe of the process that started this one, and close it. It may have gone away."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as pipe:
        pipe.write(line)


def bind(path: Path) -> socket.socket:
    """A listening Unix socket at `path`, mode 0600. A dead instance's socket is replaced. Raises SocketError.

    The length of a socket's path is limited to about 104 bytes, that of its name is no trouble: so it is
    bound by its name from within its folder. To be called before there are threads.
    """
    before = Path.cwd()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.chdir(path.parent)
        _remove_dead(path.name)
        before_umask = os.umask(0o177)
        try:
            listener.bind(path.name)
        finally:
            os.umask(before_umask)
        listener.listen()
    except OSError as error:
        listener.close()
        raise SocketError(f"no socket at {path}: {error.strerror or error}; give another --socket") from error
    finally:
        os.chdir(before)
    return listener


def _remove_dead(name: str) -> None:
    try:
        if not stat.S_ISSOCK(os.lstat(name).st_mode):
            raise FileExistsError(None, "a file that is not a socket is in its place")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(name)
        except ConnectionRefusedError:
            Path(name).unlink()
        else:
            raise OSError(None, "another instance answers there")
