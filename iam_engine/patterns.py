"""Wildcards as regular expressions that take linear time, whatever the pattern.

Each part up to a `*` is matched at the first place where it fits and never tried again (an atomic group), which
is right for wildcards and keeps a policy full of `*` from costing seconds. The tokens come from `variables`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from iam_engine.variables import Plain, Token, Wildcard

ARN_PARTS = 6
T = TypeVar("T", bound=Token)


def glob(tokens: Iterable[Plain]) -> str:
    """A regular expression for tokens in which a wildcard stands for any characters, colons included."""
    return _glob(tokens, any_character=".") + r"\Z"


def arn(parts: Sequence[Sequence[Plain]]) -> str:
    """A regular expression for the six parts of an ARN, each matched by itself.

    Only in the last part can a wildcard stand for a colon. Source: IAM User Guide,
    reference_policies_elements_condition_operators, "Amazon Resource Name (ARN) condition operators".
    """
    header = "".join(f"(?>{_glob(part, any_character='[^:]')}:)" for part in parts[:-1])
    return header + glob(parts[-1])


def split_arn(tokens: Iterable[T]) -> tuple[tuple[T | str, ...], ...] | None:
    """The six parts of an ARN's tokens, split at the first five colons that the policy itself has.

    None if there are fewer. A colon in a variable's value splits nothing.
    """
    parts: list[list[T | str]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        first, *rest = token.split(":", ARN_PARTS - len(parts))
        if first:
            parts[-1].append(first)
        parts.extend([piece] if piece else [] for piece in rest)
    return tuple(tuple(part) for part in parts) if len(parts) == ARN_PARTS else None


def one_of(expressions: Sequence[str]) -> re.Pattern[str] | None:
    """All expressions as one compiled pattern, to be used with `match`; None where there are none."""
    if not expressions:
        return None
    return re.compile("|".join(f"(?:{expression})" for expression in expressions), re.DOTALL)


def _glob(tokens: Iterable[Plain], any_character: str) -> str:
    pieces = [""]
    for token in tokens:
        if token is Wildcard.MANY:
            pieces.append("")
        elif token is Wildcard.ONE:
            pieces[-1] += any_character
        else:
            pieces[-1] += re.escape(str(token))
    if len(pieces) == 1:
        return pieces[0]
    middle = "".join(f"(?>{any_character}*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{middle}{any_character}*{pieces[-1]}"
