"""The CDK app: which labs it finds, which it synthesizes, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import app as cdk_app
from tests.unit.lab_stacks.synthesis import CHECKOUT, Synthesized, new_app

STACK = """
from lab_stacks.lab_stack import LabStack

class {name}(LabStack):
    pass
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A folder of labs: one with a partner, one that can't be loaded, and a folder that is no lab."""
    root = tmp_path / f"labs_of_{request.node.name.split('[')[0]}"
    modules = {
        "across_accounts/stack.py": STACK.format(name="AcrossAccounts"),
        "across_accounts/partner_stack.py": STACK.format(name="AcrossAccountsPartner"),
        "broken/stack.py": "raise RuntimeError('loaded')",
        "not_a_lab/checks.py": "",
    }
    for name, text in modules.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return root


def run_app(tmp_path: Path, context: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, CHECKOUT / "app.py"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def stacks_in(folder: Path) -> set[str]:
    return {path.name.removesuffix(".template.json") for path in folder.glob("*.template.json")}


def test_labs_are_the_folders_that_have_a_stack(root: Path) -> None:
    labs = cdk_app.lab_folders(root)
    assert labs == {"across-accounts": root / "across_accounts", "broken": root / "broken"}


def test_the_james_lab_is_found() -> None:
    assert cdk_app.lab_folders()["james-s3"].name == "james_s3"


def test_only_the_labs_asked_for_are_loaded(root: Path, tmp_path: Path) -> None:
    app = new_app(tmp_path / "out", labs="across-accounts")
    cdk_app.add_stacks(app, root)
    assert [child.node.id for child in app.node.children] == ["AcrossAccountsPartner", "AcrossAccounts"]
    with pytest.raises(RuntimeError, match="loaded"):
        cdk_app.add_stacks(new_app(tmp_path / "out"), root)


def test_several_labs_may_be_asked_for() -> None:
    labs = {name: Path(name) for name in ("a", "b", "c")}
    assert list(cdk_app.requested_labs(" c, a ,", labs)) == ["c", "a"]
    assert cdk_app.requested_labs(None, labs) == labs


@pytest.mark.parametrize("context", ["a,nope", "", " , ", "../a"])
def test_what_is_no_lab_is_refused(context: str) -> None:
    with pytest.raises(cdk_app.AppError, match=r"no lab .*; the labs are: a, b$"):
        cdk_app.requested_labs(context, {"a": Path("a"), "b": Path("b")})


@pytest.mark.parametrize(("classes", "count"), [((), 0), (("One", "Two"), 2)])
def test_a_stack_module_defines_one_stack(root: Path, classes: tuple[str, ...], count: int) -> None:
    folder = root / f"with_{count}"
    folder.mkdir()
    imported = "from lab_stacks.lab_stack import LabStack\n"
    (folder / "stack.py").write_text(imported + "".join(STACK.format(name=name) for name in classes))
    with pytest.raises(cdk_app.AppError, match=f"must define one LabStack; it defines {count}$"):
        cdk_app.stack_classes(folder)


def test_without_context_every_lab_is_synthesized(tmp_path: Path, labs: Synthesized) -> None:
    finished = run_app(tmp_path, {})
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert stacks_in(tmp_path) == set(labs.stacks)


def test_the_context_picks_a_lab(tmp_path: Path) -> None:
    finished = run_app(tmp_path, {"labs": "james-s3"})
    assert (finished.returncode, finished.stderr) == (0, "")
    assert stacks_in(tmp_path) == {"JamesS3"}


def test_an_unknown_lab_is_one_clear_line(tmp_path: Path) -> None:
    finished = run_app(tmp_path, {"labs": "james-s3,james-s4"})
    assert finished.returncode == 2
    assert finished.stderr.startswith("app.py: there is no lab 'james-s4'; the labs are: ")
    assert finished.stderr.count("\n") == 1
    assert stacks_in(tmp_path) == set()
