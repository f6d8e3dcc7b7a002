"""Makes a check's question into a case: reads all that has a say, and works out the request's condition keys.

Source: IAM User Guide, reference_policies_condition-keys; Service Authorization Reference, "Condition keys for Amazon
S3"; AWS STS API Reference, AssumeRole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labkit.checks.calls import Call
from labkit.checks.values import Account, Facts, resolve
from labkit.explanation.askers import MFA_AGE, Asker, asker, request_tags
from labkit.explanation.case import Case, ContextValue
from labkit.explanation.reading import Reader
from labkit.explanation.resources import ResourceSide, resource_side
from labkit.scene import Heard, LiveScene

# IAM is a global service: its requests are of one region, whatever the caller's.
_REGION_OF_IAM = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

_KEY_OF_PARAMETER: Mapping[tuple[str, str], str] = {
    ("s3", "Prefix"): "s3:prefix",
    ("s3", "Delimiter"): "s3:delimiter",
    ("s3", "MaxKeys"): "s3:max-keys",
    ("s3", "VersionId"): "s3:VersionId",
    ("iam", "PolicyArn"): "iam:PolicyARN",
    ("iam", "PermissionsBoundary"): "iam:PermissionsBoundary",
    ("sts", "RoleSessionName"): "sts:RoleSessionName",
    ("sts", "ExternalId"): "sts:ExternalId",
    ("sts", "SourceIdentity"): "sts:SourceIdentity",
}

# What only AWS sees of a request; a policy that asks for it can't be judged from here.
SEEN_BY_AWS_ALONE = frozenset(
    {
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpcsourceip",
        "aws:useragent",
        "aws:referer",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:resourceorgid",
    }
)


def build_case(heard: Heard, scene: LiveScene, reader: Reader) -> tuple[Case, ResourceSide]:
    """The case of a call as it was made. Raises `UnreadableError`."""
    facts: Facts = scene.facts
    parameters: Mapping[str, Any] = resolve(heard.call.parameters, facts)
    who = asker(heard.who, scene, reader)
    side = _side(heard.call, parameters, facts, who, reader)
    context = {
        **_common(heard.call, facts.account, str(reader.clients.region)),
        **_of_call(heard.call, parameters, who),
        **side.keys,
        "aws:ResourceAccount": side.account,
        **who.keys,
    }
    case = Case(
        asker=who.label,
        home=who.home,
        principal=who.principal,
        action=heard.call.iam_action,
        resource=side.arn,
        resource_account=side.account,
        context=context,
        identity=who.identity,
        on_resource=side.policy,
        resource_is_trust=side.is_trust,
        boundary=who.boundary,
        session=who.session,
    )
    return case, side


def _side(call: Call, parameters: Mapping[str, Any], facts: Facts, who: Asker, reader: Reader) -> ResourceSide:
    """The resource of the call. A lab's buckets are in its own account; what names no account is in the asker's."""
    named = str(resolve(call.resource, facts))
    account = facts.account if "Bucket" in parameters else Account(who.principal.account, facts.account.partition)
    side = resource_side(call, parameters, account, reader)
    return ResourceSide(named, side.account, side.policy, side.is_trust, side.keys) if named else side


def _common(call: Call, account: Account, region: str) -> dict[str, ContextValue]:
    now = datetime.now(UTC)
    return {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": _REGION_OF_IAM.get(account.partition, region) if call.service == "iam" else region,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
    }


def _of_call(call: Call, parameters: Mapping[str, Any], who: Asker) -> dict[str, ContextValue]:
    keys: dict[str, ContextValue] = {
        key: str(parameters[name])
        for (service, name), key in _KEY_OF_PARAMETER.items()
        if service == call.service and parameters.get(name) is not None
    }
    keys.update(_tag_keys(call, parameters, who))
    if call.service == "sts" and call.operation == "AssumeRole":
        transitive = (*who.transitive, *(parameters.get("TransitiveTagKeys") or ()))
        if transitive:
            keys["sts:TransitiveTagKeys"] = transitive
        if source := who.keys.get("aws:SourceIdentity"):
            keys.setdefault("sts:SourceIdentity", source)
        if parameters.get("TokenCode"):
            keys |= {"aws:MultiFactorAuthPresent": "true", MFA_AGE: "0"}
    return keys


def _tag_keys(call: Call, parameters: Mapping[str, Any], who: Asker) -> dict[str, ContextValue]:
    """The tags that a request passes; AssumeRole passes on those that are inherited as well."""
    given = parameters.get("Tags")
    tags = request_tags(parameters) if isinstance(given, list) else {}
    if call.operation == "AssumeRole":
        tags = {**who.transitive, **tags}
    names = tuple(tags) or tuple(parameters.get("TagKeys") or ())
    keys: dict[str, ContextValue] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return {**keys, "aws:TagKeys": names} if names else keys
