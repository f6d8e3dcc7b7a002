"""Proves that a stack's resources are gone, by asking each one's own service: gone, present or undetermined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labkit.aws.answers import Answer, Kind
from labkit.aws.clients import PERSIST, Clients, ask
from labkit.stacks import Resource


class Presence(StrEnum):
    """Whether something is still there. Undetermined is not gone."""

    GONE = "gone"
    PRESENT = "present"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Trace:
    """What is known of one resource after its stack was deleted; `answer`: AWS's words."""

    resource: Resource
    presence: Presence
    answer: str

    def __str__(self) -> str:
        return f"{self.resource.type} {self.resource.physical_id}: {self.presence} ({self.answer})"


@dataclass(frozen=True)
class _Probe:
    """How to ask for a resource: service, operation, the parameter for its physical id, and the codes for "none"."""

    service: str
    operation: str
    parameter: str
    none: tuple[str, ...]


_PROBES: Mapping[str, _Probe] = {
    "AWS::IAM::User": _Probe("iam", "GetUser", "UserName", ("NoSuchEntity",)),
    "AWS::IAM::Role": _Probe("iam", "GetRole", "RoleName", ("NoSuchEntity",)),
    "AWS::IAM::Group": _Probe("iam", "GetGroup", "GroupName", ("NoSuchEntity",)),
    "AWS::IAM::ManagedPolicy": _Probe("iam", "GetPolicy", "PolicyArn", ("NoSuchEntity",)),
    "AWS::IAM::InstanceProfile": _Probe("iam", "GetInstanceProfile", "InstanceProfileName", ("NoSuchEntity",)),
    "AWS::IAM::OIDCProvider": _Probe("iam", "GetOpenIDConnectProvider", "OpenIDConnectProviderArn", ("NoSuchEntity",)),
    "AWS::IAM::SAMLProvider": _Probe("iam", "GetSAMLProvider", "SAMLProviderArn", ("NoSuchEntity",)),
    "AWS::IAM::ServiceLinkedRole": _Probe("iam", "GetRole", "RoleName", ("NoSuchEntity",)),
    # GetMFADevice finds devices only while they are enabled.
    "AWS::IAM::VirtualMFADevice": _Probe("iam", "ListMFADeviceTags", "SerialNumber", ("NoSuchEntity",)),
    "AWS::SecretsManager::Secret": _Probe(
        "secretsmanager", "DescribeSecret", "SecretId", ("ResourceNotFoundException",)
    ),
    "AWS::S3::Bucket": _Probe("s3", "GetBucketLocation", "Bucket", ("NoSuchBucket",)),
    "AWS::Lambda::Function": _Probe("lambda", "GetFunction", "FunctionName", ("ResourceNotFoundException",)),
}
# These have no life of their own: they end with the principal or bucket that they hang on, which is asked for itself.
_DEPENDENT = frozenset(
    {
        "AWS::IAM::AccessKey",
        "AWS::IAM::GroupPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::UserToGroupAddition",
        "AWS::S3::BucketPolicy",
    }
)


def look_for(clients: Clients, resources: Sequence[Resource]) -> list[Trace]:
    """What is known of each resource that ever existed and has a life of its own."""
    return [
        _look(clients, resource) for resource in resources if resource.physical_id and resource.type not in _DEPENDENT
    ]


def overall(traces: Sequence[Trace]) -> Presence:
    """Present if anything is; else undetermined if anything is; else gone."""
    found = {trace.presence for trace in traces}
    for presence in (Presence.PRESENT, Presence.UNDETERMINED):
        if presence in found:
            return presence
    return Presence.GONE


def _look(clients: Clients, resource: Resource) -> Trace:
    probe = _PROBES.get(resource.type)
    if probe is None:
        gone = resource.status == "DELETE_COMPLETE"
        presence = Presence.GONE if gone else Presence.UNDETERMINED
        return Trace(resource, presence, f"CloudFormation: {resource.status}")
    client = clients.client(probe.service, config=PERSIST)
    answer = ask(client, probe.operation, {probe.parameter: resource.physical_id})
    return Trace(resource, _presence(probe, answer), _words(answer))


def _presence(probe: _Probe, answer: Answer) -> Presence:
    if answer.code in probe.none:
        return Presence.GONE
    return Presence.PRESENT if answer.kind is Kind.ALLOWED else Presence.UNDETERMINED


def _words(answer: Answer) -> str:
    deleted: Any = answer.data.get("DeletedDate")
    if deleted:
        return f"still there until its recovery window ends, marked deleted on {deleted:%Y-%m-%d}"
    return "still there" if answer.kind is Kind.ALLOWED else str(answer)
