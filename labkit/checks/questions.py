"""What IAM decides when a check asks, as data: whoever explains a verdict needs no more of a check than this."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.checks.calls import Call
from labkit.checks.principals import Identity


@dataclass(frozen=True)
class Question:
    """May `who` make `call`?

    `authorized_errors`: codes that only an authorized caller gets to see: IAM has let such a call through.
    """

    who: Identity
    call: Call
    authorized_errors: tuple[str, ...] = ()
