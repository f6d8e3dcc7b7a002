"""The lab of document 004, as it stands after its section 4."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.acknowledged_rules import acknowledge, wildcards_of
from lab_stacks.lab_role import lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

ASSUME_ANY_ROLE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": "*"}],
}


class EC2Operator(LabStack):
    """assume-role-user may assume roles and nothing else; assume-role-role may do all of EC2."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="assume-role-user, who may only assume roles, operates EC2 through one")
        policy = iam.CfnManagedPolicy(
            self,
            "AssumeRolePolicy",
            managed_policy_name="assume-role-policy",
            description="Allows to assume any role that lets one in",
            policy_document=ASSUME_ANY_ROLE,
        )
        acknowledge(policy, "the document allows sts:AssumeRole on every role", wildcards_of(ASSUME_ANY_ROLE))
        user = LabUser(
            self,
            "AssumeRoleUser",
            user_name="assume-role-user",
            managed_policies=[iam.ManagedPolicy.from_managed_policy_arn(self, "AssumeRolePolicyArn", policy.ref)],
        )
        role = lab_role(
            self,
            "AssumeRoleRole",
            role_name="assume-role-role",
            description="Full access to EC2 for whom in this account is allowed to assume it",
            # The account's id by itself, as in the document; IAM takes it for the ARN that ends in :root.
            trusts=iam.ArnPrincipal(cdk.Aws.ACCOUNT_ID),
            aws_policies=["AmazonEC2FullAccess"],
        )
        self.add_outputs(
            {**user.outputs(), "RoleName": role.role_name, "RoleArn": role.role_arn, "PolicyArn": policy.ref}
        )
