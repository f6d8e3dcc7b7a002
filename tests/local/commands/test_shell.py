"""The source document's own commands, through the real AWS CLI, as James."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.local.commands.conftest import Lab

ROLE_ARN = "arn:aws:iam::123456789012:role/James-custom-S3-role"


def as_james(lab: Lab, *words: str, env: dict[str, str] | None = None) -> CompletedProcess[str]:
    return lab("shell", "James", "--", *words, env=env or {})


def test_the_documents_cli_steps_as_they_stand(standing: Lab) -> None:
    identity = as_james(standing, "aws", "sts", "get-caller-identity")
    assert json.loads(identity.stdout)["Arn"] == "arn:aws:iam::123456789012:user/James"

    shut = as_james(standing, "aws", "s3", "ls")
    assert shut.returncode != 0
    assert "AccessDenied" in shut.stderr

    query = "Roles[?RoleName == 'James-custom-S3-role'].[RoleName, Arn]"
    roles = as_james(standing, "aws", "iam", "list-roles", "--query", query)
    assert json.loads(roles.stdout) == [["James-custom-S3-role", ROLE_ARN]]

    session_name = ["--role-session-name", "Radkowski-CLI-test"]
    assumed = as_james(standing, "aws", "sts", "assume-role", "--role-arn", ROLE_ARN, *session_name)
    given = json.loads(assumed.stdout)["Credentials"]
    assert all(given[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))

    exported = f"export AWS_ACCESS_KEY_ID={given['AccessKeyId']} AWS_SECRET_ACCESS_KEY={given['SecretAccessKey']} "
    exported += f"AWS_SESSION_TOKEN={given['SessionToken']}"
    after = as_james(standing, "sh", "-c", f"{exported}; aws sts get-caller-identity; aws s3 ls")
    assert after.returncode == 0, after.stderr
    assert "assumed-role/James-custom-S3-role/Radkowski-CLI-test" in after.stdout
    assert "jamess3" in after.stdout


def test_each_role_is_a_profile_and_its_session_is_cached_in_private(standing: Lab, tmp_path: Path) -> None:
    home = tmp_path / "users-home"
    home.mkdir()
    words = "aws --profile James-custom-S3-role s3 ls && ls ${AWS_CONFIG_FILE%/*}/home/.aws/cli/cache"
    shown = as_james(standing, "sh", "-c", words, env={"HOME": str(home)})
    assert shown.returncode == 0, shown.stderr
    assert "jamess3" in shown.stdout
    assert ".json" in shown.stdout
    assert list(home.iterdir()) == []
    assert list((standing.home / "shells").iterdir()) == []


def test_the_long_term_key_is_neither_in_the_environment_nor_on_disk(standing: Lab) -> None:
    program = "env; grep -rF secret_access_key ${AWS_CONFIG_FILE%/*} 2>/dev/null; cat $AWS_CONFIG_FILE"
    shown = as_james(standing, "sh", "-c", program, env={"AWS_PROFILE": "users-own", "AWS_REGION": "eu-west-3"})
    environment = dict(line.split("=", 1) for line in shown.stdout.splitlines() if "=" in line)
    assert "AWS_ACCESS_KEY_ID" not in environment
    assert "AWS_PROFILE" not in environment
    assert "credential_process" in shown.stdout
    assert "AKIA" not in shown.stdout


def test_the_outputs_of_the_stack_are_variables(standing: Lab) -> None:
    shown = as_james(standing, "sh", "-c", "echo $RoleArn $LAB_USER", env={"RoleArn": "users-own"})
    assert shown.stdout == "users-own James\n"
    assert as_james(standing, "sh", "-c", "echo $RoleArn").stdout == f"{ROLE_ARN}\n"


def test_the_exit_code_is_the_commands_own(standing: Lab) -> None:
    assert as_james(standing, "sh", "-c", "exit 7").returncode == 7
    assert as_james(standing, "true").returncode == 0


def test_the_only_user_need_not_be_named_and_another_is_refused(standing: Lab) -> None:
    assert standing("shell", "--", "true").returncode == 0
    nobody = standing("shell", "Nobody", "--", "true")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "choose one: James" in nobody.stderr
    missing = standing("shell", "--", "no-such-command")
    assert missing.returncode == 2
    assert "no command 'no-such-command'" in missing.stderr


@pytest.mark.parametrize("signal_name", ["INT"])
def test_nothing_stays_when_the_shell_is_interrupted(standing: Lab, signal_name: str) -> None:
    as_james(standing, "sh", "-c", f"kill -{signal_name} $$")
    assert list((standing.home / "shells").iterdir()) == []
