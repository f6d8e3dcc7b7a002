"""The lab of document 002, as it stands once testuser may assume the role."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.console_urls import console_sign_in_url, switch_role_url
from lab_stacks.lab_bucket import lab_bucket
from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser


class S3FullAccess(LabStack):
    """testuser may assume s3Access, which may do all of S3; testuser2 has nothing but the account's trust."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="testuser, who may do nothing, switches to a role with full S3 access")
        role = lab_role(
            self,
            "S3Access",
            role_name="s3Access",
            description="Full access to S3 for whom in this account is allowed to assume it",
            trusts=iam.AccountRootPrincipal(),
            aws_policies=["AmazonS3FullAccess"],
        )
        testuser = LabUser(
            self,
            "Testuser",
            user_name="testuser",
            inline_policies={"assume-s3Access": allows(["sts:AssumeRole"], [role.role_arn])},
            console_password=True,
        )
        testuser2 = LabUser(self, "Testuser2", user_name="testuser2")
        bucket = lab_bucket(self, "Bucket")
        self.add_outputs(
            {
                **testuser.outputs("Testuser"),
                **testuser2.outputs("Testuser2"),
                "RoleName": role.role_name,
                "RoleArn": role.role_arn,
                "BucketName": bucket.bucket_name,
                "ConsoleSignInUrl": console_sign_in_url(),
                "SwitchRoleUrl": switch_role_url(role.role_name, display_name="s3Access", color="F2B0A9"),
            }
        )
