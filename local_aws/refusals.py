"""The text of a refusal, taken from the decision.

AWS: IAM User Guide, troubleshoot_access-denied: the message names the action, the resource, and the kind of policy
that denied or had no allow; services that speak AWS's JSON protocol answer with status 400. Stock MiniStack leaves out
the resource for most services, blames the identity-based policy for whatever a boundary, a session policy or a
resource's policy did, and answers with 403.
Hook: MiniStack carries the principal's ARN from the decision to the response; `Refused` is that ARN, with the
message on it, and `access_denied_response` and `identity_denial_message` look for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iam_engine import Effect
from iam_engine.messages import access_denied_message
from local_aws import upstream
from local_aws.decision_record import RecordedDecision
from local_aws.encoded_messages import MESSAGES

# They keep the statuses of the Query protocol.
_QUERY_COMPATIBLE = frozenset({"sqs"})


class Refused(str):
    """The ARN of a principal that was refused, with the message that says so."""

    __slots__ = ("message",)

    message: str

    def __new__(cls, arn: str, message: str) -> Refused:
        refused = super().__new__(cls, arn)
        refused.message = message
        return refused


def refusal(refused: RecordedDecision) -> Any:
    """What MiniStack's `enforce` returns for a decision that does not allow."""
    request, decision = refused.request, refused.decision
    effect = "Deny" if decision.effect is Effect.EXPLICIT_DENY else "ImplicitDeny"
    message = access_denied_message(request, decision) + MESSAGES.encode(refused)
    return _result(effect, request.principal.arn, message)


def refusal_without_policy(arn: str, message: str) -> Any:
    """The same for a refusal that no policy decides."""
    return _result("ImplicitDeny", arn, message)


def _result(effect: str, arn: str, message: str) -> Any:
    return upstream.module("core.iam_evaluator").EvalResult(effect, principal_arn=Refused(arn, message))


def _status(service: str, status: int, request_headers: Mapping[str, str]) -> int:
    speaks_json = request_headers.get("x-amz-target") and service not in _QUERY_COMPATIBLE
    return 400 if speaks_json else status


def install() -> None:
    """Let the messages through."""
    actions = upstream.module("core.iam_actions")
    respond, describe = actions.access_denied_response, actions.identity_denial_message

    def access_denied_response(service: str, action: str, principal_arn: str, request_id: str, **more: Any) -> Any:
        if isinstance(principal_arn, Refused) and not more.get("error_code"):
            more |= {"message": principal_arn.message, "resource_policy_arn": ""}
            status, headers, body = respond(service, action, principal_arn, request_id, **more)
            return _status(service, status, more.get("headers") or {}), headers, body
        return respond(service, action, principal_arn, request_id, **more)

    def identity_denial_message(action: str, principal_arn: str, resource: str, explicit_deny: bool) -> str:
        if isinstance(principal_arn, Refused):
            return principal_arn.message
        return str(describe(action, principal_arn, resource, explicit_deny))

    upstream.replace("core.iam_actions", "access_denied_response", access_denied_response)
    upstream.replace("core.iam_actions", "identity_denial_message", identity_denial_message)
