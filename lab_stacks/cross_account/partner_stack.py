"""What stands in the partner account: a user who is granted the roles of the home account, and one who is not."""

from __future__ import annotations

import aws_cdk as cdk

from lab_stacks.console_urls import console_sign_in_url
from lab_stacks.lab_role import allows
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

ROLES = ("crossAccountRole", "crossAccountNamedRole", "crossAccountClosedRole")


class CrossAccountPartner(LabStack):
    """grantedUser may assume three roles of the home account, as far as the partner account has a say."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="Users who reach, or don't reach, the roles of another account")
        home = self.account_id("HomeAccountId")
        arns = [f"arn:{cdk.Aws.PARTITION}:iam::{home}:role/{name}" for name in ROLES]
        granted = LabUser(
            self,
            "GrantedUser",
            user_name="grantedUser",
            inline_policies={"assume-roles-of-the-home-account": allows(["sts:AssumeRole"], arns)},
            console_password=True,
        )
        ungranted = LabUser(self, "UngrantedUser", user_name="ungrantedUser")
        self.add_outputs(
            {
                **granted.outputs("Granted"),
                **ungranted.outputs("Ungranted"),
                "ConsoleSignInUrl": console_sign_in_url(),
            }
        )
