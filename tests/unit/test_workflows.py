"""The workflows in .github/workflows: what they call exists, and what they may do is little."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from labkit.catalogue import all_labs
from labkit.commands.main import lab as lab_command
from labkit.commands.verify import verify_environment

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(file.name for file in FOLDER.glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LABS = {entry.name for entry in all_labs()}
# The only actions that are used, each with its newest major version.
ACTIONS = {
    "actions/checkout@v7",
    "actions/setup-python@v7",
    "actions/upload-artifact@v7",
    "aws-actions/configure-aws-credentials@v6",
}

Workflow = dict[str, Any]
Step = dict[str, Any]


def workflow(name: str) -> Workflow:
    loaded: Workflow = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    # YAML 1.1, which PyYAML reads, takes the key `on` for a truth value.
    return {("on" if key is True else key): value for key, value in loaded.items()}


def jobs(name: str) -> list[dict[str, Any]]:
    return list(workflow(name)["jobs"].values())


def steps(name: str) -> list[Step]:
    return [step for job in jobs(name) for step in job["steps"]]


def commands(name: str) -> list[str]:
    return [line for step in steps(name) for line in step.get("run", "").splitlines() if line.strip()]


def step_that_runs(name: str, text: str) -> Step:
    (found,) = (step for step in steps(name) if text in step.get("run", ""))
    return found


def parse_lab(words: list[str]) -> click.Context:
    """The context of a `lab` command; raises click's UsageError for what the command line does not know."""
    command = lab_command.get_command(click.Context(lab_command), words[0])
    assert command, f"there is no command lab {words[0]}"
    return command.make_context(words[0], words[1:])


def check_command(line: str) -> None:
    """Fail unless what the line calls is there, and takes these arguments."""
    program, *arguments = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{arguments[0]}:", MAKEFILE, re.MULTILINE), f"there is no target {arguments[0]}"
    elif program == ".venv/bin/lab":
        assert set(parse_lab(arguments).params.get("labs", ())) <= LABS
    elif program == ".venv/bin/python" and arguments[0] == "scripts/verify_lab.py":
        assert (ROOT / arguments[0]).is_file()
        assert set(verify_environment.make_context(arguments[0], arguments[1:]).params["labs"]) <= LABS
    else:
        pytest.fail(f"unknown command: {line}")


def test_there_are_these() -> None:
    assert WORKFLOWS == ["aws.yml", "ci.yml"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_command_exists(name: str) -> None:
    assert commands(name)
    for line in commands(name):
        check_command(line)


@pytest.mark.parametrize("line", ["make no-such-target", ".venv/bin/lab no-such-command", "curl https://example.com"])
def test_a_command_that_does_not_exist_is_seen(line: str) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check_command(line)


def test_an_option_that_does_not_exist_is_seen() -> None:
    with pytest.raises(click.UsageError):
        check_command(".venv/bin/lab down --no-such-option")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_and_known(name: str) -> None:
    used = {step["uses"] for step in steps(name) if "uses" in step}
    assert "actions/checkout@v7" in used
    assert used <= ACTIONS


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_step_either_runs_or_uses_and_is_bounded_in_time(name: str) -> None:
    assert all(("run" in step) != ("uses" in step) for step in steps(name))
    assert all(0 < job["timeout-minutes"] <= 90 for job in jobs(name))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_permissions_are_minimal(name: str) -> None:
    assert workflow(name)["permissions"] == {"contents": "read"}
    more = {"contents": "read", "id-token": "write"} if name == "aws.yml" else None
    assert [job.get("permissions") for job in jobs(name)] == [more]
    checkouts = [step for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_long_term_key_and_no_secret(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert not re.search(r"secrets\.|aws-access-key-id|aws-secret-access-key|(AKIA|ASIA)[A-Z0-9]{16}", text)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_from_outside_is_pasted_into_a_command(name: str) -> None:
    """A branch's name or a pull request's title in `run` would be run."""
    assert all("${{" not in line for line in commands(name))
    assert "pull_request_target" not in workflow(name)["on"]


def test_ci_needs_no_account_and_runs_everything() -> None:
    assert set(workflow("ci.yml")["on"]) == {"push", "pull_request"}
    assert [line for line in commands("ci.yml") if line.startswith("make")] == ["make lint", "make test", "make lab"]
    assert "vars." not in (FOLDER / "ci.yml").read_text(encoding="utf-8")
    oldest = re.search(r'requires-python = ">=(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert oldest
    assert oldest[1] in jobs("ci.yml")[0]["strategy"]["matrix"]["python"]


def test_aws_runs_by_hand_or_at_night_where_there_is_a_role() -> None:
    assert set(workflow("aws.yml")["on"]) == {"workflow_dispatch", "schedule"}
    assert jobs("aws.yml")[0]["if"] == "github.event_name == 'workflow_dispatch' || vars.AWS_ROLE_ARN != ''"


def test_two_runs_never_share_the_account() -> None:
    concurrency = workflow("aws.yml")["concurrency"]
    assert concurrency["cancel-in-progress"] is False
    assert "${{" not in concurrency["group"]


def test_what_was_deployed_is_always_destroyed() -> None:
    destroy = step_that_runs("aws.yml", "lab down")
    assert destroy["if"] == "always() && steps.session.outcome == 'success'"
    asked = parse_lab(shlex.split(destroy["run"])[1:]).params
    assert (asked["yes"], asked["dry_run"], asked["target"]) == (True, False, "aws")
    order = [steps("aws.yml").index(step_that_runs("aws.yml", text)) for text in ("lab up", "verify_lab", "lab down")]
    assert order == sorted(order)
    (session,) = (step for step in steps("aws.yml") if step.get("id") == "session")
    assert session["uses"].startswith("aws-actions/configure-aws-credentials@")
    assert steps("aws.yml").index(session) < order[0]
    assert not any(step.get("continue-on-error") for step in steps("aws.yml"))


def test_the_session_outlasts_the_steps_that_need_it() -> None:
    (session,) = (step for step in steps("aws.yml") if step.get("id") == "session")
    needing = steps("aws.yml")[steps("aws.yml").index(session) + 1 :]
    minutes = sum(step["timeout-minutes"] for step in needing if "run" in step)
    assert minutes * 60 < session["with"]["role-duration-seconds"]
    assert sum(step.get("timeout-minutes", 0) for step in steps("aws.yml")) < jobs("aws.yml")[0]["timeout-minutes"]


@pytest.mark.parametrize(("name", "condition"), [("aws.yml", "always()"), ("ci.yml", "failure()")])
def test_reports_are_kept(name: str, condition: str) -> None:
    (upload,) = (step for step in steps(name) if step.get("uses", "").startswith("actions/upload-artifact@"))
    assert upload["if"] == condition
    written = {
        word for line in commands(name) for word in shlex.split(line) if word.endswith((".xml", ".json", ".html"))
    }
    assert len(written) == 3
    assert set(upload["with"]["path"].split()) == written
