"""What the resource's side says to a request: its owner, and the policy on it.

MiniStack finds the policies on queues, topics, functions, secrets, keys and the like; those on buckets are looked
up here, since MiniStack looks for them in the caller's account only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iam_engine import Policy
from local_aws import upstream
from local_aws.compiled_policies import compiled, reads_resource_tags

_BUCKET = "arn:aws:s3:::"
_NEW_BUCKET = "s3:CreateBucket"
_TWELVE_DIGITS = re.compile(r"\d{12}")
_ACCESS_POINT = "s3:dataaccesspointarn"


@dataclass(frozen=True, slots=True)
class ResourceSide:
    """The account that owns a resource, and its policy (None where it has none).

    `must_allow`: not even the owner's own principals get by without this policy's Allow.
    """

    account: str
    policy: Policy | None = None
    must_allow: bool = False
    reads_resource_tags: bool = False


def find(service: str, action: str, arn: str, account: str, context: Mapping[str, Any]) -> ResourceSide:
    """The resource's side of a request. `account` is the caller's: the owner of what names no account."""
    if action == _NEW_BUCKET:
        # Whose name is taken already is no affair of policies.
        return ResourceSide(account)
    if service == "s3" and arn.startswith(_BUCKET):
        return _of_bucket(arn, account)
    document, owner = _look_up(service, action, arn, context) or (None, None)
    return _side(document, arn, owner or _account_in(arn) or account, must_allow=service == "kms")


def bucket_owner(arn: str) -> str | None:
    """The account that owns the bucket of an S3 ARN; None where there is no such bucket."""
    owner: str | None = upstream.module("services.s3")._bucket_owner_account(_bucket_name(arn))
    return owner


def _of_bucket(arn: str, account: str) -> ResourceSide:
    s3 = upstream.module("services.s3")
    owner = bucket_owner(arn)
    if owner is None:
        return ResourceSide(account)
    name = _bucket_name(arn)
    document = s3._bucket_policies.get_scoped(owner, None, name)
    # Amazon S3 User Guide, access-control-block-public-access: RestrictPublicBuckets leaves a public policy
    # to the owner's account only.
    if document and owner != account and s3._public_access_blocked(owner, name, "RestrictPublicBuckets"):
        document = None if s3._policy_is_public(document) else document
    return _side(document, _BUCKET + name, owner)


def _bucket_name(arn: str) -> str:
    return arn.removeprefix(_BUCKET).partition("/")[0]


def _look_up(service: str, action: str, arn: str, context: Mapping[str, Any]) -> tuple[Any, str | None] | None:
    if service == "s3" and "MultiRegionAccessPoint" in action:
        return None
    found: tuple[Any, str | None] | None = upstream.module("core.iam_evaluator")._resource_policy(service, arn)
    if found is None and service == "s3" and _ACCESS_POINT in {key.lower() for key in context}:
        found = upstream.module("services.s3").access_point_policy_for_arn(arn)
    return found


def _side(document: Any, name: str, owner: str, *, must_allow: bool = False) -> ResourceSide:
    if not document:
        return ResourceSide(owner)
    policy = compiled(document, f"policy of {name}")
    return ResourceSide(owner, policy, must_allow, reads_resource_tags(document))


def _account_in(arn: str) -> str | None:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and _TWELVE_DIGITS.fullmatch(parts[4]) else None
