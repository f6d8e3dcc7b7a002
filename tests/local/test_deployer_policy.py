"""With the policy in .github/aws and nothing else the AWS workflow deploys, verifies and destroys the James lab."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.ci_policies import DEPLOYER, filled
from tests.local.callers import REGION, ROOT, Caller, NewRole, refusal, trust

LAB = [sys.executable, str(ROOT / "scripts" / "lab")]
ON_AWS = ["james-s3", "--target", "aws", "--yes"]


@pytest.fixture
def workflow(admin: Caller, new_role: NewRole, tmp_path: Path) -> tuple[Caller, Mapping[str, str]]:
    """The workflow's session, and the environment in which its commands run."""
    iam = admin.client("iam")
    role = new_role(trust(admin.arn))
    # As a managed policy, as .github/aws/README.md attaches it: an inline one could be larger.
    policy = iam.create_policy(PolicyName="assumerole-lab-deployer", PolicyDocument=filled(DEPLOYER))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role.rsplit("/", 1)[-1], PolicyArn=policy)
    session = admin.assume(role, RoleSessionName="assumerole-lab-1")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_"))}
    return session, {
        **kept,
        "AWS_ENDPOINT_URL": session.endpoint,
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token or "",
        "AWS_REGION": REGION,
        "LAB_HOME": str(tmp_path / "home"),
        "LAB_DEADLINE": "5",
    }


def test_the_workflows_commands(workflow: tuple[Caller, Mapping[str, str]], admin: Caller) -> None:
    session, environment = workflow
    _succeeds([*LAB, "up", *ON_AWS], environment)
    said = _succeeds([sys.executable, str(ROOT / "scripts" / "verify_lab.py"), "james-s3", "--strict"], environment)
    assert "PROVEN:" in said
    admin.client("iam").create_access_key(UserName="James")
    (bucket,) = (b["Name"] for b in admin.client("s3").list_buckets()["Buckets"] if b["Name"].startswith("jamess3-"))
    admin.client("s3").put_object(Bucket=bucket, Key="left", Body=b"x")
    said = _succeeds([*LAB, "down", *ON_AWS], environment)
    assert "removing what was added by hand: access key" in said
    assert f"removing what lies in the bucket {bucket}: left" in said
    assert "all gone" in said
    assert refusal(session.client("iam").create_user, UserName="Jane")[0] == "AccessDenied"


def _succeeds(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
