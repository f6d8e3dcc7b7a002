"""Every decision is `iam_engine`'s.

AWS: IAM User Guide, reference_policies_evaluation-logic. Stock MiniStack decides by an evaluator of its own, which
among others knows no policy variables, lets `ArnLike *` cross `:`, and decides on buckets of other accounts
elsewhere, by the caller's account alone.
Hooks: `iam_evaluator.enforce` and `check_credentials`. MiniStack still checks the signature and works out action,
resource and the service's condition keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iam_engine import Principal, PrincipalKind, decide
from local_aws import (
    callers,
    key_usage,
    missing_objects,
    refusals,
    request_context,
    resource_policies,
    settled_decisions,
    token_limits,
    upstream,
)
from local_aws.callers import Caller, ContextValue
from local_aws.decision_record import DecisionRecord, RecordedDecision
from local_aws.resource_policies import ResourceSide

# One for the process, as MiniStack's own state is.
DECISIONS = DecisionRecord()

# Decided elsewhere: by role_sessions.py and token_calls.py, which know the rest of the request.
_TOKEN_CALLS = frozenset({"sts:AssumeRole", "sts:GetSessionToken", "sts:GetFederationToken"})
# AWS STS API Reference, GetCallerIdentity: no permissions are required, and a Deny changes nothing.
_NEVER_DENIED = frozenset({"sts:GetCallerIdentity"})
# IAM's service authorization reference gives ListAllMyBuckets no resource type; AWS matches it with `arn:aws:s3:::*`.
_RESOURCE_OF = {"s3:ListAllMyBuckets": "arn:aws:s3:::*"}
_ANONYMOUS_ACTIONS = frozenset({"execute-api:Invoke", "lambda:InvokeFunctionUrl"})

_ANONYMOUS = Caller(Principal(PrincipalKind.ANONYMOUS, "anonymous", ""), callers.Credentials.LONG_TERM, "")


def ask(
    caller: Caller,
    action: str,
    resource: str,
    side: ResourceSide,
    context: Mapping[str, ContextValue],
) -> RecordedDecision:
    """Decide, and put the decision on record.

    `resource` is an ARN or `*`; `side` says who owns it and what its policy is; `context` holds the request's
    condition keys, without the caller's own (see request_context.common_keys).
    """
    request = callers.request_of(caller, action, resource, side.account, context)
    policies = callers.policies_of(caller, side.policy, resource_must_allow=side.must_allow)
    return DECISIONS.add(request, decide(request, policies))


def identify(access_key_id: str, checked: Any = None) -> Any:
    """The Caller that the key belongs to, or MiniStack's AuthError. `checked`: its credential, where resolved."""
    evaluator = upstream.module("core.iam_evaluator")
    account = upstream.module("core.responses").get_account_id()
    credential = checked or evaluator.resolve_credential(access_key_id, account)
    if isinstance(credential, evaluator.CredentialResolutionError):
        return evaluator.AuthError(credential.code, credential.message)
    caller = callers.identify(credential)
    if caller is None:
        return evaluator.AuthError("InvalidClientTokenId", "The security token included in the request is invalid.")
    return caller


def install() -> None:
    """Take over the decision."""
    upstream.replace("core.iam_evaluator", "enforce", enforce)
    upstream.replace("core.iam_evaluator", "check_credentials", check_credentials)


def enforce(
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: Mapping[str, Any] | None = None,
) -> Any:
    """None where the request may go on, else MiniStack's AuthError or a refusal."""
    caller = _authenticate(access_key_id, iam_action, service, resource_arn)
    if caller is None or not isinstance(caller, Caller):
        return caller
    if not caller.is_temporary:
        key_usage.note(access_key_id, service, region)
    if iam_action in _NEVER_DENIED:
        return None
    limit = token_limits.refusal(caller, iam_action)
    if limit or iam_action in _TOKEN_CALLS:
        return limit
    return _decide(caller, iam_action, service, region, resource_arn, service_context)


def check_credentials(access_key_id: str, service: str | None = None) -> Any:
    """For what has no action that MiniStack knows: allowed to those alone who may call every action of the service.

    (Stock lets every caller with a right signature go on.) Of S3 only requests come here that it refuses itself, or
    that it decides on afterwards.
    """
    evaluator = upstream.module("core.iam_evaluator")
    name = service or ""
    namespace = upstream.module("core.iam_actions").SERVICE_TO_IAM_NAMESPACE.get(name, name)
    action = f"{namespace}:UnknownOperation"
    caller = _authenticate(access_key_id, action, name, "*")
    if not isinstance(caller, Caller):
        return caller
    if name == "s3":
        return None
    refused = _decide(caller, action, name, request_region(), "*", None)
    return evaluator.AuthError("AccessDenied", refused.principal_arn.message) if refused else None


def request_region() -> str:
    """The region of the request that is being served."""
    region: str = upstream.module("core.responses").get_region()
    return region


def _decide(
    caller: Caller,
    action: str,
    service: str,
    region: str,
    resource_arn: str,
    service_context: Mapping[str, Any] | None,
) -> Any:
    context = {**request_context.common_keys(region), **request_context.service_keys(service_context)}
    resource = _RESOURCE_OF.get(action, resource_arn)
    side = resource_policies.find(service, action, resource, caller.principal.account, context)
    if caller.reads_resource_tags or side.reads_resource_tags:
        context = {**request_context.resource_tag_keys(resource), **context}
    context["aws:ResourceAccount"] = side.account
    decided = ask(caller, action, resource, side, context)
    if not decided.decision.allowed:
        return refusals.refusal(decided)
    settled_decisions.allow(resource)
    missing_objects.note(action, resource, lambda bucket: ask(caller, missing_objects.ACTION, bucket, side, context))
    return None


def _authenticate(access_key_id: str, action: str, service: str, resource_arn: str) -> Any:
    """The Caller; None for a request that AWS serves to anyone; or MiniStack's AuthError."""
    evaluator = upstream.module("core.iam_evaluator")
    pinned = evaluator._signed_request.get()
    failure = evaluator._s3_scope_failure(service)
    if failure:
        return failure
    if evaluator._anonymous.get() and not access_key_id:
        return _anonymous(action, service, resource_arn)
    account = upstream.module("core.responses").get_account_id()
    checked = evaluator.authenticate(access_key_id, account)
    if isinstance(checked, evaluator.AuthError):
        return checked
    if not checked and not _signature_checked(access_key_id, service, pinned):
        return evaluator.AuthError("MissingAuthenticationToken", "Request is missing Authentication Token")
    return identify(access_key_id, checked)


def _signature_checked(access_key_id: str, service: str, pinned: Any) -> bool:
    """Whether this key's signature was checked before, or will be by S3, which checks presigned URLs and forms."""
    evaluator = upstream.module("core.iam_evaluator")
    if evaluator._verified_key.get() == access_key_id:
        return True
    presigned = pinned is not None and pinned.s3_scoped and pinned.access_key_id == access_key_id
    form = pinned is None and evaluator._anonymous.get()
    return service == "s3" and (presigned or form)


def _anonymous(action: str, service: str, resource_arn: str) -> Any:
    evaluator = upstream.module("core.iam_evaluator")
    if evaluator._served_unsigned(service, action) or action in _ANONYMOUS_ACTIONS:
        return None
    if service == "s3" and resource_arn.startswith("arn:aws:s3:::"):
        # S3 answers for a bucket that does not exist before it asks who calls.
        return _ANONYMOUS if resource_policies.bucket_owner(resource_arn) else None
    message = upstream.module("core.iam_actions").anonymous_denial_message(service, action, resource_arn)
    return evaluator.AuthError("MissingAuthenticationToken", message)
