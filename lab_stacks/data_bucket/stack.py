"""The lab of document 001, "Define permissions in IAM policy": updateDataBucket and the group that may assume it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.acknowledged_rules import acknowledge, objects_of
from lab_stacks.console_urls import console_sign_in_url, switch_role_url
from lab_stacks.lab_bucket import lab_bucket
from lab_stacks.lab_role import allows, lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

ROLE_NAME = "updateDataBucket"


class DataBucket(LabStack):
    """Members of dataBucketUpdaters may assume updateDataBucket, which reads and writes one bucket and no other."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A group's members may assume a role that reads and writes one bucket")
        bucket = lab_bucket(self, "DataBucket")
        other_bucket = lab_bucket(self, "OtherBucket")
        objects = bucket.arn_for_objects("*")
        role = lab_role(
            self,
            "Role",
            role_name=ROLE_NAME,
            description="Reads and writes the data bucket",
            trusts=iam.AccountRootPrincipal(),
            inline_policies={
                "read-write-data-bucket": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]),
                        iam.PolicyStatement(
                            actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], resources=[objects]
                        ),
                    ]
                )
            },
        )
        acknowledge(role, "the role is there for every object of this bucket", [objects_of(bucket)])
        group = iam.CfnGroup(
            self,
            "Group",
            group_name="dataBucketUpdaters",
            policies=[
                iam.CfnGroup.PolicyProperty(
                    policy_name=f"assume-{ROLE_NAME}", policy_document=allows(["sts:AssumeRole"], [role.role_arn])
                )
            ],
        )
        member = LabUser(
            self,
            "Member",
            user_name="dataBucketMember",
            groups=[iam.Group.from_group_name(self, "TheGroup", group.ref)],
            console_password=True,
        )
        outsider = LabUser(self, "Outsider", user_name="dataBucketOutsider")
        self.add_outputs(
            {
                **member.outputs("Member"),
                **outsider.outputs("Outsider"),
                "RoleArn": role.role_arn,
                "GroupName": group.ref,
                "DataBucketName": bucket.bucket_name,
                "DataBucketArn": bucket.bucket_arn,
                "OtherBucketName": other_bucket.bucket_name,
                "ConsoleSignInUrl": console_sign_in_url(),
                "SwitchRoleUrl": switch_role_url(role.role_name, display_name=ROLE_NAME, color="FAD791"),
            }
        )
