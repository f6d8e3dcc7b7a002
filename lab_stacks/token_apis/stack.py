"""The lab of documents 000 (what role credentials can't call) and 001 ("STS important APIs")."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.acknowledged_rules import acknowledge, uses_aws_policy
from lab_stacks.lab_bucket import lab_bucket
from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

MAY_LOOK = ["AmazonS3ReadOnlyAccess", "IAMReadOnlyAccess"]


class TokenApis(LabStack):
    """proxyApp, which may look at S3 and IAM, obtains every kind of temporary credentials."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="What each kind of credentials may do: a user's, STS's, a role's")
        federated_user = f"arn:{cdk.Aws.PARTITION}:sts::{cdk.Aws.ACCOUNT_ID}:federated-user/distributionApp"
        role = lab_role(
            self,
            "Role",
            role_name="appRole",
            description="May look at S3 and IAM, as proxyApp may itself",
            trusts=iam.AccountRootPrincipal(),
            aws_policies=MAY_LOOK,
        )
        proxy = LabUser(
            self,
            "ProxyApp",
            user_name="proxyApp",
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in MAY_LOOK],
            inline_policies={
                "assume-appRole": allows(["sts:AssumeRole"], [role.role_arn]),
                "federate-distributionApp": allows(["sts:GetFederationToken"], [federated_user]),
            },
        )
        reason = "what a user, a session and a role may do is compared, so all have the same"
        acknowledge(proxy.user, reason, [uses_aws_policy(name) for name in MAY_LOOK])
        bucket = lab_bucket(self, "Bucket")
        self.add_outputs(
            {
                **proxy.outputs(),
                "RoleArn": role.role_arn,
                "FederatedUserArn": federated_user,
                "BucketName": bucket.bucket_name,
            }
        )
