"""cdk-nag's AWS Solutions rules: every finding is acknowledged by name, and nothing is that is not found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

import app as cdk_app
from lab_stacks import acknowledged_rules
from lab_stacks.acknowledged_rules import NO_ACCESS_LOGS, NO_ROTATION, acknowledge, uses_aws_policy, wildcards_of
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser
from tests.unit.lab_stacks.synthesis import new_app

Finding = tuple[str, str]


def findings(folder: Path, add_stacks: Callable[[cdk.App], object]) -> set[Finding]:
    """What cdk-nag finds, as (rule, construct's path), with all acknowledged findings left out."""
    app = new_app(folder)
    add_stacks(app)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError:
        report = json.loads((folder / "validation-report.json").read_text())
        return {
            (violation["ruleName"], construct["constructPath"])
            for plugin in report["pluginReports"]
            for violation in plugin["violations"]
            for construct in violation["violatingConstructs"]
        }
    return set()


@dataclass
class Recorder:
    """Stands in for the CDK: writes down what is acknowledged, and acknowledges nothing."""

    acknowledged: dict[Finding, str] = field(default_factory=dict)

    Acknowledgment = cdk.Acknowledgment

    @property
    def Validations(self) -> Recorder:  # noqa: N802
        return self

    def of(self, construct: Any) -> Recorder:
        self._path = construct.node.path
        return self

    def acknowledge(self, *rules: cdk.Acknowledgment) -> None:
        for rule in rules:
            self.acknowledged[rule.id, self._path] = rule.reason


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(acknowledged_rules, "cdk", recorder)
    return recorder


def test_nothing_is_found_in_any_lab(tmp_path: Path) -> None:
    assert findings(tmp_path, cdk_app.add_stacks) == set()


def test_what_is_acknowledged_is_found_and_what_is_found_is_acknowledged(tmp_path: Path, recorder: Recorder) -> None:
    found = findings(tmp_path, cdk_app.add_stacks)
    assert {(rule, path.removesuffix("/Resource")) for rule, path in found} == set(recorder.acknowledged)
    assert all(len(reason) > 20 for reason in recorder.acknowledged.values())


class Careless(LabStack):
    """A stack that breaks rules and says nothing about it."""

    def __init__(self, app: cdk.App) -> None:
        super().__init__(app, "careless")
        self.bucket = s3.Bucket(self, "Bucket", block_public_access=s3.BlockPublicAccess.BLOCK_ALL, enforce_ssl=True)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.AccountRootPrincipal(),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AmazonEC2FullAccess")],
        )
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["ec2:Get*", "ec2:RunInstances"], "Resource": "*"}],
        }
        self.document = document
        self.policy = iam.CfnManagedPolicy(self, "Policy", policy_document=document)


FOUND = {
    (NO_ACCESS_LOGS, "Careless/Bucket/Resource"),
    ("AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonEC2FullAccess]", "Careless/Role/Resource"),
    ("AwsSolutions-IAM5[Action::ec2:Get*]", "Careless/Policy"),
    ("AwsSolutions-IAM5[Resource::*]", "Careless/Policy"),
}


def test_a_careless_stack_is_found(tmp_path: Path) -> None:
    assert findings(tmp_path, Careless) == FOUND


def test_an_acknowledgment_excuses_its_finding_and_no_other(tmp_path: Path) -> None:
    def add(app: cdk.App) -> None:
        acknowledge(Careless(app).bucket, "a test", [NO_ACCESS_LOGS])

    assert findings(tmp_path, add) == {finding for finding in FOUND if finding[0] != NO_ACCESS_LOGS}


def test_an_acknowledgment_elsewhere_excuses_nothing(tmp_path: Path) -> None:
    def add(app: cdk.App) -> None:
        acknowledge(Careless(app).role, "a test", [NO_ACCESS_LOGS])

    assert findings(tmp_path, add) == FOUND


def test_the_ids_of_policies_and_wildcards(tmp_path: Path) -> None:
    def add(app: cdk.App) -> None:
        stack = Careless(app)
        acknowledge(stack.bucket, "a test", [NO_ACCESS_LOGS])
        acknowledge(stack.role, "a test", [uses_aws_policy("AmazonEC2FullAccess")])
        acknowledge(stack.policy, "a test", wildcards_of(stack.document))

    assert findings(tmp_path, add) == set()


def test_a_lab_users_secrets_are_acknowledged(tmp_path: Path, recorder: Recorder) -> None:
    def add(app: cdk.App) -> None:
        LabUser(LabStack(app, "users"), "Bob", user_name="Bob", console_password=True)

    secrets = {(NO_ROTATION, f"LabStack/Bob/{name}") for name in ("Password", "AccessKeySecret")}
    assert {(rule, path.removesuffix("/Resource")) for rule, path in findings(tmp_path, add)} == secrets
    assert set(recorder.acknowledged) == secrets
