"""The lab of document 003: the trust policy of its section 1.5, between two roles."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

CHAINED_ROLE = "ExampleChainedRole"


class RoleChain(LabStack):
    """ExampleUser may assume ExampleRole, which alone may assume ExampleChainedRole."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A role that only another role may assume, and a user who gets there")
        # Named and not referred to: the trust policy at the other end refers to this role.
        chained_arn = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role/{CHAINED_ROLE}"
        role = lab_role(
            self,
            "Role",
            role_name="ExampleRole",
            description="Looks at EC2, and may assume ExampleChainedRole",
            trusts=iam.AccountRootPrincipal(),
            aws_policies=["AmazonEC2ReadOnlyAccess"],
            inline_policies={f"assume-{CHAINED_ROLE}": allows(["sts:AssumeRole"], [chained_arn])},
        )
        chained = lab_role(
            self,
            "ChainedRole",
            role_name=CHAINED_ROLE,
            description="Reads S3 for ExampleRole and nobody else",
            trusts=iam.ArnPrincipal(role.role_arn),
            aws_policies=["AmazonS3ReadOnlyAccess"],
            # Longer than a chained session may be, to show that it is the chain which limits it.
            longest_session=cdk.Duration.hours(12),
        )
        user = LabUser(
            self,
            "User",
            user_name="ExampleUser",
            inline_policies={"assume-ExampleRole": allows(["sts:AssumeRole"], [role.role_arn])},
        )
        self.add_outputs({**user.outputs(), "RoleArn": role.role_arn, "ChainedRoleArn": chained.role_arn})
