"""CloudTrail's event history: every management call, refused ones too.

AWS: CloudTrail User Guide, "Working with CloudTrail event history" and "CloudTrail record contents": it is on in
every account, and shows who made which call of the control plane, from where, with which parameters and what
result; calls on data (S3's objects, Lambda's invocations) are not in it. Stock MiniStack records nothing unless told
to; then it leaves out refused calls, names calls of the Query protocol `POST.iam`, and takes the access key for the
user's name.
Hooks: `app._dispatch_service_request`, as the first that a request meets, and `cloudtrail._DISPATCH`, where
LookupEvents is. What CloudFormation calls for a stack is told by cloudformation_iam/api.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from local_aws import upstream
from local_aws.callers import Caller
from local_aws.cloudtrail import lookup, operations, recorder
from local_aws.cloudtrail.history import EventHistory
from local_aws.routing import Headers, Query

# One for the process, as MiniStack's own state is.
HISTORY = EventHistory()


def install() -> None:
    """Record what is called, and answer LookupEvents from that."""
    dispatch = upstream.module("app")._dispatch_service_request

    async def _dispatch_service_request(
        method: str,
        path: str,
        headers: Headers,
        body: bytes,
        query: Query,
        request_id: str,
    ) -> Any:
        call = recorder.begin(method, path, headers, body, query)
        response = await dispatch(method, path, headers, body, query, request_id)
        if call is not None and recorder.is_authenticated(call):
            HISTORY.add(recorder.events(call, recorder.Answer.of(call.operation, response, request_id)))
        return response

    upstream.replace("app", "_dispatch_service_request", _dispatch_service_request)
    upstream.module("services.cloudtrail")._DISPATCH["LookupEvents"] = lookup.answerer(HISTORY)


def record_iam_call(
    service: str, caller: Any, action: str, given: Mapping[str, str], answer: bytes, status: int
) -> None:
    """Record a call of the IAM API that an AWS service (its DNS name) has made with a caller's permissions.

    `caller` may be what `authorization.identify` gives for credentials that are no longer good: nothing is recorded.
    `answer` is IAM's, in XML.
    """
    if isinstance(caller, Caller):
        operation = operations.named("iam", action)
        call = recorder.begin_for(service, caller, operation, {name: [value] for name, value in given.items()})
        HISTORY.add(recorder.events(call, recorder.Answer.of(operation, (status, {}, answer), str(uuid.uuid4()))))
