"""Every mend of MiniStack has a canary: a test that fails as soon as stock MiniStack does not need it any more."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from local_aws.mends import MENDS

CANARIES = Path(__file__).parents[2] / "local" / "canaries"


def canaries_of(module: str) -> list[str]:
    """The canaries whose names begin with the module's."""
    trees = [ast.parse(path.read_text()) for path in CANARIES.glob("test_*.py")]
    names = [node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if name.startswith(f"test_{module}_")]


@pytest.mark.parametrize("module", [mend.__module__.removeprefix("local_aws.") for mend in MENDS])
def test_every_mend_has_a_canary(module: str) -> None:
    assert canaries_of(module)


def test_a_mend_without_a_canary_would_be_noticed() -> None:
    assert not canaries_of("no_such_mend")
