"""The lab of document 003, "Cross-Account Access": roles that another account may assume, or may not."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.console_urls import switch_role_url
from lab_stacks.lab_bucket import lab_bucket
from lab_stacks.lab_role import lab_role
from lab_stacks.lab_stack import LabStack


class CrossAccount(LabStack):
    """Three roles: one trusts the partner account, one names its users, one trusts nobody there."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="Roles that users of another account may assume, or may not")
        partner = self.account_id("PartnerAccountId")
        role = lab_role(
            self,
            "Role",
            role_name="crossAccountRole",
            description="Reads S3 for whom the partner account allows to assume it",
            trusts=iam.AccountPrincipal(partner),
            aws_policies=["AmazonS3ReadOnlyAccess"],
        )
        users = [f"arn:{cdk.Aws.PARTITION}:iam::{partner}:user/{name}" for name in ("grantedUser", "ungrantedUser")]
        named_role = lab_role(
            self,
            "NamedRole",
            role_name="crossAccountNamedRole",
            description="May do nothing, and trusts two users of the partner account by their ARNs",
            trusts=iam.CompositePrincipal(*[iam.ArnPrincipal(arn) for arn in users]),
        )
        closed_role = lab_role(
            self,
            "ClosedRole",
            role_name="crossAccountClosedRole",
            description="May do nothing, and trusts its own account alone",
            trusts=iam.AccountRootPrincipal(),
        )
        bucket = lab_bucket(self, "Bucket")
        self.add_outputs(
            {
                "RoleArn": role.role_arn,
                "NamedRoleArn": named_role.role_arn,
                "ClosedRoleArn": closed_role.role_arn,
                "BucketName": bucket.bucket_name,
                "SwitchRoleUrl": switch_role_url(role.role_name, display_name="crossAccountRole", color="B7CA9D"),
            }
        )
