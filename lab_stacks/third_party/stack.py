"""The lab of document 001, "Providing access to AWS accounts owned by third parties"."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lab_stacks.lab_bucket import lab_bucket
from lab_stacks.lab_role import lab_role
from lab_stacks.lab_stack import LabStack

EXTERNAL_ID = "Customer-4711"


class ThirdParty(LabStack):
    """vendorAccess lets in one user of another account, with an external id; houseAccess lets in nobody from there."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A role for a vendor with an external id, and one for us alone")
        vendor = f"arn:{cdk.Aws.PARTITION}:iam::{self.account_id('PartnerAccountId')}:user/vendor"
        vendor_access = lab_role(
            self,
            "VendorAccess",
            role_name="vendorAccess",
            description="Reads S3 for the vendor, who has to pass our external id",
            trusts=iam.ArnPrincipal(vendor).with_conditions({"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),
            aws_policies=["AmazonS3ReadOnlyAccess"],
        )
        house_access = lab_role(
            self,
            "HouseAccess",
            role_name="houseAccess",
            description="May do nothing, and trusts its own account alone",
            trusts=iam.AccountRootPrincipal(),
        )
        bucket = lab_bucket(self, "Bucket")
        self.add_outputs(
            {
                "RoleArn": vendor_access.role_arn,
                "HouseRoleArn": house_access.role_arn,
                "BucketName": bucket.bucket_name,
            }
        )
