"""The lab of document 001, "Ability to revoke active session and credentials for a role"."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.console_urls import console_sign_in_url, switch_role_url
from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser


class RevokeSessions(LabStack):
    """revokeUser may assume revokeRole, whose sessions the administrator revokes."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A role whose older sessions are revoked, while new ones work")
        role = lab_role(
            self,
            "Role",
            role_name="revokeRole",
            description="Reads S3, until its sessions are revoked",
            trusts=iam.AccountRootPrincipal(),
            aws_policies=["AmazonS3ReadOnlyAccess"],
        )
        user = LabUser(
            self,
            "User",
            user_name="revokeUser",
            inline_policies={"assume-revokeRole": allows(["sts:AssumeRole"], [role.role_arn])},
            console_password=True,
        )
        self.add_outputs(
            {
                **user.outputs(),
                "RoleArn": role.role_arn,
                "ConsoleSignInUrl": console_sign_in_url(),
                "SwitchRoleUrl": switch_role_url(role.role_name, display_name="revokeRole", color="99BCE3"),
            }
        )
