"""A missing prerequisite gets one clear line and exit code 2."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "set_up.py"


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path / ".venv", "BIN": tmp_path / ".venv" / "bin"}.items():
        monkeypatch.setattr(module, name, str(value))
    monkeypatch.setattr(sys, "argv", ["set_up.py"])
    return module


def fails_with(module: ModuleType, capsys: pytest.CaptureFixture[str]) -> str:
    assert module.main() == 2
    said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("set-up: making")]
    assert len(said) == 1
    return said[0]


def test_an_old_python(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(set_up, "OLDEST_PYTHON", (99, 0))
    assert "Python 99.0 or newer is needed" in fails_with(set_up, capsys)


def test_no_network(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_TIMEOUT", "1")
    said = fails_with(set_up, capsys)
    assert said.startswith("set-up: PyPI can't be reached, or refuses a package; check the network and run it again")


def test_an_old_python_can_read_the_script_far_enough_to_refuse_it() -> None:
    """No syntax newer than Python 3.6, so that the version is told and not a SyntaxError."""
    source = SCRIPT.read_text(encoding="utf-8")
    compile(source, str(SCRIPT), "exec", dont_inherit=True)
    ast.parse(source, feature_version=(3, 6))


@pytest.mark.parametrize(("user", "apt"), [(1000, "/usr/bin/apt-get"), (0, None)])
def test_no_browser_and_no_way_to_install_one(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], user: int, apt: str | None
) -> None:
    monkeypatch.setattr(set_up.os, "geteuid", lambda: user)
    monkeypatch.setattr(set_up.shutil, "which", lambda name: apt if name == "apt-get" else None)
    monkeypatch.setattr(set_up, "run", lambda *_: pytest.fail("nothing is to be run"))
    set_up.install_browser()
    assert capsys.readouterr().err == (
        "set-up: no Chromium here, so the browser tests will fail; install Chromium (Debian: apt-get install chromium)"
        ", or name one: export CHROMIUM=/path/to/it\n"
    )


def test_root_on_debian_gets_a_browser_unless_there_is_one(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"apt-get": "/usr/bin/apt-get"}
    commands: list[list[str]] = []
    monkeypatch.setattr(set_up.os, "geteuid", lambda: 0)
    monkeypatch.setattr(set_up.shutil, "which", found.get)
    monkeypatch.setattr(set_up, "run", lambda command, *_: commands.append(command))
    set_up.install_browser()
    assert [command[1] for command in commands] == ["update", "install"]
    assert commands[1][-1] == "chromium"
    found["google-chrome"] = "/usr/bin/google-chrome"
    set_up.install_browser()
    assert len(commands) == 2


def test_make_says_so_where_there_is_no_python() -> None:
    done = subprocess.run(
        ["make", "--always-make", "PYTHON=no-such-python", ".venv/ready"],
        cwd=SCRIPT.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "set-up: no no-such-python here; install Python 3.11 or newer" in done.stderr
