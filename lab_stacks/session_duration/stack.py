"""The lab of documents 001 ("between 15 minutes to 12 hours") and 003 ("Session Duration")."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser


class SessionDuration(LabStack):
    """durationUser may assume oneHourRole and twelveHourRole; oneHourRole may go on to twelveHourRole."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="How long sessions may last: a role's maximum, AWS's, and the chain's")
        twelve_hours = lab_role(
            self,
            "TwelveHours",
            role_name="twelveHourRole",
            description="Grants sessions of up to twelve hours, the most there is",
            trusts=iam.AccountRootPrincipal(),
            longest_session=cdk.Duration.hours(12),
        )
        one_hour = lab_role(
            self,
            "OneHour",
            role_name="oneHourRole",
            description="Grants sessions of up to one hour, as roles do unless told otherwise",
            trusts=iam.AccountRootPrincipal(),
            inline_policies={"assume-twelveHourRole": allows(["sts:AssumeRole"], [twelve_hours.role_arn])},
        )
        roles = [one_hour.role_arn, twelve_hours.role_arn]
        user = LabUser(
            self, "User", user_name="durationUser", inline_policies={"assume-both": allows(["sts:AssumeRole"], roles)}
        )
        self.add_outputs(
            {**user.outputs(), "OneHourRoleArn": one_hour.role_arn, "TwelveHourRoleArn": twelve_hours.role_arn}
        )
