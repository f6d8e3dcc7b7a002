"""Roles that are passed to an AWS service, and assumed by it.

AWS: IAM User Guide, id_roles_use_passrole ("Grant a user permissions to pass a role to an AWS service"): who sets a
service up with a role needs `iam:PassRole` on the role, and the service must be let in by the role's trust policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iam_engine import Principal, PrincipalKind
from iam_engine.messages import access_denied_message
from local_aws import authorization, cloudformation_caller, request_context, upstream
from local_aws.callers import Caller, ContextValue, Credentials
from local_aws.compiled_policies import compiled
from local_aws.resource_policies import ResourceSide


class NotPassedError(Exception):
    """The caller may not pass the role; the text is IAM's message."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that assumes a role for one of its resources: its principal (`lambda.amazonaws.com`), and the ARN."""

    principal: str
    resource: str


def require_pass_role(role_arn: str, service: str) -> None:
    """Raise NotPassedError unless who makes the request may pass this role to `service`, a service principal."""
    context = {"iam:PassedToService": service}
    if cloudformation_caller.acting():
        try:
            cloudformation_caller.authorize("iam:PassRole", role_arn, context)
        except cloudformation_caller.NotAuthorizedError as error:
            raise NotPassedError(str(error)) from error
        return
    caller = authorization.identify(upstream.module("core.iam_evaluator")._verified_key.get())
    if not isinstance(caller, Caller):
        raise NotPassedError(caller.message)
    account = caller.principal.account
    keys: dict[str, ContextValue] = {
        **request_context.common_keys(authorization.request_region()),
        **context,
        "aws:ResourceAccount": account,
    }
    decided = authorization.ask(caller, "iam:PassRole", role_arn, ResourceSide(account), keys)
    if not decided.decision.allowed:
        raise NotPassedError(access_denied_message(decided.request, decided.decision))


def assumable(role_arn: str, service: Service, session_name: str) -> Mapping[str, Any] | None:
    """The record of a role that its trust policy lets the service assume; None where there is none, or it does not."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    role: Mapping[str, Any] | None = upstream.module("services.iam")._roles.get_scoped(account, None, name)
    if role is None or role["Arn"] != role_arn:
        return None
    trust = compiled(role["AssumeRolePolicyDocument"], f"trust policy of {role_arn}")
    caller = Caller(Principal(PrincipalKind.SERVICE, service.principal, ""), Credentials.LONG_TERM, "")
    keys = request_context.common_keys(service.resource.split(":")[3])
    # The service calls from where it runs, not from where the request came.
    del keys["aws:SourceIp"]
    keys |= {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service.principal,
        "aws:SourceArn": service.resource,
        "aws:SourceAccount": service.resource.split(":")[4],
        "aws:ResourceAccount": account,
        "sts:RoleSessionName": session_name,
    }
    side = ResourceSide(account, trust, must_allow=True)
    return role if authorization.ask(caller, "sts:AssumeRole", role_arn, side, keys).decision.allowed else None
