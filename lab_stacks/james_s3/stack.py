"""The James lab as it stands after step 11 of the document (000)."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.acknowledged_rules import acknowledge, wildcards_of
from lab_stacks.aws_policy import AwsPolicy, load_aws_policy
from lab_stacks.console_urls import console_sign_in_url, switch_role_url
from lab_stacks.lab_bucket import lab_bucket
from lab_stacks.lab_role import lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser
from lab_stacks.policy_parts import split_policy, without_service

VIEW_ONLY_ACCESS = Path(__file__).parent / "data" / "ViewOnlyAccess.json"


class JamesS3(LabStack):
    """James, who may look at everything but S3, and the role that he assumes to read S3."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        view_only_access = load_aws_policy(VIEW_ONLY_ACCESS)
        super().__init__(
            app,
            lab,
            description=f"James assumes a role to read S3. James himself: AWS's {view_only_access.label} without S3",
        )
        james = LabUser(
            self,
            "James",
            user_name="James",
            managed_policies=self._view_only_policies(view_only_access),
            console_password=True,
        )
        role = self._s3_role(james)
        # Something to list.
        bucket = lab_bucket(self, "Bucket")
        self.add_outputs(
            {
                **james.outputs(),
                "RoleName": role.role_name,
                "RoleArn": role.role_arn,
                "BucketName": bucket.bucket_name,
                "ConsoleSignInUrl": console_sign_in_url(),
                "SwitchRoleUrl": switch_role_url(role.role_name, display_name="James S3 read-only", color="B7CA9D"),
            }
        )

    def _view_only_policies(self, view_only_access: AwsPolicy) -> list[iam.IManagedPolicy]:
        """Steps 1 and 6, in as many policies as AWS's quota asks for today."""
        parts = split_policy(without_service(view_only_access.document, "s3"))
        policies: list[iam.IManagedPolicy] = []
        for number, part in enumerate(parts, start=1):
            suffix = "" if number == 1 else f"-{number}"
            policy = iam.CfnManagedPolicy(
                self,
                f"ViewOnly{number}",
                managed_policy_name=f"James-custom-viewonly{suffix}",
                # Never a version or a count here: a new description means a new policy, whose name is then taken.
                description="Part of AWS's ViewOnlyAccess without its S3 actions",
                policy_document=part,
            )
            acknowledge(policy, "AWS's ViewOnlyAccess holds it, and the parts are verbatim", wildcards_of(part))
            policies.append(iam.ManagedPolicy.from_managed_policy_arn(self, f"ViewOnly{number}Arn", policy.ref))
        return policies

    def _s3_role(self, james: LabUser) -> iam.Role:
        """Steps 2 to 4, and the trust of steps 10 and 11."""
        return lab_role(
            self,
            "S3Role",
            role_name="James-custom-S3-role",
            description="Lets James, and nobody else, read S3",
            trusts=iam.ArnPrincipal(james.user.user_arn),
            aws_policies=["AmazonS3ReadOnlyAccess"],
            after=[james],
        )
