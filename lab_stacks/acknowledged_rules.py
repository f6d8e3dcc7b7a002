"""Rules of cdk-nag (AWS Solutions) that a construct breaks on purpose, each with its reason.

They are recorded with the construct by the CDK itself, so that cdk-nag is needed by the tests alone. cdk-nag
takes nothing in general: every wildcard and every managed policy is acknowledged by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from lab_stacks.policy_parts import Document

NO_ROTATION = "AwsSolutions-SMG4"
NO_ACCESS_LOGS = "AwsSolutions-S1"
NO_TLS_ONLY = "AwsSolutions-S10"


def acknowledge(construct: IConstruct, reason: str, rules: Iterable[str]) -> None:
    """Record that `construct` breaks `rules` (cdk-nag's ids) for `reason`."""
    acknowledgments = [cdk.Acknowledgment(id=rule, reason=reason) for rule in rules]
    cdk.Validations.of(construct).acknowledge(*acknowledgments)


def uses_aws_policy(name: str) -> str:
    """The id of the finding that a principal has a policy of AWS's."""
    return f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]"


def wildcards_of(document: Document) -> list[str]:
    """The ids of the findings for every wildcard in the document's actions and resources."""
    return [
        f"AwsSolutions-IAM5[{element}::{value}]"
        for statement in document["Statement"]
        for element in ("Action", "Resource")
        for value in _values(statement.get(element, []))
        if "*" in value
    ]


def objects_of(bucket: s3.Bucket) -> str:
    """The id of the finding that a policy allows something on every object of `bucket`."""
    return under(bucket, "*")


def under(bucket: s3.Bucket, keys: str) -> str:
    """The id of the finding that a policy allows something on the objects of `bucket` whose keys are like `keys`."""
    # cdk-nag spells a policy variable like a reference.
    keys = re.sub(r"\$\{(.*?)\}", r"<\1>", keys)
    logical_id = bucket.stack.get_logical_id(cast("cdk.CfnElement", bucket.node.default_child))
    return f"AwsSolutions-IAM5[Resource::<{logical_id}.Arn>/{keys}]"


def _values(element: str | list[str]) -> list[str]:
    return [element] if isinstance(element, str) else element
