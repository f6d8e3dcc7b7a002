"""The labs, synthesized once for all tests of a worker."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# As the CDK launcher does it, and before the CDK is imported: it starts its Node at once.
os.environ.setdefault("JSII_NODE", str(Path(sys.executable).parent / "node"))

from tests.unit.lab_stacks.synthesis import Synthesized, Template, synthesize


@pytest.fixture(scope="session")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """All labs."""
    return synthesize(tmp_path_factory.mktemp("assembly"))


@pytest.fixture(scope="session")
def james(labs: Synthesized) -> Template:
    """The template of the James lab."""
    return labs.templates["JamesS3"]
