"""Each operator breaks a small template where it says, in every way it says, and nothing else."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from labkit.checks.values import Account
from tests.mutants.model import Change, Document, Template
from tests.mutants.operators import OPERATORS
from tests.mutants.words import Deployed

JAMES_ARN = {"Fn::GetAtt": ["James", "Arn"]}
TRUST = {
    "Effect": "Allow",
    "Principal": {"AWS": [JAMES_ARN, {"Fn::GetAtt": ["Jane", "Arn"]}]},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "x"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
}
READ = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
}
SHUT = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


TEMPLATE: Template = {
    "Resources": {
        "James": {
            "Type": "AWS::IAM::User",
            "Properties": {
                "UserName": "James",
                "ManagedPolicyArns": [{"Ref": "Read"}],
                "Groups": [{"Ref": "Team"}],
                "LoginProfile": {"Password": "{{resolve:secretsmanager:x}}", "PasswordResetRequired": False},
                "PermissionsBoundary": {"Ref": "Read"},
                "Tags": [{"Key": "lab", "Value": "x"}],
            },
        },
        "Jane": {"Type": "AWS::IAM::User", "Properties": {"UserName": "Jane"}},
        "Team": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "team"}},
        "Joined": {
            "Type": "AWS::IAM::UserToGroupAddition",
            "Properties": {"GroupName": {"Ref": "Team"}, "Users": [{"Ref": "Jane"}]},
        },
        "Key": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "James"}}},
        "KeySecret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {
                "SecretString": {"Fn::Join": ["", ['{"AccessKeyId":"', {"Ref": "Key"}, '"}']]},
            },
        },
        "Read": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"ManagedPolicyName": "read", "PolicyDocument": document(READ, SHUT)},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": "role",
                "AssumeRolePolicyDocument": document(TRUST),
                "Policies": [{"PolicyName": "own", "PolicyDocument": document(READ)}],
            },
        },
        "Trusting": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": "trusting",
                "AssumeRolePolicyDocument": document(
                    {"Effect": "Allow", "Principal": {"AWS": {"Ref": "AWS::AccountId"}}, "Action": "sts:AssumeRole"}
                ),
            },
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
        },
    }
}
STANDING = Deployed(
    TEMPLATE,
    {name: name if name != "Read" else "arn:aws:iam::1:policy/read" for name in TEMPLATE["Resources"]},
    Account("123456789012"),
)


def changes(operator: str, template: Template = TEMPLATE) -> dict[str, Change]:
    found = list(OPERATORS[operator](template))
    assert len({change.where for change in found}) == len(found), "two changes of one name"
    return {change.where: change for change in found}


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_changes_a_copy_and_says_what_must_be_named(operator: str) -> None:
    before = copy.deepcopy(TEMPLATE)
    found = changes(operator)
    assert found, "it finds nothing to break in a template that has everything"
    assert before == TEMPLATE
    for change in found.values():
        assert change.causes
        assert all(cause for cause in change.causes), change.where
        # Every word can be resolved, and none is so short that anything would hold it.
        assert all(len(word) > 2 for cause in change.causes for word in STANDING.resolve(list(cause))), change
        assert (change.template is None) == bool(change.steps), "changed in the template, or by hand"
        assert change.template != TEMPLATE
        for step in change.steps:
            assert all(
                isinstance(value, str | list | bool | int) for value in STANDING.resolve(dict(step.parameters)).values()
            )


def statement(change: Change, resource: str, prop: str = "AssumeRolePolicyDocument", index: int = 0) -> dict[str, Any]:
    assert change.template
    found: dict[str, Any] = change.template["Resources"][resource]["Properties"][prop]["Statement"][index]
    return found


def test_principals_are_widened_replaced_and_removed() -> None:
    wider = changes("widen-principal")
    everybody = wider["Role trust[0] James -> everybody"]
    assert statement(everybody, "Role")["Principal"] == "*"
    assert len(wider) == 5, "the account and everybody for each of two users; everybody for the account"
    replaced = statement(changes("replace-principal")["Role trust[0] Jane -> mutant-stranger"], "Role")["Principal"][
        "AWS"
    ]
    assert replaced == [JAMES_ARN, {"Fn::GetAtt": ["MutantStranger", "Arn"]}]
    (left,) = statement(changes("remove-principal")["Role trust[0] Jane -> nobody"], "Role")["Principal"]["AWS"]
    assert left == JAMES_ARN
    narrowed = changes("narrow-principal")["Trusting trust[0] AWS::AccountId -> mutant-stranger"]
    assert statement(narrowed, "Trusting")["Principal"] == {"AWS": {"Fn::GetAtt": ["MutantStranger", "Arn"]}}


def test_conditions_are_dropped_inverted_weakened_and_walked_around() -> None:
    assert "Condition" not in statement(changes("drop-condition")["Role trust[0]"], "Role")
    without_one = changes("drop-condition")["Role trust[0] Bool aws:MultiFactorAuthPresent"]
    assert statement(without_one, "Role")["Condition"] == {"StringEquals": {"sts:ExternalId": "x"}}
    inverted = [statement(change, "Role")["Condition"] for change in changes("invert-condition").values()]
    assert {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringNotEquals": {"sts:ExternalId": "x"}} in inverted
    assert {"StringEquals": {"sts:ExternalId": "x"}, "Bool": {"aws:MultiFactorAuthPresent": "false"}} in inverted
    weakened = [json.dumps(statement(change, "Role")["Condition"]) for change in changes("weaken-condition").values()]
    assert any('"StringEqualsIfExists"' in condition for condition in weakened)
    assert any('"StringLike": {"sts:ExternalId": "*"}' in condition for condition in weakened)
    assert any('"BoolIfExists"' in condition for condition in weakened)
    (twin,) = changes("unconditional-twin").values()
    assert "Condition" in statement(twin, "Role", index=0)
    assert statement(twin, "Role", index=1) == {key: TRUST[key] for key in ("Effect", "Principal", "Action")}


def test_statements_are_turned_and_dropped() -> None:
    allowed = changes("deny-to-allow")["Read identity[1]"]
    assert statement(allowed, "Read", "PolicyDocument", 1)["Effect"] == "Allow"
    denied = changes("allow-to-deny")["Role trust[0]"]
    assert statement(denied, "Role")["Effect"] == "Deny"
    assert set(changes("drop-statement")) == {"Read identity[0]", "Read identity[1]"}


def test_a_long_list_of_actions_is_broken_at_both_ends() -> None:
    template = copy.deepcopy(TEMPLATE)
    long = [f"ec2:Describe{letter}" for letter in "ABCDEF"]
    template["Resources"]["Read"]["Properties"]["PolicyDocument"]["Statement"][0]["Action"] = long
    dropped = [where for where in changes("drop-action", template) if where.startswith("Read ")]
    assert dropped == ["Read identity[0] ec2:DescribeA", "Read identity[0] ec2:DescribeF"]


def test_a_document_is_a_parameter_s_text_once_the_stack_stands() -> None:
    written = STANDING.resolve(Document(({"Effect": "Allow", "Principal": {"AWS": JAMES_ARN}},)))
    assert json.loads(written)["Statement"] == [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/James"}}
    ]
