"""No secret in any output, report, log, process argument or state file, but where handing one out is the command."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import boto3

from tests.local.commands.conftest import Lab


def secrets_of(lab: Lab) -> dict[str, str]:
    """Every secret there is: the administrators' keys, James's key and his password."""
    home, partner = lab.exports(), lab.exports("--account", "partner")
    manager = boto3.client(
        "secretsmanager",
        endpoint_url=home["AWS_ENDPOINT_URL"],
        region_name=home["AWS_REGION"],
        aws_access_key_id=home["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=home["AWS_SECRET_ACCESS_KEY"],
    )
    found = {"administrator": home["AWS_SECRET_ACCESS_KEY"], "partner": partner["AWS_SECRET_ACCESS_KEY"]}
    for secret in manager.list_secrets()["SecretList"]:
        value = json.loads(manager.get_secret_value(SecretId=secret["ARN"])["SecretString"])
        found |= {f"{secret['Name']} {key}": value[key] for key in ("SecretAccessKey", "password") if key in value}
    return found


def shown_in(text: str, secrets: dict[str, str]) -> list[str]:
    return [name for name, secret in secrets.items() if secret in text]


def test_no_command_shows_a_secret(standing: Lab, tmp_path: Path) -> None:
    secrets = secrets_of(standing)
    assert len(secrets) == 4
    assert all(len(secret) >= 20 for secret in secrets.values())
    reports = [tmp_path / "r.json", tmp_path / "r.xml", tmp_path / "explained.json"]
    page = tmp_path / "r.html"
    summary = tmp_path / "summary.md"
    commands = [
        ["up", "james-s3"],
        ["status"],
        ["verify", "--json", str(reports[0]), "--junit", str(reports[1])],
        ["verify", "--debug"],
        ["verify", "--explain", "--json", str(reports[2]), "--html", str(page)],
        ["explain", "james-s3", "assume-role"],
        ["down", "--dry-run"],
        ["local", "status"],
        ["shell", "James", "--", "env"],
        ["credentials", "james-s3", "James", "--csv", str(tmp_path / "james.csv")],
    ]
    for command in commands:
        done = standing(*command, env={"GITHUB_STEP_SUMMARY": str(summary)})
        assert done.returncode == 0, done.stderr
        assert shown_in(done.stdout + done.stderr, secrets) == [], command
    for report in (*reports, page, summary):
        assert shown_in(report.read_text(), secrets) == []
    assert len(shown_in((tmp_path / "james.csv").read_text(), secrets)) == 2
    assert len(shown_in(standing("env").stdout, secrets)) == 1


def test_no_file_of_the_state_folder_holds_a_secret_but_the_embedded_aws_s_own_state(standing: Lab) -> None:
    secrets = secrets_of(standing)
    assert standing("verify").returncode == 0
    state = standing.home / "local" / "saved"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()} == {0o600}
    files = [path for path in standing.home.rglob("*") if path.is_file() and state not in path.parents]
    assert files
    for path in files:
        assert shown_in(path.read_bytes().decode(errors="replace"), secrets) == [], path


def test_no_process_has_a_secret_among_its_arguments(standing: Lab) -> None:
    secrets = secrets_of(standing)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        assert shown_in(words, secrets) == [], words
