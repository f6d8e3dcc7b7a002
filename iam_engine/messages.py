"""The text with which AWS refuses a request, from the request and the decision on it.

Sources: IAM User Guide, troubleshoot_access-denied; Amazon S3 User Guide, troubleshoot-403-errors. Services
differ, and AWS adds to the tails over time: whoever reads such a text should rely on its first half only.
"""

from __future__ import annotations

from iam_engine.model import Decision, Effect, Layer, PrincipalKind, Request

_EXPLICITLY_DENIED_BY = {
    Layer.SERVICE_CONTROL: "a service control policy",
    Layer.RESOURCE: "a resource-based policy",
    Layer.TRUST: "the role trust policy",
    Layer.IDENTITY: "an identity-based policy",
    Layer.BOUNDARY: "a permissions boundary",
    Layer.SESSION: "a session policy",
}

# The guide gives "because no role trust policy allows …"; callers of AWS report the form without a reason.
_WITHOUT_REASON = frozenset({"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"})

_WITHOUT_RESOURCE = frozenset({"s3:listallmybuckets"})

# What a call without a resource of its own is said to be on; to decide on it there is `*`.
_LISTED_ON = {
    "dynamodb:listtables": "arn:aws:dynamodb:{region}:{account}:table/*",
    "lambda:listfunctions": "*",
    "sqs:listqueues": "arn:aws:sqs:{region}:{account}:",
    "sns:listtopics": "arn:aws:sns:{region}:{account}:*",
}

_EC2_LEAD = "You are not authorized to perform this operation. "


def access_denied_message(request: Request, decision: Decision) -> str:
    """The message of AWS's error; its code is the service's own affair.

    Raises ValueError for a decision that allows.
    """
    if decision.effect is Effect.ALLOW:
        raise ValueError("the decision allows the request")
    action = request.action.lower()
    if request.principal.kind is PrincipalKind.IDENTITY_PROVIDER:
        return f"Not authorized to perform {request.action}"
    if action.startswith("s3:") and request.principal.account != request.resource_account:
        return "Access Denied"
    lead = _EC2_LEAD if action.startswith("ec2:") else ""
    spelled = _spelled(request.action)
    text = f"{lead}User: {request.principal.arn} is not authorized to perform: {spelled}"
    resource = _resource(request)
    if resource and action not in _WITHOUT_RESOURCE:
        text += f" on resource: {resource}"
    return text + _reason(spelled, decision)


def _spelled(action: str) -> str:
    """The action as the service spells it in its messages."""
    service, _, name = action.partition(":")
    return {"sqs": action.lower(), "sns": f"SNS:{name}"}.get(service.lower(), action)


def _resource(request: Request) -> str:
    """The resource as the service shows it; empty where there is none."""
    action = request.action.lower()
    if request.resource == "*":
        region = str(request.context.get("aws:RequestedRegion", ""))
        return _LISTED_ON.get(action, "").format(region=region, account=request.resource_account)
    return f'"{request.resource}"' if action.startswith("s3:") else request.resource


def _reason(action: str, decision: Decision) -> str:
    if decision.effect is Effect.EXPLICIT_DENY:
        return f" with an explicit deny in {_EXPLICITLY_DENIED_BY[decision.layer]}"
    if action.lower() in _WITHOUT_REASON:
        return ""
    return f" because no {decision.layer.value} allows the {action} action"
