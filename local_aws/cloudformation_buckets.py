"""CloudFormation's `AWS::S3::Bucket` and `AWS::S3::BucketPolicy`.

AWS: `Tags` and the stack's tags are on the bucket; a bucket that is not empty is not deleted (CloudFormation Template
Reference Guide, AWS::S3::Bucket: "You can only delete empty buckets"); the caller needs the permissions. Stock
MiniStack drops the tags, deletes a bucket with all that is in it, asks nobody for permission, and takes any policy.
Hook: the two types' entries in `_RESOURCE_HANDLERS`, around MiniStack's; deletion and policies go through the S3 API.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from local_aws import upstream
from local_aws.cloudformation_resources import Made, Properties, answer, generated_name, own_tags, require

_BUCKET = "AWS::S3::Bucket"
_POLICY = "AWS::S3::BucketPolicy"
_SERVICE = "S3"
_NAME_LENGTH = 63
# What CloudFormation has to be allowed, beside s3:CreateBucket, for each property (Service Authorization Reference).
_PERMISSIONS = {
    "BucketEncryption": "s3:PutEncryptionConfiguration",
    "CorsConfiguration": "s3:PutBucketCORS",
    "LifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "NotificationConfiguration": "s3:PutBucketNotification",
    "OwnershipControls": "s3:PutBucketOwnershipControls",
    "PublicAccessBlockConfiguration": "s3:PutBucketPublicAccessBlock",
    "VersioningConfiguration": "s3:PutBucketVersioning",
    "WebsiteConfiguration": "s3:PutBucketWebsite",
}


def install() -> None:
    """Put these two types around MiniStack's."""
    provisioners = upstream.module("services.cloudformation.provisioners")
    handlers = provisioners._RESOURCE_HANDLERS
    bucket, policy = handlers[_BUCKET], handlers[_POLICY]
    handlers[_BUCKET] = {
        **bucket,
        "create": lambda *given: _create_bucket(bucket["create"], *given),
        "update": lambda *given: _update_bucket(bucket["update"], *given),
        "delete": _delete_bucket,
    }
    handlers[_POLICY] = {
        **policy,
        "create": _requiring("s3:PutBucketPolicy", _putting(policy["create"], 1), lambda given: given[1]),
        "update": _requiring("s3:PutBucketPolicy", _putting(policy["update"], 2), lambda given: given[2]),
        "delete": _requiring("s3:DeleteBucketPolicy", policy["delete"], lambda given: given[1]),
    }
    provisioners._STACK_TAG_PROPERTY[_BUCKET] = ("Tags", "list")


def _create_bucket(stock: Callable[..., Made], logical_id: str, properties: Properties, stack: str) -> Made:
    name = properties.get("BucketName") or generated_name(stack, logical_id, _NAME_LENGTH, lowercase=True)
    require(_SERVICE, "s3:CreateBucket", *_permissions({}, properties), resource=f"arn:aws:s3:::{name}")
    made = stock(logical_id, properties, stack)
    _tag(made[0], {}, properties)
    return made


def _update_bucket(stock: Callable[..., Made], name: str, old: Properties, new: Properties, stack: str) -> Made:
    require(_SERVICE, *_permissions(old, new), resource=f"arn:aws:s3:::{name}")
    updated = stock(name, old, new, stack)
    _tag(updated[0], old, new)
    return updated


def _delete_bucket(name: str, _properties: Properties) -> None:
    s3 = upstream.module("services.s3")
    if name in s3._buckets:
        require(_SERVICE, "s3:DeleteBucket", resource=f"arn:aws:s3:::{name}")
        answer(_SERVICE, s3._delete_bucket(name))


def _permissions(old: Properties, new: Properties) -> list[str]:
    needed = [action for name, action in _PERMISSIONS.items() if old.get(name) != new.get(name)]
    return [*needed, "s3:PutBucketTagging"] if own_tags(old) != own_tags(new) else needed


def _tag(name: str, old: Properties, new: Properties) -> None:
    """Tags that others have put on the bucket stay."""
    tags = upstream.module("services.s3")._bucket_tags
    kept = {key: value for key, value in (tags.get(name) or {}).items() if key not in _tags(old)}
    wanted = {**kept, **_tags(new)}
    if wanted:
        tags[name] = wanted
    else:
        tags.pop(name, None)


def _tags(properties: Properties) -> Mapping[str, str]:
    return {tag["Key"]: str(tag.get("Value", "")) for tag in properties.get("Tags") or ()}


def _putting(stock: Callable[..., Any], position: int) -> Callable[..., Any]:
    """Before MiniStack's handler, which checks nothing, the S3 API's; the properties are the argument at `position`."""

    def put(*given: Any) -> Any:
        properties, s3 = given[position], upstream.module("services.s3")
        document = properties.get("PolicyDocument") or {}
        text = document if isinstance(document, str) else json.dumps(document)
        answer(_SERVICE, s3._put_bucket_policy(properties.get("Bucket", ""), text.encode()))
        return stock(*given)

    return put


def _requiring(
    action: str, stock: Callable[..., Any], properties_of: Callable[[tuple[Any, ...]], Properties]
) -> Callable[..., Any]:
    def required(*given: Any) -> Any:
        require(_SERVICE, action, resource=f"arn:aws:s3:::{properties_of(given).get('Bucket', '')}")
        return stock(*given)

    return required
