"""The resources that a call refers to: what LookupEvents lists, and finds events by.

AWS: CloudTrail API Reference, Resource; CloudTrail User Guide, "Resource types supported by CloudTrail event history".
They are read from what the event shows of request and answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_ROLE, _USER, _GROUP, _POLICY = "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Policy"
_BUCKET, _STACK, _SECRET = "AWS::S3::Bucket", "AWS::CloudFormation::Stack", "AWS::SecretsManager::Secret"
_ASSUMED_ROLE, _FEDERATED_USER = "AWS::STS::AssumedRole", "AWS::STS::FederatedUser"
_PROFILE, _FUNCTION = "AWS::IAM::InstanceProfile", "AWS::Lambda::Function"

# By the member's name, wherever it is.
_MEMBERS = {
    "accessKeyId": "AWS::IAM::AccessKey",
    "assumedRoleId": _ASSUMED_ROLE,
    "bucketName": _BUCKET,
    "federatedUserId": _FEDERATED_USER,
    "functionArn": _FUNCTION,
    "functionName": _FUNCTION,
    "groupId": _GROUP,
    "groupName": _GROUP,
    "instanceId": "AWS::EC2::Instance",
    "instanceProfileId": _PROFILE,
    "instanceProfileName": _PROFILE,
    "policyArn": _POLICY,
    "policyId": _POLICY,
    "policyName": _POLICY,
    "roleArn": _ROLE,
    "roleId": _ROLE,
    "roleName": _ROLE,
    "secretId": _SECRET,
    "serialNumber": "AWS::IAM::MFADevice",
    "stackId": _STACK,
    "stackName": _STACK,
    "userId": _USER,
    "userName": _USER,
}
# An `arn` by the name of the structure that it is in; one at the top by the source of the event.
_ARNS = {
    "assumedRoleUser": _ASSUMED_ROLE,
    "federatedUser": _FEDERATED_USER,
    "group": _GROUP,
    "instanceProfile": _PROFILE,
    "policy": _POLICY,
    "role": _ROLE,
    "secretsmanager": _SECRET,
    "user": _USER,
}
Resource = tuple[str, str]


def referred_to(service: str, *parts: Mapping[str, Any] | None) -> tuple[Resource, ...]:
    """Type and name of each resource that the parts of an event name, each once."""
    return tuple(dict.fromkeys(found for part in parts if part for found in _within(service, part)))


def _within(where: str, value: Any) -> Iterable[Resource]:
    if isinstance(value, list):
        for each in value:
            yield from _within(where, each)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            kind = _ARNS.get(where) if name == "arn" else _MEMBERS.get(name)
            if kind and isinstance(each, str):
                yield kind, each
            yield from _within(name, each)
