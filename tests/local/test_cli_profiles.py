"""The AWS CLI's role profiles on the embedded AWS: with an external id, with MFA, chained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.decisions.codes import Codes
from tests.local.callers import REGION, Caller, Name, NewRole, NewUser, allow, policy, trust

AWS = Path(sys.executable).parent / "aws"
LIST = policy(allow("s3:ListAllMyBuckets"))


class Cli:
    """The CLI of one user, with profiles in a private configuration."""

    def __init__(self, user: Caller, home: Path) -> None:
        self._home = home
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_CONFIG_FILE": str(home / "config"),
            "AWS_ENDPOINT_URL": user.endpoint,
            "AWS_DEFAULT_REGION": REGION,
        }
        credentials = home / "credentials"
        credentials.touch(0o600)
        credentials.write_text(
            f"[user]\naws_access_key_id={user.access_key_id}\naws_secret_access_key={user.secret_access_key}\n"
        )
        self._environment["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials)

    def profile(self, name: str, role: str, source: str = "user", **settings: str) -> None:
        """Add a profile of a role."""
        lines = [f"{key}={value}" for key, value in {"role_arn": role, "source_profile": source, **settings}.items()]
        with (self._home / "config").open("a") as config:
            config.write("\n".join([f"[profile {name}]", *lines, ""]))

    def run(self, profile: str, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as that profile; `typed` is what the CLI reads where it asks."""
        return subprocess.run(
            [str(AWS), "--profile", profile, *arguments],
            env=self._environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )


@pytest.fixture
def user(new_user: NewUser, name: Name) -> Caller:
    return new_user(UserName=name("cli"))


@pytest.fixture
def cli(user: Caller, tmp_path: Path) -> Cli:
    return Cli(user, tmp_path)


def test_external_id(cli: Cli, user: Caller, new_role: NewRole) -> None:
    role = new_role(trust(user.arn, Condition={"StringEquals": {"sts:ExternalId": "Example987"}}), LIST)
    cli.profile("right", role, external_id="Example987", role_session_name="night")
    cli.profile("wrong", role, external_id="Example986")
    cli.profile("none", role)
    assert cli.run("right", "s3", "ls").returncode == 0
    identity = cli.run("right", "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
    assert identity.stdout.strip().endswith(f":assumed-role/{role.rpartition('/')[2]}/night")
    for profile in ("wrong", "none"):
        refused = cli.run(profile, "s3", "ls")
        assert refused.returncode != 0
        assert f"(AccessDenied) when calling the AssumeRole operation: User: {user.arn}" in refused.stderr
    denied = cli.run("user", "s3", "ls")
    assert "(AccessDenied) when calling the ListBuckets operation" in denied.stderr


def test_mfa(cli: Cli, user: Caller, admin: Caller, new_role: NewRole, name: Name) -> None:
    role = new_role(trust(user.arn, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), LIST)
    iam = admin.client("iam")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name("device"))["VirtualMFADevice"]
    codes = Codes.of(device["Base32StringSeed"].decode())
    iam.enable_mfa_device(
        UserName=user.arn.rpartition("/")[2],
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=codes.before,
        AuthenticationCode2=codes.used,
    )
    cli.profile("without", role)
    cli.profile("with", role, mfa_serial=device["SerialNumber"])
    assert "(AccessDenied) when calling the AssumeRole operation" in cli.run("without", "s3", "ls").stderr
    wrong = cli.run("with", "s3", "ls", typed=f"{codes.wrong}\n")
    assert "MultiFactorAuthentication failed with invalid MFA one time pass code" in wrong.stderr
    assert cli.run("with", "s3", "ls", typed=f"{codes.next}\n").returncode == 0
    # The session is kept by the CLI: no code is asked for again.
    assert cli.run("with", "s3", "ls").returncode == 0


def test_a_profile_upon_a_profile(cli: Cli, user: Caller, new_role: NewRole) -> None:
    middle = new_role(trust(user.arn))
    final = new_role(trust(middle), LIST)
    cli.profile("middle", middle)
    cli.profile("final", final, source="middle")
    cli.profile("short-cut", final)
    # First, for the CLI keeps sessions by their role, whoever assumed it.
    assert "(AccessDenied) when calling the AssumeRole operation" in cli.run("short-cut", "s3", "ls").stderr
    assert cli.run("final", "s3", "ls").returncode == 0
    assert "(AccessDenied) when calling the ListBuckets operation" in cli.run("middle", "s3", "ls").stderr
