"""A bucket of a lab: private, and gone with the stack."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from lab_stacks.acknowledged_rules import NO_ACCESS_LOGS, NO_TLS_ONLY, acknowledge


def lab_bucket(scope: Construct, construct_id: str) -> s3.Bucket:
    """A bucket with a generated name. It has to be empty when the stack goes: one with objects can't be deleted."""
    bucket = s3.Bucket(
        scope,
        construct_id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    acknowledge(bucket, "nothing is kept in it for longer than a check takes", [NO_ACCESS_LOGS])
    acknowledge(
        bucket,
        "a bucket policy would deny by itself, and the lab shows what identity policies do not allow",
        [NO_TLS_ONLY],
    )
    return bucket
