"""A role of a lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from lab_stacks.acknowledged_rules import acknowledge, uses_aws_policy
from lab_stacks.lab_user import LabUser


def lab_role(
    scope: Construct,
    construct_id: str,
    *,
    role_name: str,
    description: str,
    trusts: iam.IPrincipal,
    aws_policies: Sequence[str] = (),
    inline_policies: Mapping[str, iam.PolicyDocument] | None = None,
    longest_session: cdk.Duration | None = None,
    after: Sequence[LabUser] = (),
) -> iam.Role:
    """The role `role_name` with these policies of AWS's (their names) and inline policies.

    `longest_session`: None for AWS's default of one hour. `after`: the users that `trusts` names by their ARN.
    """
    role = iam.Role(
        scope,
        construct_id,
        role_name=role_name,
        description=description,
        assumed_by=trusts,
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in aws_policies],
        inline_policies=inline_policies,
        max_session_duration=longest_session,
    )
    for user in after:
        # IAM refuses a trust policy whose principal it does not see everywhere yet: give a new user some seconds.
        role.node.add_dependency(user.access_key_secret)
    if aws_policies:
        acknowledge(role, "the document attaches AWS's own policy", [uses_aws_policy(name) for name in aws_policies])
    return role


def allows(actions: Sequence[str], resources: Sequence[str]) -> iam.PolicyDocument:
    """A policy document that allows `actions` on `resources` and nothing else."""
    return iam.PolicyDocument(statements=[iam.PolicyStatement(actions=list(actions), resources=list(resources))])
