"""up, status, verify, down, local: as a user calls them, wrong input too."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import boto3
import pytest

from tests.local.commands.conftest import Lab


def client(lab: Lab, service: str, account: str = "home"):  # type: ignore[no-untyped-def]
    exported = lab.exports("--account", account)
    return boto3.client(
        service,
        endpoint_url=exported["AWS_ENDPOINT_URL"],
        region_name=exported["AWS_REGION"],
        aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
    )


def test_env_is_what_the_contract_says(standing: Lab) -> None:
    lines = standing("env").stdout.splitlines()
    names = [line.removeprefix("export ").split("=")[0] for line in lines]
    assert names == [
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "LAB_DEADLINE",
        "unset AWS_SESSION_TOKEN AWS_PROFILE",
    ]
    assert client(standing, "sts").get_caller_identity()["Account"] == "123456789012"
    assert client(standing, "sts", "partner").get_caller_identity()["Account"] == "210987654321"


def test_status_and_verify(standing: Lab, tmp_path: Path) -> None:
    status = standing("status")
    assert status.returncode == 0
    assert "CREATE_COMPLETE since" in status.stdout
    verified = standing("verify", "--junit", str(tmp_path / "junit.xml"))
    assert verified.returncode == 0, verified.stdout
    assert "PROVEN:" in verified.stdout
    assert (tmp_path / "junit.xml").read_text().count("<testcase") == verified.stdout.count("proven   ")


def test_up_over_a_lab_that_stands(standing: Lab) -> None:
    again = standing("up", "james-s3")
    assert again.returncode == 0, again.stderr
    assert "ConsoleSignInUrl: https://123456789012.signin.aws.amazon.com/console" in again.stdout
    assert "SwitchRoleUrl: https://signin.aws.amazon.com/switchrole?account=123456789012" in again.stdout


def test_credentials_are_written_once_for_their_owner_only(standing: Lab, tmp_path: Path) -> None:
    path = tmp_path / "james.csv"
    first = standing("credentials", "james-s3", "James", "--csv", str(path))
    assert first.returncode == 0, first.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, row = path.read_text().splitlines()
    assert header == "User name,Password,Access key ID,Secret access key,Console login link"
    name, password, key, secret, link = row.split(",")
    assert (name, link) == ("James", "https://123456789012.signin.aws.amazon.com/console")
    assert len(password) > 7
    assert key.startswith("AKIA")
    assert secret not in first.stdout + first.stderr
    again = standing("credentials", "james-s3", "James", "--csv", str(path))
    assert again.returncode == 2
    assert "not overwritten" in again.stderr
    nobody = standing("credentials", "james-s3", "Nobody", "--csv", str(tmp_path / "other.csv"))
    assert nobody.returncode == 2
    assert not (tmp_path / "other.csv").exists()


def test_down_takes_what_was_added_to_the_labs_principals_and_nothing_else(lab: Lab) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    assert lab("up", "james-s3").returncode == 0
    iam = client(lab, "iam")
    iam.create_user(UserName="James-bystander")
    iam.create_access_key(UserName="James-bystander")
    iam.create_group(GroupName="bystanders")
    iam.add_user_to_group(GroupName="bystanders", UserName="James-bystander")
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    iam.create_access_key(UserName="James")
    iam.put_user_policy(UserName="James", PolicyName="by-hand", PolicyDocument=policy)
    iam.attach_user_policy(UserName="James", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.add_user_to_group(GroupName="bystanders", UserName="James")
    iam.put_role_policy(RoleName="James-custom-S3-role", PolicyName="by-hand", PolicyDocument=policy)

    shown = lab("down", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    for what in ("access key", "inline policy by-hand of James", "attached policy", "group membership bystanders"):
        assert what in shown.stdout
    assert "would destroy: AWS::IAM::User James" in shown.stdout
    assert iam.get_user(UserName="James")

    down = lab("down")
    assert down.returncode == 0, down.stdout + down.stderr
    assert "all gone" in down.stdout
    assert {user["UserName"] for user in iam.list_users()["Users"]} == {"James-bystander", "lab-administrator"}
    assert len(iam.list_access_keys(UserName="James-bystander")["AccessKeyMetadata"]) == 1
    assert [u["UserName"] for u in iam.get_group(GroupName="bystanders")["Users"]] == ["James-bystander"]
    again = lab("down")
    assert again.returncode == 0
    assert "No stack of these labs is deployed here." in again.stdout


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda iam: iam.create_user(UserName="James"), "user James"),
        (
            lambda iam: iam.create_policy(
                PolicyName="James-custom-viewonly-3",
                PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}',
            ),
            "policy James-custom-viewonly-3",
        ),
    ],
)
def test_somebody_elses_name_is_not_touched(lab: Lab, make, what: str) -> None:  # type: ignore[no-untyped-def]
    assert lab("local", "start", "--port", "0").returncode == 0
    make(client(lab, "iam"))
    up = lab("up", "james-s3")
    assert up.returncode == 2
    assert f"already has a {what} that is not the lab's" in up.stderr
    assert client(lab, "cloudformation").describe_stacks()["Stacks"] == []


def test_verify_of_what_is_not_deployed(lab: Lab) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    named = lab("verify", "james-s3")
    assert named.returncode == 2
    assert named.stderr.strip().endswith("run: lab up james-s3")
    assert lab("verify").returncode == 2
    assert lab("shell", "James").returncode == 2


def test_a_half_deployed_stack_is_neither_verified_nor_deployed_over(lab: Lab) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    template = '{"Resources":{"R":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"PolicyDocument":{"Version":"x"}}}}}'
    client(lab, "cloudformation").create_stack(
        StackName="JamesS3", TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    for command in ("verify", "up"):
        refused = lab(command, "james-s3")
        assert refused.returncode == 2
        assert "half deployed (ROLLBACK_COMPLETE); run: lab down james-s3" in refused.stderr
    assert lab("down", "james-s3").returncode == 0
    assert lab("up", "james-s3").returncode == 0


def test_local_start_and_stop(lab: Lab) -> None:
    assert "No embedded AWS is running" in lab("local", "status").stdout
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = lab("local", "start", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 2
    assert str(taken) not in refused.stderr
    assert "in use" in refused.stderr
    assert "Traceback" not in refused.stderr
    started = lab("local", "start", "--port", "0")
    assert started.returncode == 0
    endpoint = lab.exports()["AWS_ENDPOINT_URL"]
    assert endpoint.startswith("http://127.0.0.1:")
    assert endpoint in lab("local", "status").stdout
    assert "already runs" in lab("local", "start").stdout
    assert lab("local", "stop").returncode == 0
    assert lab("env").returncode == 2
    assert "No embedded AWS was running" in lab("local", "stop").stdout


def test_a_deployment_that_fails_says_why_and_leaves_nothing_half_done(lab: Lab) -> None:
    assert lab("local", "start", "--port", "0").returncode == 0
    iam = client(lab, "iam")
    iam.create_user(UserName="deployer")
    iam.attach_user_policy(UserName="deployer", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    may_not = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*"}]}'
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    iam.put_user_policy(UserName="deployer", PolicyName="no-keys", PolicyDocument=may_not)
    as_deployer = {
        **lab.exports(),
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    unasked = lab("up", "james-s3", "--target", "aws", env=as_deployer)
    assert unasked.returncode == 2
    assert "add --yes" in unasked.stderr

    failed = lab("up", "james-s3", "--target", "aws", "--yes", env=as_deployer)
    assert failed.returncode == 2
    (said,) = [line for line in failed.stderr.splitlines() if line.startswith("lab: ")]
    assert "iam:CreateAccessKey" in said
    assert "with an explicit deny in an identity-based policy" in said
    assert client(lab, "cloudformation").describe_stacks()["Stacks"] == []
    assert {user["UserName"] for user in iam.list_users()["Users"]} == {"deployer", "lab-administrator"}

    iam.delete_user_policy(UserName="deployer", PolicyName="no-keys")
    done = lab("up", "james-s3", "--target", "aws", "--yes", env=as_deployer)
    assert done.returncode == 0, done.stderr
    assert lab("verify", "--target", "aws", env=as_deployer).returncode == 0
    assert lab("down", "--target", "aws", "--yes", env=as_deployer).returncode == 0
