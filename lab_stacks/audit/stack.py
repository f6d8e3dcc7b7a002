"""The lab of document 003, "Logging and Auditing"."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser


class AuditTrail(LabStack):
    """auditUser may assume auditRole; auditStranger may not, and tries."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="Who assumed a role, and who tried to, is in CloudTrail's event history")
        role = lab_role(
            self,
            "Role",
            role_name="auditRole",
            description="May do nothing; who asks for it is recorded",
            trusts=iam.AccountRootPrincipal(),
        )
        user = LabUser(
            self,
            "User",
            user_name="auditUser",
            inline_policies={"assume-auditRole": allows(["sts:AssumeRole"], [role.role_arn])},
        )
        stranger = LabUser(self, "Stranger", user_name="auditStranger")
        self.add_outputs({**user.outputs(), **stranger.outputs("Stranger"), "RoleArn": role.role_arn})
