"""The lab of document 001, "only users who signed in with MFA device can assume the role"."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.console_urls import console_sign_in_url, switch_role_url
from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

MFA_WITHIN_THE_HOUR = {
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
}


class MfaProtected(LabStack):
    """mfaUser may assume mfaRole, which lets in only whom MFA has let in within the hour."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A role for whom has signed in with MFA within the hour")
        role = lab_role(
            self,
            "Role",
            role_name="mfaRole",
            description="Reads S3 for whom has signed in with MFA within the hour",
            trusts=iam.AccountRootPrincipal().with_conditions(MFA_WITHIN_THE_HOUR),
            aws_policies=["AmazonS3ReadOnlyAccess"],
        )
        user = LabUser(
            self,
            "User",
            user_name="mfaUser",
            inline_policies={"assume-mfaRole": allows(["sts:AssumeRole"], [role.role_arn])},
            console_password=True,
        )
        self.add_outputs(
            {
                **user.outputs(),
                "RoleArn": role.role_arn,
                "ConsoleSignInUrl": console_sign_in_url(),
                "SwitchRoleUrl": switch_role_url(role.role_name, display_name="mfaRole", color="B7CA9D"),
            }
        )
