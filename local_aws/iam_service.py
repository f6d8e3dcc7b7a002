"""The IAM API over HTTP: what each call is decided against.

AWS: Service Authorization Reference, "AWS Identity and Access Management (IAM)": resources are ARNs with their paths,
the list operations have one as well, `iam:PolicyARN` and other keys of IAM's own are in the context, and some calls
need a second permission. Stock MiniStack leaves out paths and those keys, and takes `*` for most list operations.
Hook: `iam_actions.extract_resource_arn` and `request_tag_context` for the first question that a call raises,
`services.iam.handle_request` for the others; iam_requests.py knows the questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from iam_engine.messages import access_denied_message
from local_aws import authorization, own_user, request_context, upstream
from local_aws.callers import Caller
from local_aws.iam_api import IamError, error_response, parameter
from local_aws.iam_requests import Question, questions
from local_aws.resource_policies import ResourceSide

# The resource of an operation that lists: its kind, with the path that the list is limited to.
_LISTED = {
    "ListGroups": "group",
    "ListInstanceProfiles": "instance-profile",
    "ListPolicies": "policy",
    "ListRoles": "role",
    "ListUsers": "user",
    "ListVirtualMFADevices": "mfa",
}

Parameters = Mapping[str, Any]


def install() -> None:
    """Let IAM's calls be decided against these."""
    actions = upstream.module("core.iam_actions")
    resource_of, tag_context = actions.extract_resource_arn, actions.request_tag_context
    ministack = upstream.module("services.iam").handle_request

    def extract_resource_arn(service: str, *request: Any) -> str:
        if service != "iam":
            return str(resource_of(service, *request))
        parameters, account = request[4], request[6]
        action = parameter(parameters, "Action")
        return _questions(action, parameters, account)[0].resource

    def request_tag_context(service: str, iam_action: str, body: bytes, parameters: Parameters) -> Any:
        if service != "iam":
            return tag_context(service, iam_action, body, parameters)
        return _questions(iam_action.partition(":")[2], parameters, _account())[0].context

    async def handle_request(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Sequence[str]]
    ) -> Any:
        parameters = {**query, **parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)}
        try:
            _check(parameters, headers, query)
        except IamError as error:
            return error_response(error)
        return await ministack(method, path, headers, body, query)

    upstream.replace("core.iam_actions", "extract_resource_arn", extract_resource_arn)
    upstream.replace("core.iam_actions", "request_tag_context", request_tag_context)
    upstream.replace("services.iam", "handle_request", handle_request)


def _check(parameters: Parameters, headers: Mapping[str, str], query: Mapping[str, Sequence[str]]) -> None:
    """Raise IamError for a call that IAM does not carry out."""
    action = parameter(parameters, "Action")
    if "json" in headers.get("content-type", "") or headers.get("x-amz-target"):
        raise IamError("InvalidAction", "IAM speaks the Query protocol only.")
    if action in own_user.OPERATIONS and "UserName" not in parameters:
        raise IamError("ValidationError", "Must specify userName when calling with non-User credentials")
    caller = authorization.identify(upstream.module("core.router").extract_access_key_id(headers, query))
    if not isinstance(caller, Caller):
        raise IamError(caller.code, caller.message)
    for question in _questions(action, parameters, caller.principal.account)[1:]:
        _ask(caller, question)


def _ask(caller: Caller, question: Question) -> None:
    account = caller.principal.account
    context = {
        **request_context.common_keys(authorization.request_region()),
        **request_context.service_keys(question.context),
        "aws:ResourceAccount": account,
    }
    decided = authorization.ask(caller, question.action, question.resource, ResourceSide(account), context)
    if not decided.decision.allowed:
        raise IamError("AccessDenied", access_denied_message(decided.request, decided.decision))


def _questions(action: str, parameters: Parameters, account: str) -> list[Question]:
    first, *others = questions(action, parameters, account)
    if action in _LISTED and first.resource == "*":
        path = parameter(parameters, "PathPrefix") or "/"
        first = Question(first.action, f"arn:aws:iam::{account}:{_LISTED[action]}{path}", first.context)
    return [first, *others]


def _account() -> str:
    account: str = upstream.module("core.responses").get_account_id()
    return account
