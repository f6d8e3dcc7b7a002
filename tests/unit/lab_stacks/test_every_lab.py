"""What holds for the template of every lab."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_iam as iam

import app as cdk_app
from tests.unit.lab_stacks.synthesis import CDK_CLI, CHECKOUT, Synthesized, Template

SECRET_TYPES = ("AWS::SecretsManager::Secret",)
UNTAGGED = {"AWS::IAM::ManagedPolicy", "AWS::IAM::AccessKey", "AWS::IAM::Policy", "AWS::IAM::Group"}


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value in a template with the keys that lead to it."""
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from walk(child, (*path, str(key)))


def exposed_secrets(template: Template) -> list[str]:
    """Where a template holds a secret, or hands one out other than into Secrets Manager."""
    found = []
    for path, value in walk(template):
        place = "/".join(path)
        kind = template["Resources"].get(path[1], {}).get("Type") if path[:1] == ("Resources",) and path[1:] else None
        if isinstance(value, str) and re.search(r"\b(AKIA|ASIA)[A-Z2-7]{16}\b", value):
            found.append(f"{place} looks like an access key")
        if path[-2:] == ("Fn::GetAtt", "1") and value == "SecretAccessKey" and kind not in SECRET_TYPES:
            found.append(f"{place} hands out a secret access key")
        if path[-1:] == ("Password",) and "{{resolve:secretsmanager:" not in json.dumps(value):
            found.append(f"{place} holds a password")
        if isinstance(value, str) and "{{resolve:" in value and path[0] == "Outputs":
            found.append(f"{place} hands out a secret")
    return found


@pytest.fixture(params=sorted(cdk_app.lab_folders()))
def lab(request: pytest.FixtureRequest) -> str:
    """Each lab's name."""
    return str(request.param)


@pytest.fixture
def templates(lab: str, labs: Synthesized) -> dict[str, Template]:
    """The templates of a lab by the stacks' names."""
    return {name: labs.templates[name] for name, stack in labs.stacks.items() if stack.lab == lab}


def test_every_lab_has_its_stack(templates: dict[str, Template]) -> None:
    assert templates


def test_the_checks_know_the_stack_by_its_name(lab: str, templates: dict[str, Template]) -> None:
    module = importlib.import_module(f"lab_stacks.{lab.replace('-', '_')}.checks")
    assert module.LAB.stack in templates


def test_nothing_but_the_other_accounts_id_is_a_parameter(lab: str, templates: dict[str, Template]) -> None:
    across = len(templates) > 1
    for name, template in templates.items():
        assert not {"Mappings", "Conditions", "Rules", "Transform"} & set(template)
        other = "HomeAccountId" if name.endswith("Partner") else "PartnerAccountId"
        assert list(template.get("Parameters", {})) == ([other] if across else [])
        text = json.dumps(template)
        assert not re.search(r"\b\d{12}\b", text), "an account id"
        assert not re.search(r"\b(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d\b", text), "a region"


def test_nothing_runs_at_deployment_and_nothing_reports(templates: dict[str, Template]) -> None:
    for template in templates.values():
        kinds = {resource["Type"] for resource in template["Resources"].values()}
        assert not {kind for kind in kinds if kind.startswith("Custom::")}
        assert not kinds & {"AWS::CDK::Metadata", "AWS::CloudFormation::CustomResource"}
        assert all("Metadata" not in resource for resource in template["Resources"].values())


def test_no_assets_and_no_bootstrapping(lab: str, labs: Synthesized) -> None:
    artifacts = labs.manifest["artifacts"]
    assert not [name for name, artifact in artifacts.items() if artifact["type"] == "cdk:asset-manifest"]
    for name, stack in labs.stacks.items():
        if stack.lab == lab:
            # Either would need roles or parameters that only a bootstrapped account has.
            assert not {"assumeRoleArn", "cloudFormationExecutionRoleArn"} & set(artifacts[name]["properties"])
            assert "requiresBootstrapStackVersion" not in artifacts[name]["properties"]


def test_account_and_region_are_the_environments(lab: str, labs: Synthesized) -> None:
    environments = {labs.manifest["artifacts"][name]["environment"] for name, s in labs.stacks.items() if s.lab == lab}
    assert environments == {"aws://unknown-account/unknown-region"}


def test_what_takes_tags_is_tagged(lab: str, templates: dict[str, Template], labs: Synthesized) -> None:
    tag = {"Key": "lab", "Value": lab}
    for name, template in templates.items():
        assert labs.manifest["artifacts"][name]["properties"]["tags"] == {"lab": lab}
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] not in UNTAGGED:
                assert tag in resource["Properties"].get("Tags", []), logical_id


def test_the_cdk_still_knows_no_tags_for_what_is_left_untagged() -> None:
    for kind in UNTAGGED:
        resource = getattr(iam, f"Cfn{kind.rsplit(':', 1)[-1]}")
        assert not hasattr(resource, "tags"), f"{kind} takes tags now"


def test_no_secret_in_a_template(templates: dict[str, Template]) -> None:
    for template in templates.values():
        assert exposed_secrets(template) == []


@pytest.mark.parametrize(
    "template",
    [
        {"Resources": {"K": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "AKIAIOSFODNN7EXAMPLE"}}}},
        {"Resources": {}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["Key", "SecretAccessKey"]}}}},
        {"Resources": {"U": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "letmein"}}}}},
        {"Resources": {}, "Outputs": {"O": {"Value": "{{resolve:secretsmanager:x:SecretString:password::}}"}}},
    ],
    ids=["access-key", "secret-key-in-output", "password", "password-in-output"],
)
def test_an_exposed_secret_is_found(template: Template) -> None:
    assert len(exposed_secrets(template)) == 1


def test_plain_cdk_synth_in_the_checkout(labs: Synthesized, tmp_path: Path) -> None:
    environment = {**os.environ, "CDK_HOME": str(tmp_path / "home")}
    command = [CDK_CLI, "synth", "JamesS3", "--quiet", "--output", str(tmp_path / "out")]
    finished = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    written = {name: json.loads((tmp_path / "out" / f"{name}.template.json").read_text()) for name in labs.templates}
    assert written == labs.templates
