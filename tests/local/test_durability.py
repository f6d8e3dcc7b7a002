"""State that outlives the process: a clean stop, a kill at any moment, a damaged file."""

from __future__ import annotations

import hashlib
import itertools
import json
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from tests.local.callers import (
    ROOT,
    Caller,
    Embedded,
    allow,
    make_role,
    make_user,
    policy,
    refusal,
    start_embedded,
    stop_embedded,
    trust,
)

WAITING = {
    "Resources": {
        "User": {"Type": "AWS::IAM::User", "Properties": {"UserName": "of-a-stack"}},
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Never": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "DependsOn": "User",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "3600", "Count": 1},
        },
    }
}


class Lasting:
    """An embedded AWS that keeps its state in `folder`, in as many lives as a test gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.embedded: Embedded

    def start(self, *options: str) -> Caller:
        """Begin a life; returns the home account's administrator."""
        self.embedded = start_embedded("--save", str(self.folder), *options)
        return self.embedded.administrator("home")

    def stop(self) -> None:
        assert stop_embedded(self.embedded) == 0

    def kill(self) -> None:
        self.embedded.process.kill()
        self.embedded.process.wait()

    def kill_after_savings(self, times: int) -> None:
        """Kill it when it has saved so many times more, in the middle of whatever it does."""
        number, deadline = self.manifest()["number"], time.monotonic() + 30
        while self.manifest()["number"] < number + times:
            assert time.monotonic() < deadline, "it saves nothing"
        self.kill()

    def again(self, caller: Caller) -> Caller:
        """The same credentials in this life."""
        return Caller(self.embedded.endpoint, caller.access_key_id, caller.secret_access_key, caller.session_token)

    def manifest(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "manifest.json").read_text()))

    def until_saved(self, change: Callable[[], object]) -> float:
        """Make a change, wait until something is saved after it; returns the seconds that it took."""
        number = self.manifest()["number"]
        change()
        changed = time.monotonic()
        while self.manifest()["number"] == number:
            assert time.monotonic() < changed + 20, "nothing is saved"
        return time.monotonic() - changed


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[Lasting]:
    lasting = Lasting(tmp_path / "saved")
    yield lasting
    if lasting.embedded.process.poll() is None:
        lasting.stop()


def test_everything_survives_a_stop_and_a_start(lasting: Lasting) -> None:
    admin = lasting.start()
    partner = lasting.embedded.administrator("partner")
    user = make_user(admin, "james", policy(allow("s3:ListAllMyBuckets")))
    role = make_role(admin, "reader", trust(user.arn), policy(allow("s3:*", ["arn:aws:s3:::a-bucket*"])))
    session = user.assume(role, Tags=[])
    token = user.client("sts").get_session_token()["Credentials"]
    iam, s3 = admin.client("iam"), admin.client("s3")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    s3.create_bucket(Bucket="a-bucket")
    s3.put_object(Bucket="a-bucket", Key="folder/ä.bin", Body=bytes(range(256)), Metadata={"by": "james"})
    s3.put_object_tagging(Bucket="a-bucket", Key="folder/ä.bin", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    secret = admin.client("secretsmanager").create_secret(Name="key", SecretString='{"a": 1}')["ARN"]
    admin.client("cloudformation").create_stack(
        StackName="stack", TemplateBody=json.dumps({"Resources": {"Handle": WAITING["Resources"]["Handle"]}})
    )
    vpcs = admin.client("ec2").describe_vpcs()["Vpcs"]
    before = {
        entity: iam.get_account_authorization_details()[entity] for entity in ("UserDetailList", "RoleDetailList")
    }
    lasting.stop()

    again = lasting.start()
    assert again.access_key_id == admin.access_key_id
    assert lasting.embedded.administrator("partner").access_key_id == partner.access_key_id
    assert lasting.again(partner).arn == "arn:aws:iam::210987654321:user/lab-administrator"
    after = again.client("iam").get_account_authorization_details()
    assert {entity: after[entity] for entity in before} == before
    james, reader = lasting.again(user), lasting.again(session)
    assert james.client("s3").list_buckets()["Buckets"][0]["Name"] == "a-bucket"
    assert refusal(james.client("s3").get_object, Bucket="a-bucket", Key="folder/ä.bin")[0] == "AccessDenied"
    assert reader.arn.endswith("assumed-role/reader/session")
    got = reader.client("s3").get_object(Bucket="a-bucket", Key="folder/ä.bin")
    assert (got["Body"].read(), got["Metadata"]) == (bytes(range(256)), {"by": "james"})
    tags = reader.client("s3").get_object_tagging(Bucket="a-bucket", Key="folder/ä.bin")["TagSet"]
    assert tags == [{"Key": "k", "Value": "v"}]
    assert refusal(reader.client("s3").list_buckets)[0] == "AccessDenied"
    by_token = Caller(lasting.embedded.endpoint, token["AccessKeyId"], token["SecretAccessKey"], token["SessionToken"])
    assert by_token.arn == "arn:aws:iam::123456789012:user/james"
    assert again.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == '{"a": 1}'
    assert again.client("cloudformation").describe_stacks()["Stacks"][0]["StackName"] == "stack"
    assert again.client("ec2").describe_vpcs()["Vpcs"] == vpcs
    otp = pyotp.TOTP(device["Base32StringSeed"].decode())
    codes = [otp.generate_otp(int(time.time()) // 30 + step) for step in (0, 1)]
    again.client("iam").enable_mfa_device(
        UserName="james",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=codes[0],
        AuthenticationCode2=codes[1],
    )
    assert james.assume(role).arn == reader.arn


def test_the_event_history_goes_on(lasting: Lasting) -> None:
    def history(admin: Caller) -> list[str]:
        pages = admin.client("cloudtrail").get_paginator("lookup_events").paginate()
        return [event["EventId"] for event in pages.search("Events") if event["EventName"] != "LookupEvents"]

    admin = lasting.start()
    for number in range(3):
        lasting.until_saved(lambda n=number: admin.client("iam").create_user(UserName=f"user-{n}"))  # type: ignore[misc]
    before = history(admin)
    assert len(before) == 3
    lasting.kill()

    admin = lasting.start()
    assert history(admin) == before
    admin.client("iam").create_user(UserName="next")
    (newest, *_) = admin.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    )["Events"]
    assert '"next"' in newest["CloudTrailEvent"]
    assert history(admin)[1:] == before


def test_what_was_deleted_stays_deleted(lasting: Lasting) -> None:
    admin = lasting.start()
    user = make_user(admin, "leaver")
    admin.client("s3").create_bucket(Bucket="a-bucket")
    lasting.stop()
    admin = lasting.start()
    assert lasting.again(user).arn.endswith("user/leaver")
    admin.client("iam").delete_access_key(UserName="leaver", AccessKeyId=user.access_key_id)
    admin.client("s3").delete_bucket(Bucket="a-bucket")
    lasting.stop()
    admin = lasting.start()
    assert refusal(lasting.again(user).client("sts").get_caller_identity)[0] == "InvalidClientTokenId"
    assert admin.client("s3").list_buckets()["Buckets"] == []


def test_after_a_kill_what_was_saved_a_second_before_is_there(lasting: Lasting) -> None:
    admin = lasting.start()
    seconds = [
        lasting.until_saved(lambda number=number: admin.client("iam").create_user(UserName=f"user-{number}"))
        for number in range(3)
    ]
    user = make_user(admin, "james")
    role = make_role(admin, "reader", trust(user.arn))
    sessions = []
    lasting.until_saved(lambda: sessions.append(user.assume(role)))
    lasting.kill()
    # Half a second between two savings; the best of three, as the machine may be busy.
    assert min(seconds) < 1.0

    admin = lasting.start()
    names = {each["UserName"] for each in admin.client("iam").list_users()["Users"]}
    assert names == {"lab-administrator", "james", "user-0", "user-1", "user-2"}
    assert lasting.again(sessions[0]).arn.endswith("assumed-role/reader/session")


def test_only_what_changed_is_saved(lasting: Lasting) -> None:
    admin = lasting.start()
    lasting.until_saved(lambda: admin.client("s3").create_bucket(Bucket="a-bucket"))
    before = lasting.manifest()["services"]
    lasting.until_saved(lambda: admin.client("iam").create_user(UserName="somebody"))
    after = lasting.manifest()["services"]
    assert {name for name in after if after[name] != before.get(name)} == {"iam", "cloudtrail-events-0"}
    number = lasting.manifest()["number"]
    read = lambda: admin.client("s3").list_objects_v2(Bucket="a-bucket")  # noqa: E731
    lasting.until_saved(lambda: (read(), admin.client("iam").create_user(UserName="other")))
    assert lasting.manifest()["number"] == number + 1, "a read that is in no record saves nothing"


@pytest.mark.parametrize("number", range(3))
def test_killed_in_the_middle_of_changes_the_state_is_whole(lasting: Lasting, number: int) -> None:
    """Changes in three services, one after the other: whatever is there of the later, is there of the earlier."""
    admin = lasting.start()
    threading.Thread(target=lasting.kill_after_savings, args=(2 + number,)).start()
    s3, iam, secrets = admin.client("s3"), admin.client("iam"), admin.client("secretsmanager")
    made = 0
    try:
        for made in itertools.count():
            s3.create_bucket(Bucket=f"bucket-{made}")
            s3.put_object(Bucket=f"bucket-{made}", Key="key", Body=b"x" * 1000)
            iam.create_user(UserName=f"user-{made}")
            secrets.create_secret(Name=f"secret-{made}", SecretString="s")
    except (HTTPClientError, EndpointConnectionError, ClientError):
        lasting.embedded.process.wait()

    admin = lasting.start()
    s3 = admin.client("s3")
    buckets = {bucket["Name"].removeprefix("bucket-") for bucket in s3.list_buckets()["Buckets"]}
    objects = {each for each in buckets if s3.list_objects_v2(Bucket=f"bucket-{each}")["KeyCount"]}
    users = {each["UserName"].removeprefix("user-") for each in admin.client("iam").list_users()["Users"]}
    users -= {"lab-administrator"}
    pages = admin.client("secretsmanager").get_paginator("list_secrets").paginate()
    secret_names = {each["Name"].removeprefix("secret-") for page in pages for each in page["SecretList"]}
    assert buckets >= objects >= users >= secret_names
    assert len(buckets) - len(secret_names) <= 1
    assert made > 0
    assert secret_names


def test_a_stack_that_was_being_made_has_failed_and_can_be_deleted(lasting: Lasting) -> None:
    admin = lasting.start()
    stacks = admin.client("cloudformation")
    stacks.create_stack(StackName="stack", TemplateBody=json.dumps(WAITING), Capabilities=["CAPABILITY_NAMED_IAM"])
    give_up = time.monotonic() + 20
    while not any(
        event["LogicalResourceId"] == "Never"
        for event in stacks.describe_stack_events(StackName="stack")["StackEvents"]
    ):
        assert time.monotonic() < give_up
    assert stacks.describe_stacks(StackName="stack")["Stacks"][0]["StackStatus"] == "CREATE_IN_PROGRESS"
    lasting.until_saved(lambda: admin.client("iam").create_user(UserName="afterwards"))
    lasting.kill()

    admin = lasting.start()
    stacks = admin.client("cloudformation")
    (stack,) = stacks.describe_stacks(StackName="stack")["Stacks"]
    assert stack["StackStatus"] == "CREATE_FAILED"
    assert "ended while" in stack["StackStatusReason"]
    stacks.delete_stack(StackName="stack")
    stacks.get_waiter("stack_delete_complete").wait(StackName="stack", WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})
    assert refusal(admin.client("iam").get_user, UserName="of-a-stack")[0] == "NoSuchEntity"


def refused_start(folder: Path, *options: str) -> str:
    """The one line that a start which can't be ends with."""
    done = subprocess.run(
        [sys.executable, "-m", "local_aws", "--port", "0", "--save", str(folder), *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_damaged_file_is_one_clear_line_and_kept_aside(lasting: Lasting) -> None:
    admin = lasting.start()
    admin.client("iam").create_user(UserName="somebody")
    lasting.stop()
    (file,) = lasting.folder.glob("iam-*.json")
    damaged = file.read_bytes()[:-1000]
    file.write_bytes(damaged)
    line = refused_start(lasting.folder)
    (aside,) = lasting.folder.parent.glob("saved-damaged-*")
    assert str(aside) in line
    assert file.name in line
    anew = lasting.start()
    assert anew.access_key_id != admin.access_key_id
    assert len(anew.client("iam").list_users()["Users"]) == 1
    lasting.stop()
    assert (aside / file.name).read_bytes() == damaged


def test_a_state_that_a_service_can_t_take_back_is_kept_aside_too(lasting: Lasting) -> None:
    lasting.start()
    lasting.stop()
    manifest = lasting.manifest()
    content = b'{"users": {"__scoped__": true, "data": 3}}'
    (lasting.folder / "iam-99.json").write_bytes(content)
    manifest["services"]["iam"] = {"file": "iam-99.json", "sha256": hashlib.sha256(content).hexdigest()}
    (lasting.folder / "manifest.json").write_text(json.dumps(manifest))
    assert "damaged (iam: " in refused_start(lasting.folder)
    (aside,) = lasting.folder.parent.glob("saved-damaged-*")
    assert (aside / "iam-99.json").read_bytes() == content
    lasting.start()


def test_fresh_begins_anew(lasting: Lasting) -> None:
    admin = lasting.start()
    lasting.stop()
    assert lasting.start("--fresh").access_key_id != admin.access_key_id


def test_two_can_t_keep_their_state_in_one_folder(lasting: Lasting) -> None:
    admin = lasting.start()
    assert "another embedded AWS" in refused_start(lasting.folder)
    assert admin.arn.endswith("lab-administrator")


def test_an_administrator_without_a_key_gets_one(lasting: Lasting) -> None:
    admin = lasting.start()
    admin.client("iam").delete_access_key(UserName="lab-administrator", AccessKeyId=admin.access_key_id)
    lasting.stop()
    again = lasting.start()
    assert again.access_key_id != admin.access_key_id
    assert again.arn == "arn:aws:iam::123456789012:user/lab-administrator"
    again.client("iam").update_access_key(
        UserName="lab-administrator", AccessKeyId=again.access_key_id, Status="Inactive"
    )
    lasting.stop()
    assert lasting.start().access_key_id == again.access_key_id


def test_what_is_kept_is_private(lasting: Lasting) -> None:
    admin = lasting.start()
    lasting.until_saved(lambda: admin.client("iam").create_user(UserName="somebody"))
    assert stat.S_IMODE(lasting.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in lasting.folder.iterdir()} == {0o600}


def test_nothing_is_kept_unless_asked_for(tmp_path: Path) -> None:
    instance = start_embedded("--state", str(tmp_path / "state"), environment={"TMPDIR": str(tmp_path)})
    admin = instance.administrator("home")
    admin.client("iam").create_user(UserName="somebody")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stop_embedded(instance) == 0
    assert list((tmp_path / "state").iterdir()) == []
    assert (
        "--fresh needs --save"
        in subprocess.run(
            [sys.executable, "-m", "local_aws", "--fresh"], capture_output=True, text=True, cwd=ROOT, check=False
        ).stderr
    )
