"""The lab of document 001, "Session tags in STS" and "aws:PrincipalTag Condition"."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.acknowledged_rules import acknowledge, under
from lab_stacks.lab_bucket import lab_bucket
from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

TAG = "project"
# Policy variables, which IAM fills in for each request.
OF_THE_PRINCIPAL = f"${{aws:PrincipalTag/{TAG}}}"
ONLY_ONES_OWN_TAG = {
    "StringEquals": {f"aws:RequestTag/{TAG}": OF_THE_PRINCIPAL},
    "ForAllValues:StringEquals": {"aws:TagKeys": [TAG]},
}


class SessionTags(LabStack):
    """projectRole opens in one bucket the prefix that the session's tag names; users may pass their own tag only."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A role whose sessions reach what their tag names, and no more")
        bucket = lab_bucket(self, "Bucket")
        own_prefix = f"{OF_THE_PRINCIPAL}/*"
        role = lab_role(
            self,
            "Role",
            role_name="projectRole",
            description="Reads and writes the prefix that the session's tag names",
            trusts=iam.AccountRootPrincipal().with_session_tags().with_conditions(ONLY_ONES_OWN_TAG),
            inline_policies={
                "own-prefix": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=["s3:ListBucket"],
                            resources=[bucket.bucket_arn],
                            conditions={"StringLike": {"s3:prefix": own_prefix}},
                        ),
                        iam.PolicyStatement(
                            actions=["s3:GetObject", "s3:PutObject"], resources=[bucket.arn_for_objects(own_prefix)]
                        ),
                    ]
                )
            },
        )
        acknowledge(role, "the role is there for all that lies under the prefix", [under(bucket, own_prefix)])
        may_assume = allows(["sts:AssumeRole", "sts:TagSession"], [role.role_arn])
        users = {
            project: LabUser(
                self,
                f"{project.capitalize()}User",
                user_name=f"{project}User",
                inline_policies={"assume-projectRole": may_assume},
                tags={TAG: project},
            )
            for project in ("alpha", "beta")
        }
        self.add_outputs(
            {
                **users["alpha"].outputs("Alpha"),
                **users["beta"].outputs("Beta"),
                "RoleArn": role.role_arn,
                "BucketName": bucket.bucket_name,
                "BucketArn": bucket.bucket_arn,
            }
        )
