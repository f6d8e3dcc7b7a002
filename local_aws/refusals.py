"""The text of a refusal, taken from the decision.

AWS: IAM User Guide, troubleshoot_access-denied: the message names the action, the resource, and the kind of policy
that denied or had no allow. Stock MiniStack leaves out the resource for most services and blames the
identity-based policy for whatever a boundary, a session policy or a resource's policy did.
Hook: MiniStack carries the principal's ARN from the decision to the response; `Refused` is that ARN, with the
message on it, and `access_denied_response` and `identity_denial_message` look for it.
"""

from __future__ import annotations

from typing import Any

from iam_engine import Effect
from iam_engine.messages import access_denied_message
from local_aws import upstream
from local_aws.decision_record import RecordedDecision


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
    return _result(effect, request.principal.arn, access_denied_message(request, decision))


def refusal_without_policy(arn: str, message: str) -> Any:
    """The same for a refusal that no policy decides."""
    return _result("ImplicitDeny", arn, message)


def _result(effect: str, arn: str, message: str) -> Any:
    return upstream.module("core.iam_evaluator").EvalResult(effect, principal_arn=Refused(arn, message))


def install() -> None:
    """Let the messages through."""
    actions = upstream.module("core.iam_actions")
    respond, describe = actions.access_denied_response, actions.identity_denial_message

    def access_denied_response(service: str, action: str, principal_arn: str, request_id: str, **more: Any) -> Any:
        if isinstance(principal_arn, Refused) and not more.get("error_code"):
            more |= {"message": principal_arn.message, "resource_policy_arn": ""}
        return respond(service, action, principal_arn, request_id, **more)

    def identity_denial_message(action: str, principal_arn: str, resource: str, explicit_deny: bool) -> str:
        if isinstance(principal_arn, Refused):
            return principal_arn.message
        return str(describe(action, principal_arn, resource, explicit_deny))

    upstream.replace("core.iam_actions", "access_denied_response", access_denied_response)
    upstream.replace("core.iam_actions", "identity_denial_message", identity_denial_message)
