"""What stands in the vendor's account: the vendor's user, and a stranger with the very same permissions."""

from __future__ import annotations

import aws_cdk as cdk

from lab_stacks.lab_role import allows
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser


class ThirdPartyPartner(LabStack):
    """vendor and stranger may assume two roles of the home account, as far as their own account has a say."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A vendor's user, and a stranger of the same account")
        home = self.account_id("HomeAccountId")
        arns = [f"arn:{cdk.Aws.PARTITION}:iam::{home}:role/{name}" for name in ("vendorAccess", "houseAccess")]
        users = {
            name: LabUser(
                self,
                name.capitalize(),
                user_name=name,
                inline_policies={"assume-roles-of-the-customer": allows(["sts:AssumeRole"], arns)},
            )
            for name in ("vendor", "stranger")
        }
        self.add_outputs({**users["vendor"].outputs("Vendor"), **users["stranger"].outputs("Stranger")})
