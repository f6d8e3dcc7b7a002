"""From a request and its answer to the events of the accounts that it concerns.

AWS: CloudTrail User Guide, "CloudTrail record contents"; IAM User Guide, "Logging IAM and AWS STS API calls with AWS
CloudTrail": authenticated requests are logged; a role assumed across accounts is an event in both, a refusal only
in the caller's.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws import authorization, upstream
from local_aws.callers import Caller
from local_aws.cloudtrail import answers, identity, operations, parameters, resources, shapes
from local_aws.cloudtrail.history import Event
from local_aws.cloudtrail.operations import Operation
from local_aws.routing import Headers, Query, service_of

_VERSION = "1.11"
# CloudTrail User Guide, "CloudTrail record contents": what is longer is left out, or cut.
_LONGEST_PART = 100_000
_LONGEST_TEXT = 1_000
# CloudTrail User Guide, "Global service events": where these services' events are.
_GLOBAL_SERVICES = {"iam": "us-east-1", "cloudfront": "us-east-1", "route53": "us-east-1"}
_REQUEST_ID = re.compile(rb"<[Rr]equestI[dD]>([\w-]+)</")


@dataclass(frozen=True, slots=True)
class Call:
    """A management call that was begun: what is known of it before it is answered.

    `identity` is the event's userIdentity; `address` and `agent` are where the call comes from: an IP address and
    a program, or twice the name of the AWS service that makes it for the caller.
    """

    at: float
    operation: Operation
    caller: Caller
    identity: Mapping[str, Any]
    region: str
    address: str
    agent: str
    parameters: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call was answered."""

    request_id: str
    elements: Mapping[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None

    @classmethod
    def of(cls, operation: Operation, response: Any, request_id: str) -> Answer:
        """Read the response (status, headers, body) of a call; `request_id` where it names none itself."""
        status, headers, body = response
        content = body if isinstance(body, bytes) else b""
        # In XML alone: what somebody has put into JSON may look the same.
        named = _REQUEST_ID.search(content) if content.startswith(b"<") else None
        request_id = named[1].decode() if named else request_id
        if status >= 400:
            code, message = _error(operation, status, answers.parsed(operation.model, status, headers, content))
            return cls(request_id, None, code, message)
        if operation.read_only and not operation.gives_credentials:
            return cls(request_id)
        shape = operation.model.output_shape
        elements = shapes.shown(shape, answers.parsed(operation.model, status, headers, content)) if shape else None
        return cls(request_id, elements or None)


def begin(method: str, path: str, headers: Headers, body: bytes, query: Query) -> Call | None:
    """What there is to record of a request before it is carried out; None for one that CloudTrail does not log."""
    form = upstream.module("app")._routing_params(method, path, headers, body, query)
    service = service_of(method, path, headers, body, query)
    operation = operations.find(service, method, path, headers, query, form)
    if operation is None:
        return None
    caller = authorization.identify(upstream.module("core.router").extract_access_key_id(headers, query))
    if not isinstance(caller, Caller):
        return None
    return Call(
        at=time.time(),
        operation=operation,
        caller=caller,
        identity=identity.user_identity(caller),
        region=_region(operation),
        address=upstream.module("core.responses").get_request_client_ip(),
        agent=headers.get("user-agent", ""),
        parameters=parameters.of_request(operation, headers, body, query, form),
    )


def begin_for(service: str, caller: Caller, operation: Operation, form: shapes.Parameters) -> Call:
    """The same for a call in the Query protocol that an AWS service (its DNS name) makes for a caller."""
    return Call(
        at=time.time(),
        operation=operation,
        caller=caller,
        identity={**identity.user_identity(caller), "invokedBy": service},
        region=_region(operation),
        address=service,
        agent=service,
        parameters=parameters.of_request(operation, {}, b"", {}, {**form, "Action": [operation.event_name]}),
    )


def _region(operation: Operation) -> str:
    return _GLOBAL_SERVICES.get(operation.service) or authorization.request_region()


def is_authenticated(call: Call) -> bool:
    """Whether the signature of the request that was just served has been found right."""
    verified: str = upstream.module("core.iam_evaluator")._verified_key.get()
    return verified == call.caller.access_key_id


def events(call: Call, answer: Answer) -> list[Event]:
    """The call's event in the caller's account and, for a role assumed in another account, the one there."""
    own = call.caller.principal.account
    role = _assumed_role(call)
    other = role.split(":")[4] if role and answer.error_code is None else own
    if other == own:
        return [_event(call, answer, own, call.identity, None)]
    shared = str(uuid.uuid4())
    return [
        _event(call, answer, own, call.identity, shared),
        _event(call, answer, other, identity.in_other_account(call.caller), shared),
    ]


def _event(call: Call, answer: Answer, account: str, who: Mapping[str, Any], shared: str | None) -> Event:
    operation, event_id = call.operation, str(uuid.uuid4())
    source = f"{operation.service}.amazonaws.com"
    role = _assumed_role(call)
    record = {
        "eventVersion": _VERSION,
        "userIdentity": who,
        "eventTime": datetime.fromtimestamp(call.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": operation.event_name,
        "awsRegion": call.region,
        "sourceIPAddress": call.address,
        "userAgent": call.agent[:_LONGEST_TEXT],
        **_optional(errorCode=answer.error_code, errorMessage=(answer.error_message or "")[:_LONGEST_TEXT] or None),
        "requestParameters": _if_not_too_long(call.parameters),
        "responseElements": _if_not_too_long(answer.elements),
        "requestID": answer.request_id,
        "eventID": event_id,
        "readOnly": operation.read_only,
        **_optional(
            resources=[{"accountId": role.split(":")[4], "type": "AWS::IAM::Role", "ARN": role}] if role else None
        ),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        **_optional(sharedEventID=shared),
        "eventCategory": "Management",
    }
    is_own = account == call.caller.principal.account
    return Event(
        account=account,
        region=call.region,
        time=int(call.at),
        event_id=event_id,
        name=operation.event_name,
        source=source,
        user_name=identity.user_name(call.caller) if is_own else None,
        access_key_id=call.caller.access_key_id if is_own else None,
        read_only=operation.read_only,
        resources=resources.referred_to(operation.service, record["requestParameters"], record["responseElements"]),
        text=json.dumps(record),
    )


def _assumed_role(call: Call) -> str | None:
    """The ARN of the role that a call of AssumeRole names, if it is one."""
    arn = str((call.parameters or {}).get("roleArn", "")) if call.operation.model.name == "AssumeRole" else ""
    return arn if arn.count(":") == 5 else None


def _optional(**parts: Any) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value is not None}


def _if_not_too_long(part: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return part if part and len(json.dumps(part)) <= _LONGEST_PART else None


def _error(operation: Operation, status: int, parsed: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message as CloudTrail shows them: by the name of the exception, EC2's with whose fault it was."""
    error = parsed.get("Error", {})
    code, message = str(error.get("Code", "") or status), str(error.get("Message", ""))
    if operation.service == "ec2":
        return f"{'Client' if status < 500 else 'Server'}.{code}", message
    for shape in operation.model.error_shapes:
        if shape.metadata.get("error", {}).get("code") == code:
            return shape.name, message
    return code, message
