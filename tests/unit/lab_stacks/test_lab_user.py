"""A lab's user: what it has, and that its credentials are generated and kept."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import AMBIGUOUS, LabUser
from tests.unit.lab_stacks.synthesis import Template, resources_of, synthesize

# IAM User Guide, "Set an account password policy for IAM users": what counts as a symbol.
IAM_SYMBOLS = set("!@#$%^&*()_+-=[]{}|'")


class WithUsers(LabStack):
    """Bob, who may sign in to the console, and Eve, who may not."""

    def __init__(self, app: cdk.App) -> None:
        super().__init__(app, "with-users")
        policy = iam.ManagedPolicy.from_aws_managed_policy_name("AmazonEC2ReadOnlyAccess")
        bob = LabUser(self, "Bob", user_name="Bob", managed_policies=[policy], console_password=True)
        eve = LabUser(self, "Eve", user_name="Eve")
        self.add_outputs({f"Bob{key}": value for key, value in bob.outputs().items()})
        self.add_outputs({f"Eve{key}": value for key, value in eve.outputs().items()})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return synthesize(tmp_path_factory.mktemp("users"), WithUsers).templates["WithUsers"]


def user(template: Template, name: str) -> dict[str, Any]:
    (found,) = (user for user in resources_of(template, "AWS::IAM::User").values() if user["UserName"] == name)
    return found


def secret_behind(template: Template, output: str) -> dict[str, Any]:
    return resources_of(template, "AWS::SecretsManager::Secret")[template["Outputs"][output]["Value"]["Ref"]]


def test_a_user_without_console_password_has_no_login_profile(template: Template) -> None:
    assert set(user(template, "Eve")) == {"UserName", "Tags"}
    assert {key for key in template["Outputs"] if key.startswith("Eve")} == {
        "EveUserName",
        "EveUserArn",
        "EveAccessKeySecretArn",
    }


def test_a_user_with_console_password_has_a_secret_more(template: Template) -> None:
    assert set(user(template, "Bob")) == {"UserName", "Tags", "LoginProfile", "ManagedPolicyArns"}
    assert {key for key in template["Outputs"] if key.startswith("Bob")} == {
        "BobUserName",
        "BobUserArn",
        "BobAccessKeySecretArn",
        "BobPasswordSecretArn",
    }


def test_the_access_key_secret_is_json_with_id_secret_and_user(template: Template) -> None:
    separator, parts = secret_behind(template, "EveAccessKeySecretArn")["SecretString"]["Fn::Join"]
    references = [part for part in parts if isinstance(part, dict)]
    text = separator.join(f"value {references.index(part)}" if isinstance(part, dict) else part for part in parts)
    assert json.loads(text) == {"AccessKeyId": "value 0", "SecretAccessKey": "value 1", "UserName": "Eve"}
    key_id = references[0]["Ref"]
    assert references == [{"Ref": key_id}, {"Fn::GetAtt": [key_id, "SecretAccessKey"]}]
    owner = resources_of(template, "AWS::IAM::AccessKey")[key_id]["UserName"]["Ref"]
    assert resources_of(template, "AWS::IAM::User")[owner]["UserName"] == "Eve"


def test_the_password_secret_is_json_with_user_and_password(template: Template) -> None:
    generated = secret_behind(template, "BobPasswordSecretArn")["GenerateSecretString"]
    assert json.loads(generated["SecretStringTemplate"]) == {"username": "Bob"}
    assert generated["GenerateStringKey"] == "password"


def test_the_password_satisfies_an_accounts_password_policy(template: Template) -> None:
    generated = secret_behind(template, "BobPasswordSecretArn")["GenerateSecretString"]
    assert generated["PasswordLength"] >= 32
    assert generated["RequireEachIncludedType"] is True
    assert "ExcludePunctuation" not in generated
    symbols = set(string.punctuation) - set(generated["ExcludeCharacters"])
    # Each that may be drawn must count as a symbol, as it may be the only one drawn.
    assert symbols
    assert symbols <= IAM_SYMBOLS
    # Nothing that needs quoting in JSON or CSV, and nothing with which a spreadsheet begins a formula.
    assert not symbols & set("\"\\',;=+-@")
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
        assert len(set(kind) - set(generated["ExcludeCharacters"])) >= 8
    assert set(AMBIGUOUS) <= set(generated["ExcludeCharacters"])


def test_a_deleted_stack_leaves_no_secret_and_no_taken_name(template: Template) -> None:
    secrets = [r for r in template["Resources"].values() if r["Type"] == "AWS::SecretsManager::Secret"]
    assert len(secrets) == 3
    for secret in secrets:
        assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == ("Delete", "Delete")
        assert "Name" not in secret["Properties"]


def test_outputs_of_a_stack_need_the_keys_that_were_asked_for(tmp_path: Path) -> None:
    class WithOutputs(LabStack):
        def __init__(self, app: cdk.App) -> None:
            super().__init__(app, "with-outputs")
            self.add_outputs({"RoleArn": "one", "BucketName": "two"})

    outputs = synthesize(tmp_path, WithOutputs).templates["WithOutputs"]["Outputs"]
    assert outputs == {"RoleArn": {"Value": "one"}, "BucketName": {"Value": "two"}}
