"""The engine is a library of its own: its example runs, and it loads nothing but the standard library."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import iam_engine

ROOT = Path(__file__).resolve().parents[3]


def test_the_example_of_the_docstring() -> None:
    outcome = doctest.testmod(iam_engine)
    assert outcome.attempted >= 7
    assert outcome.failed == 0


def test_all_that_is_public_is_documented() -> None:
    for name in iam_engine.__all__:
        assert getattr(iam_engine, name).__doc__, name


def test_it_loads_the_standard_library_alone() -> None:
    """In an interpreter that finds no installed package (-S), and nothing but what it loads itself (-I)."""
    program = (
        f"import sys; sys.path.append({str(ROOT)!r}); import iam_engine; "
        "tops = {name.split('.')[0] for name in sys.modules}; "
        "print(sorted(tops - set(sys.stdlib_module_names) - {'__main__'}))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['iam_engine']"
