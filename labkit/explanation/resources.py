"""On which resource IAM decides a call, what the resource's own policy is, and its tags.

Source: Service Authorization Reference, the services' "Resource types" tables. What stands in no table here is decided
on `*`; a lab can name the ARN itself (`call(…, resource=…)`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.checks.calls import Call
from labkit.checks.values import Account
from labkit.explanation.policies import Held, Kind
from labkit.explanation.reading import Reader

# For each service, the parameters that name a resource and its ARN; the first whose parameters are all given counts.
_ARNS: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "s3": (
        (("Bucket", "Key"), "arn:{partition}:s3:::{Bucket}/{Key}"),
        (("Bucket",), "arn:{partition}:s3:::{Bucket}"),
        # The reference gives ListAllMyBuckets no resource type; AWS decides it on this.
        ((), "arn:{partition}:s3:::*"),
    ),
    "iam": (
        (("UserName",), "arn:{partition}:iam::{account}:user/{UserName}"),
        (("RoleName",), "arn:{partition}:iam::{account}:role/{RoleName}"),
        (("GroupName",), "arn:{partition}:iam::{account}:group/{GroupName}"),
        (("PolicyArn",), "{PolicyArn}"),
        (("PolicyName",), "arn:{partition}:iam::{account}:policy/{PolicyName}"),
    ),
    "sts": (
        (("RoleArn",), "{RoleArn}"),
        (("Name",), "arn:{partition}:sts::{account}:federated-user/{Name}"),
    ),
    "secretsmanager": ((("SecretId",), "{SecretId}"),),
    "sns": ((("TopicArn",), "{TopicArn}"),),
    "dynamodb": ((("TableName",), "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"),),
    "lambda": ((("FunctionName",), "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}"),),
    "ssm": ((("Name",), "arn:{partition}:ssm:{region}:{account}:parameter/{Name}"),),
    "kms": ((("KeyId",), "arn:{partition}:kms:{region}:{account}:key/{KeyId}"),),
}


@dataclass(frozen=True)
class ResourceSide:
    """The resource of a call: its ARN (or `*`), the account that owns it, its policy and its condition keys.

    `is_trust`: it is a role that is to be assumed. `missing` says what is not there at all.
    """

    arn: str
    account: str
    policy: Held | None = None
    is_trust: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""


def resource_side(call: Call, parameters: Mapping[str, Any], account: Account, reader: Reader) -> ResourceSide:
    """The resource of `call` with these resolved parameters. Raises `UnreadableError`."""
    arn = resource_arn(call, parameters, account, str(reader.clients.region))
    owner = (arn.split(":")[4] if arn.count(":") >= 5 else "") or account.id
    reader = reader.of(owner, arn)
    if call.service == "sts" and "RoleArn" in parameters:
        return _role(arn, owner, reader)
    if call.service == "iam":
        return _principal(arn, owner, reader)
    if call.service == "s3" and "Bucket" in parameters:
        return _bucket(arn, parameters["Bucket"], account.id, reader)
    if call.service == "secretsmanager" and arn.startswith("arn:"):
        return _secret(arn, owner, reader)
    return ResourceSide(arn, owner)


def resource_arn(call: Call, parameters: Mapping[str, Any], account: Account, region: str) -> str:
    """The ARN on which IAM decides a call, `*` where it names none."""
    names = {"partition": account.partition, "account": account.id, "region": region, **parameters}
    for needed, template in _ARNS.get(call.service, ()):
        if all(parameters.get(name) for name in needed):
            last = str(parameters[needed[-1]]) if needed else ""
            return last if last.startswith("arn:") else template.format_map(names)
    return "*"


def _role(arn: str, owner: str, reader: Reader) -> ResourceSide:
    found = reader.role(arn.rsplit("/", 1)[-1])
    if found is None or found.arn != arn:
        return ResourceSide(arn, owner, is_trust=True, missing=f"There is no role {arn}.")
    return ResourceSide(arn, owner, found.trust, is_trust=True, keys=_tag_keys(found.tags, "aws", "iam"))


def _principal(arn: str, owner: str, reader: Reader) -> ResourceSide:
    """A user or role that the call is about, by its true ARN (a name says nothing of the path)."""
    kind, _, name = arn.rsplit(":", 1)[-1].partition("/")
    look_up = {"user": reader.user, "role": reader.role}.get(kind)
    found = look_up(name) if look_up else None
    return (
        ResourceSide(found.arn, owner, keys=_tag_keys(found.tags, "aws", "iam")) if found else ResourceSide(arn, owner)
    )


def _bucket(arn: str, bucket: str, account: str, reader: Reader) -> ResourceSide:
    found = reader.read("s3", "GetBucketPolicy", Bucket=bucket, ExpectedBucketOwner=account)
    document = json.loads(found["Policy"]) if found else None
    return ResourceSide(arn, account, Held(Kind.RESOURCE, "", f"bucket {bucket}", document) if document else None)


def _secret(arn: str, owner: str, reader: Reader) -> ResourceSide:
    found = reader.read("secretsmanager", "GetResourcePolicy", SecretId=arn) or {}
    text = found.get("ResourcePolicy")
    return ResourceSide(arn, owner, Held(Kind.RESOURCE, "", f"secret {arn}", json.loads(text)) if text else None)


def _tag_keys(tags: Mapping[str, str], *prefixes: str) -> dict[str, str]:
    return {f"{prefix}:ResourceTag/{key}": value for prefix in prefixes for key, value in tags.items()}
