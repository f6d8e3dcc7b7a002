"""The lab by hand: plain cdk deploy, the post-deploy script, plain cdk destroy, after `eval "$(lab env)"`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.local.commands.conftest import BIN, ROOT, Lab

VERIFY = [sys.executable, str(ROOT / "scripts" / "verify_lab.py")]


def test_deploy_verify_destroy(lab: Lab, tmp_path: Path) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    environment = lab.exports()
    cdk = [str(BIN / "cdk"), "--output", str(tmp_path / "assembly")]

    before = lab.run([*VERIFY, "james-s3"], environment)
    assert before.returncode == 2
    assert "not deployed" in before.stderr

    deployed = lab.run([*cdk, "deploy", "JamesS3", "--require-approval", "never"], environment)
    assert deployed.returncode == 0, deployed.stderr
    # On a CI system ($CI) the CDK CLI speaks to standard output, elsewhere to standard error.
    said = deployed.stdout + deployed.stderr
    assert "JamesS3.RoleArn = arn:aws:iam::123456789012:role/James-custom-S3-role" in said

    verified = lab.run([*VERIFY, "--json", str(tmp_path / "report.json")], environment)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "proven"

    destroyed = lab.run([*cdk, "destroy", "JamesS3", "--force"], environment)
    assert destroyed.returncode == 0, destroyed.stderr
    after = lab.run(VERIFY, environment)
    assert after.returncode == 2
    assert "no lab stands here" in after.stderr
    gone = lab("down")
    assert gone.returncode == 0, gone.stderr
    assert "all gone" in gone.stdout


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "can't be reached"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "does not accept the administrator's credentials"),
        ({"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}, "does not accept the administrator's"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "no AWS region is set"),
        ({"AWS_PROFILE": "no-such-profile"}, "no-such-profile"),
    ],
)
def test_an_environment_that_does_not_work_ends_in_one_line(
    standing: Lab, change: dict[str, str], says: str, tmp_path: Path
) -> None:
    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    failed = standing.run(VERIFY, {**standing.exports(), **nowhere, **change})
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert says in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_without_credentials(standing: Lab, tmp_path: Path) -> None:
    environment = {
        "AWS_ENDPOINT_URL": standing.exports()["AWS_ENDPOINT_URL"],
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(tmp_path),
    }
    failed = standing.run(VERIFY, environment)
    assert failed.returncode == 2
    assert "does not accept the administrator's credentials" in failed.stderr
