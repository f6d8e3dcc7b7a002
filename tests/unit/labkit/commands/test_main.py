"""Whatever goes wrong ends in one line that says what to do, and in exit code 2."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import click
import pytest

from labkit.commands.main import main
from labkit.errors import LabError


@pytest.fixture(autouse=True)
def _nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LAB_TARGET", raising=False)
    monkeypatch.delenv("LAB_DEADLINE", raising=False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nope"], "No such command 'nope'"),
        (["run", "nope"], "there is no lab 'nope'; the labs are: "),
        (["up", "nope"], "there is no lab 'nope'"),
        (["down", "nope"], "there is no lab 'nope'"),
        (["verify", "nope"], "there is no lab 'nope'"),
        (["credentials", "nope", "James", "--csv", "f.csv"], "there is no lab 'nope'"),
        (["credentials", "james-s3", "James"], "--csv"),
        (["status", "--target", "moon"], "there is no target 'moon'; it is local (the embedded AWS) or aws"),
        (["status", "--profile", "x"], "add --target aws"),
        (["status", "--partner-profile", "x"], "--partner-profile is for AWS: the embedded AWS has a partner account"),
        (["verify", "--deadline", "soon"], "soon"),
        (["verify", "--deadline", "-1"], "-1"),
        (["verify", "--json", "/no/such/folder/r.json"], "/no/such/folder"),
        (["run", "--json", "/no/such/folder/r.json"], "/no/such/folder"),
        (["run", "--junit", "/"], "is a folder"),
        (["run", "--html", "/no/such/folder/r.html"], "/no/such/folder"),
        (["explain", "nope", "x"], "there is no lab 'nope'; the labs are: "),
        (["explain", "james-s3", "nope"], "james-s3 has no check 'nope'; its checks are: james-is-live, "),
        (["explain", "james-s3"], "Missing argument 'CHECK'"),
        (["explain", "james-s3", "assume-role"], "no embedded AWS is running"),
        (["verify"], "no embedded AWS is running; start one with lab local start"),
        (["status"], "no embedded AWS is running"),
        (["down"], "no embedded AWS is running"),
        (["env"], "no embedded AWS is running"),
        (["shell"], "no embedded AWS is running"),
        (["env", "--target", "aws", "--account", "partner"], "--account is for the embedded AWS"),
        (["local", "start", "--port", "99999"], "99999"),
        (["local", "nope"], "No such command"),
    ],
)
def test_one_line_and_exit_code_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert says in shown.err
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err


def test_lab_target_chooses_where_to_work(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LAB_TARGET", "moon")
    assert main(["status"]) == 2
    assert "'moon'" in capsys.readouterr().err
    monkeypatch.setenv("LAB_TARGET", "aws")
    assert main(["env", "--profile", "lab", "--region", "eu-west-1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "export AWS_PROFILE=lab",
        "export AWS_REGION=eu-west-1",
        "export AWS_DEFAULT_REGION=eu-west-1",
    ]


@pytest.mark.parametrize("arguments", [["--debug", "run", "nope"], ["run", "nope", "--debug"]])
def test_debug_shows_the_traceback(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Traceback" in capsys.readouterr().err


def test_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(set(row) == {"name", "title", "stack", "source"} for row in rows)
    assert "james-s3" in [row["name"] for row in rows]


def test_a_state_folder_that_can_t_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "file" / "home"))
    assert main(["local", "status"]) == 2
    assert "set LAB_HOME" in capsys.readouterr().err


@click.command("x")
@click.pass_context
def _fails(ctx: click.Context) -> None:
    raise ctx.obj


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (LabError("do this"), "lab: do this\n"),
        (ZeroDivisionError("why"), "lab: unexpected ZeroDivisionError: why (--debug shows where)\n"),
        (BrokenPipeError(), "lab: the reader of the output has gone\n"),
    ],
)
def test_every_exception_ends_in_a_line(
    error: Exception, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_fails, "context_settings", {"obj": error})
    assert main([], command=_fails) == 2
    assert capsys.readouterr().err == says


@click.command("x")
def _killed() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()


def test_a_signal_ends_a_command_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert main([], command=_killed) == 2
    assert capsys.readouterr().err == "lab: stopped by SIGTERM\n"
    assert signal.getsignal(signal.SIGTERM) is before
