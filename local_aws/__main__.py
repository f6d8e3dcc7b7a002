"""`python -m local_aws`: run the embedded AWS until it is told to stop.

On readiness one line goes to standard output, the ready document (see ready_document.py); nothing else ever does.
Exit codes: 0 after a clean stop, 2 where it can't run; then one line on standard error says what to do.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from local_aws import environment, upstream
from local_aws.faults import catalogue

_DEFAULT_PORT = 4566
_BACKLOG = 256


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"local_aws: {message}\n")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 0 to 65535")
    return int(text)


class _Fault(argparse.Action):
    """Collects what --fault asks for; all of it is read each time, as each may be asked for once."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        try:
            namespace.faults = catalogue.parse((*namespace.faults.texts, values))
        except catalogue.FaultError as error:
            raise argparse.ArgumentError(self, str(error)) from error


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m local_aws", description="An embedded AWS on 127.0.0.1.", allow_abbrev=False)
    parser.add_argument("--port", type=_port, default=_DEFAULT_PORT, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--socket", type=Path, help="Unix socket for the owner's questions")
    parser.add_argument("--state", type=Path, help="folder for temporary files (default: one of its own)")
    parser.add_argument("--save", type=Path, help="folder that keeps the state from run to run (default: nothing does)")
    parser.add_argument("--fresh", action="store_true", help="with --save: forget what is kept, and begin anew")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when standard input ends")
    parser.add_argument(
        "--fault",
        action=_Fault,
        dest="faults",
        default=catalogue.Faults(),
        metavar="NAME=VALUE",
        help="for tests: " + catalogue.DESCRIPTION,
    )
    parser.add_argument("--verbose", action="store_true", help="log every request to standard error")
    options = parser.parse_args(arguments)
    if options.fresh and not options.save:
        parser.error("--fresh needs --save")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with these command-line arguments; returns the exit code."""
    signal.signal(signal.SIGTERM, _stop)
    options = _arguments(arguments)
    ready = _keep_standard_output_clean()
    folder = None
    try:
        installed = importlib.metadata.version("ministack")
        if installed != upstream.VERSION:
            return _fail(f"needs MiniStack {upstream.VERSION}, not {installed}; install requirements.txt")
        listener = _listen(options.port)
        folder = _private_folder(options.state)
        return _run(options, listener, folder, ready)
    except _CannotRunError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 0
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


class _CannotRunError(Exception):
    """Why it can't run and what to do, in one line."""


def _run(options: argparse.Namespace, listener: socket.socket, folder: Path, ready: int) -> int:
    unix_socket = options.socket.absolute() if options.socket else None
    level = "INFO" if options.verbose else "WARNING"
    environment.scrub(os.environ, listener.getsockname()[1], folder, level)
    # Not before: loading the server loads MiniStack, which reads the environment as it is loaded.
    from local_aws import ready_document, saved_state, server

    try:
        saved = saved_state.SavedState(options.save, upstream.VERSION, fresh=options.fresh) if options.save else None
        server.run(
            server.Options(
                listener, unix_socket, ready, options.stop_with_parent, options.verbose, options.faults, saved
            )
        )
    except (ready_document.SocketError, saved_state.SavedStateError) as error:
        raise _CannotRunError(str(error)) from error
    except server.NotSavedError as error:
        raise _CannotRunError(f"what was changed last could not be saved in {options.save}: {error}") from error
    return 0


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        raise _CannotRunError(
            f"can't listen on 127.0.0.1:{port} ({reason}); stop what is there, or choose with --port N (0: a free one)"
        ) from error
    return listener


def _private_folder(parent: Path | None) -> Path:
    try:
        if parent:
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="local-aws-", dir=parent.absolute() if parent else None))
    except OSError as error:
        raise _CannotRunError(f"can't write to {error.filename} ({error.strerror}); give another --state") from error


def _keep_standard_output_clean() -> int:
    """Whatever writes to standard output writes to standard error from now on; returns the real one."""
    sys.stdout.flush()
    ready = os.dup(1)
    os.dup2(2, 1)
    return ready


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _fail(message: str) -> int:
    logging.shutdown()
    sys.stderr.write(f"local_aws: {message}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
