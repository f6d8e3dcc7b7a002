"""Who may import whom: the arrows between the rooms of the house."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"iam_engine", "lab_stacks", "labkit", "local_aws", "scripts", "tests"}
MAY_IMPORT = {
    "iam_engine": {"iam_engine"},
    "labkit": {"labkit", "iam_engine", "lab_stacks"},
    "lab_stacks": {"lab_stacks", "labkit"},
    "local_aws": {"local_aws", "iam_engine"},
    "scripts": {"labkit", "lab_stacks", "scripts"},
}


def imported_modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield node.module or ""


def sources(room: str) -> list[Path]:
    return [*sorted((ROOT / room).rglob("*.py")), *([ROOT / room / "lab"] if room == "scripts" else [])]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    files = sources(room)
    assert files
    wrong = [
        f"{file.relative_to(ROOT)}: {module}"
        for file in files
        for module in imported_modules(file)
        if module.split(".")[0] in OURS - MAY_IMPORT[room]
    ]
    assert wrong == []


def test_checks_know_the_vocabulary_and_nothing_else_of_ours() -> None:
    checks = sorted(ROOT.glob("lab_stacks/*/checks.py"))
    assert checks
    for file in checks:
        modules = {module for module in imported_modules(file) if module.split(".")[0] in OURS | {"aws_cdk", "boto3"}}
        assert modules == {"labkit.checks"}, file


def test_stacks_know_no_checks() -> None:
    for file in (ROOT / "lab_stacks").rglob("*.py"):
        if file.name != "checks.py":
            modules = {module.split(".")[0] for module in imported_modules(file)}
            assert "labkit" not in modules, file


def test_the_engine_needs_the_standard_library_alone() -> None:
    for file in sources("iam_engine"):
        for module in imported_modules(file):
            top = module.split(".")[0]
            assert top in sys.stdlib_module_names or top == "iam_engine", f"{file}: {module}"


def test_the_embedded_aws_knows_no_lab() -> None:
    for file in sources("local_aws"):
        assert "james" not in file.read_text(encoding="utf-8").lower(), file


def test_verifying_never_loads_the_cdk() -> None:
    program = (
        "import sys; from labkit.commands import main, verify; from labkit.catalogue import all_labs; "
        "[entry.lab for entry in all_labs()]; "
        "sys.exit(any(name.split('.')[0] in ('aws_cdk', 'jsii', 'local_aws', 'ministack') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
