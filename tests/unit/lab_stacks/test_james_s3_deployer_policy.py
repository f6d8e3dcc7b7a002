"""The AWS workflow's policies name what the stack really deploys."""

from __future__ import annotations

import pytest

from tests.ci_policies import ACCOUNT, DEPLOYER, GUARD, REGION, filled
from tests.unit.lab_stacks.synthesis import Template, resources_of


def names_of(template: Template, kind: str, key: str) -> list[str]:
    return [properties[key] for properties in resources_of(template, kind).values()]


def generated(template: Template, kind: str) -> list[str]:
    return list(resources_of(template, kind))


def test_no_resource_is_of_a_type_that_the_policy_does_not_know(james: Template) -> None:
    assert {resource["Type"] for resource in james["Resources"].values()} == {
        "AWS::IAM::AccessKey",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
    }


def test_principals_and_policies(james: Template) -> None:
    policy = filled(DEPLOYER)
    for user in names_of(james, "AWS::IAM::User", "UserName"):
        assert f'"arn:aws:iam::{ACCOUNT}:user/{user}"' in policy
    for role in names_of(james, "AWS::IAM::Role", "RoleName"):
        assert f'"arn:aws:iam::{ACCOUNT}:role/{role}"' in policy
    first, *more = names_of(james, "AWS::IAM::ManagedPolicy", "ManagedPolicyName")
    assert f'"arn:aws:iam::{ACCOUNT}:policy/{first}"' in policy
    for name in more:
        assert f'"arn:aws:iam::{ACCOUNT}:policy/{name[:-1]}?"' in policy


def test_secrets_as_cloudformation_names_them(james: Template) -> None:
    """LOGICALID-RANDOM: a secret without a name does not get the stack's."""
    secrets = generated(james, "AWS::SecretsManager::Secret")
    assert len(secrets) == 2
    for logical_id in secrets:
        assert f'"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{logical_id}-*"' in filled(DEPLOYER)


@pytest.mark.parametrize("file", [DEPLOYER, GUARD])
def test_bucket_as_cloudformation_names_it(james: Template, file: str) -> None:
    (bucket,) = generated(james, "AWS::S3::Bucket")
    assert f'"arn:aws:s3:::jamess3-{bucket.lower()}-*"' in filled(file)
