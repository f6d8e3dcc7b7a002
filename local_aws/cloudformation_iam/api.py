"""Calls of the IAM API that CloudFormation makes for a stack: decided as the stack's caller, handled by IAM,
and recorded by CloudTrail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from local_aws import cloudformation_caller, cloudtrail, iam_api, iam_requests, upstream
from local_aws.cloudformation_caller import NotAuthorizedError, authorize
from local_aws.iam_api import IamError

_SERVICE = "cloudformation.amazonaws.com"


def call(action: str, **parameters: Any) -> ElementTree.Element:
    """Make a call of the IAM API and return its answer.

    Values are Python's: a list of dicts for `Tags`, a bool for a Boolean, None for a parameter that is not sent.
    Raises IamError, with the code AccessDenied where the stack's caller may not do this.
    """
    flat = iam_api.flatten(parameters)
    try:
        _decide(action, flat)
        answer = iam_api.invoke(action, flat)
    except IamError as error:
        status, _headers, body = iam_api.error_response(error)
        cloudtrail.record_iam_call(_SERVICE, cloudformation_caller.caller(), action, flat, body, status)
        raise
    body = ElementTree.tostring(answer)
    cloudtrail.record_iam_call(_SERVICE, cloudformation_caller.caller(), action, flat, body, 200)
    return answer


def _decide(action: str, flat: Mapping[str, str]) -> None:
    account = upstream.module("core.responses").get_account_id()
    try:
        for question in iam_requests.questions(action, flat, account):
            authorize(question.action, question.resource, question.context)
    except NotAuthorizedError as error:
        raise IamError("AccessDenied", str(error)) from error


def call_unless_gone(action: str, **parameters: Any) -> None:
    """Take something away that somebody else may have taken away before."""
    try:
        call(action, **parameters)
    except IamError as error:
        if error.code != "NoSuchEntity":
            raise
