"""CloudFormation acts as whoever asked for the stack operation.

AWS: without a service role CloudFormation makes its calls with the permissions of the caller of
CreateStack, UpdateStack, ExecuteChangeSet or DeleteStack (CloudFormation User Guide, "Control CloudFormation access
with IAM"); such a request has `aws:ViaAWSService` and `aws:CalledVia` (IAM User Guide, "AWS global condition context
keys"). Stock MiniStack writes into its services' stores whatever the caller may do.
Hook: the CloudFormation service's entry keeps the request's access key in a context variable, which the tasks
that a stack operation starts inherit; `authorize` asks MiniStack's `enforce` about that key.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from local_aws import authorization, upstream

_ACCESS_KEY: ContextVar[str] = ContextVar("access key of a stack operation's caller", default="")
_VIA_CLOUDFORMATION = {
    "aws:ViaAWSService": "true",
    "aws:CalledVia": ["cloudformation.amazonaws.com"],
    "aws:CalledViaFirst": "cloudformation.amazonaws.com",
    "aws:CalledViaLast": "cloudformation.amazonaws.com",
}


class NotAuthorizedError(Exception):
    """The stack operation's caller may not do what CloudFormation would have to do; the text is IAM's message."""


def caller() -> Any:
    """The Caller whom CloudFormation acts for in this task; MiniStack's AuthError where its key is no longer good."""
    return authorization.identify(_ACCESS_KEY.get())


def install() -> None:
    """Keep the caller of every CloudFormation request."""
    handlers = upstream.module("app").SERVICE_HANDLERS
    stock = handlers["cloudformation"]
    extract_access_key_id = upstream.module("core.router").extract_access_key_id

    async def remembering(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        token = _ACCESS_KEY.set(extract_access_key_id(headers, query_params))
        try:
            return await stock(method, path, headers, body, query_params)
        finally:
            _ACCESS_KEY.reset(token)

    handlers["cloudformation"] = remembering


def acting() -> bool:
    """Whether CloudFormation acts now, for whoever asked for the stack operation."""
    return bool(_ACCESS_KEY.get())


def authorize(action: str, resource: str, context: Mapping[str, Any] | None = None) -> None:
    """Raise NotAuthorizedError unless the stack operation's caller may do this.

    `action` as in policies (`iam:CreateUser`), `resource` an ARN or `*`, `context` the request's condition keys.
    """
    evaluator = upstream.module("core.iam_evaluator")
    region = upstream.module("core.responses").get_region()
    service = action.partition(":")[0]
    denied = evaluator.enforce(
        _ACCESS_KEY.get(),
        action,
        service,
        region,
        resource_arn=resource,
        service_context={**_VIA_CLOUDFORMATION, **(context or {})},
    )
    if denied is None:
        return
    message = getattr(denied, "message", "")
    if not message:
        message = upstream.module("core.iam_actions").identity_denial_message(
            action, denied.principal_arn, resource, denied.decision == "Deny"
        )
    raise NotAuthorizedError(message)
