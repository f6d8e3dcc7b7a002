"""`python -m tests.others.person PROGRAM`: runs an example as the person would whom it expects at the keyboard.

The person scans the QR code of a new MFA device (here: reads the seed from the answer that the code is made from),
types its codes where they are asked for, says yes to questions, and does not watch the progress bars.
"""

from __future__ import annotations

import builtins
import runpy
import sys
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pyotp

_STEP_SECONDS = 30


class Person:
    """Whoever sits at the keyboard, with the MFA device in hand."""

    def __init__(self) -> None:
        self._codes: Iterator[str] = iter(())

    def scan(self, parsed: dict[str, Any], **_more: Any) -> None:
        """Add the device; its codes from the one before now on, so that there is no waiting for the next."""
        if "VirtualMFADevice" in parsed:
            totp = pyotp.TOTP(parsed["VirtualMFADevice"]["Base32StringSeed"].decode())
            now = int(time.time()) // _STEP_SECONDS
            self._codes = (totp.generate_otp(step) for step in range(now - 1, now + 2))

    def type(self, prompt: object = "") -> str:
        """The answer to a question."""
        typed = next(self._codes) if "code" in str(prompt) else "y"
        print(f"{prompt}{typed}")
        return typed


def main() -> None:
    program = Path(sys.argv[1])
    person = Person()
    boto3.setup_default_session()
    boto3._get_default_session().events.register("after-call.iam.CreateVirtualMFADevice", person.scan)
    builtins.input = person.type
    time.sleep = lambda _seconds: None  # type: ignore[assignment]
    webbrowser.open = lambda *_given, **_more: True
    sys.argv, sys.path[0] = [str(program)], str(program.parent)
    runpy.run_path(str(program), run_name="__main__")


if __name__ == "__main__":
    main()
