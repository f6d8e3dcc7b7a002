"""A request that was decided is not decided again by the service that carries it out.

AWS decides a request once. Stock MiniStack's S3, SQS and SNS look at the resource's policy a second time, by their own
evaluator: S3 for buckets of other accounts, as if the account's root user asked, so that a policy which names a role or
a user matches nobody. All three take plain HTTP on loopback for an insecure transport, where it stands in for
AWS's TLS endpoints: what `aws:SecureTransport` false denies would be denied to everyone.
Hooks: `services.s3._foreign_bucket_allows`, `iam_evaluator.resource_policy_allows` and `pin_request_origin`.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from local_aws import upstream

_BUCKET = "arn:aws:s3:::"

# The ARNs of what this request may reach.
_allowed: ContextVar[frozenset[str]] = ContextVar("allowed resources", default=frozenset())


def allow(arn: str) -> None:
    """The request that is being served may reach this resource. For a bucket's objects that is the bucket."""
    whole = _BUCKET + arn.removeprefix(_BUCKET).partition("/")[0] if arn.startswith(_BUCKET) else arn
    _allowed.set(_allowed.get() | {whole})


def install() -> None:
    """Let the decisions stand."""
    evaluator = upstream.module("core.iam_evaluator")
    evaluate, pin = evaluator.resource_policy_allows, evaluator.pin_request_origin

    def resource_policy_allows(policy: Any, context: Any, same_account: bool) -> bool:
        return context.resource_arn in _allowed.get() or bool(evaluate(policy, context, same_account))

    def pin_request_origin(source_ip: str, _secure_transport: bool) -> None:
        pin(source_ip, True)

    upstream.replace("core.iam_evaluator", "resource_policy_allows", resource_policy_allows)
    upstream.replace("core.iam_evaluator", "pin_request_origin", pin_request_origin)
    upstream.replace("services.s3", "_foreign_bucket_allows", _foreign_bucket_allows)


def _foreign_bucket_allows(_owner: str, bucket_name: str, *_request: Any, **_more: Any) -> bool:
    return _BUCKET + bucket_name in _allowed.get()
