"""Which operation of which service a request calls, found in botocore's models of the services."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws import upstream
from local_aws.routing import Headers, Query

# CloudTrail User Guide, "Logging data events", and each service's own page on CloudTrail: what is not in the event
# history. Of S3 that is every call on an object as well.
_DATA_EVENTS: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset(
        [
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
        ]
    ),
    "events": frozenset({"PutEvents"}),
    "kinesis": frozenset(["GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "SubscribeToShard"]),
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
    "logs": frozenset({"PutLogEvents"}),
    "monitoring": frozenset({"PutMetricData"}),
    "s3": frozenset(
        [
            "CreateSession",
            "DeleteObjects",
            "HeadBucket",
            "ListMultipartUploads",
            "ListObjectVersions",
            "ListObjects",
            "ListObjectsV2",
            "WriteGetObjectResponse",
        ]
    ),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset(
        [
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "DeleteMessage",
            "DeleteMessageBatch",
            "ReceiveMessage",
            "SendMessage",
            "SendMessageBatch",
        ]
    ),
}
# Amazon S3 User Guide, "Amazon S3 CloudTrail events": names that are not those of the operations.
_S3_NAMES = {
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
# AWS Lambda Developer Guide, "Logging AWS Lambda API calls": a name may have the API's date, and a version.
_LAMBDA_SECOND_VERSIONS = frozenset(
    [
        "AddPermission",
        "GetFunction",
        "GetFunctionConfiguration",
        "GetPolicy",
        "RemovePermission",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    ]
)
_READS = re.compile(r"(?:Get|List|Describe|Head|Lookup|BatchGet|Simulate|Search|Validate|Estimate|Decode|Assume)[A-Z]")


@dataclass(frozen=True, slots=True)
class Operation:
    """A management operation that was called. `labels`: what its address names, by the labels of the model."""

    model: Any
    labels: Mapping[str, str]

    @property
    def service(self) -> str:
        """The service as in the names of its endpoints and of its events' source."""
        prefix: str = self.model.service_model.endpoint_prefix
        return prefix

    @property
    def event_name(self) -> str:
        """The name of its events."""
        name: str = self.model.name
        if self.service == "s3":
            return _S3_NAMES.get(name, name)
        if self.service == "lambda":
            date = "".join(self.model.http["requestUri"].split("/")[1].split("-"))
            return f"{name}{date}{'v2' if name in _LAMBDA_SECOND_VERSIONS else ''}"
        return name

    @property
    def read_only(self) -> bool:
        """Whether CloudTrail calls it one that reads: the calls for credentials are among them."""
        return bool(_READS.match(self.model.name)) or self.service == "sts"

    @property
    def gives_credentials(self) -> bool:
        """Whether its answer holds temporary credentials."""
        output = self.model.output_shape
        return self.service == "sts" and output is not None and "Credentials" in output.members


def find(
    service: str, method: str, path: str, headers: Headers, query: Query, parameters: Mapping[str, Sequence[str]]
) -> Operation | None:
    """The management operation that a request calls; None for any other request.

    `service` is MiniStack's name of it; `parameters` are those of the query and of the form in the body.
    """
    model = upstream.module("core.responses")._service_model(service)
    if model is None:
        return None
    # In REST a name in the request means nothing: there the address alone says what is called.
    by_address = model.protocol.startswith("rest-")
    called = _routed(service, method, path, query) if by_address else _named(headers, parameters)
    if called is None:
        return None
    name, labels = called
    if name not in model.operation_names or "Key" in labels or name in _DATA_EVENTS.get(model.endpoint_prefix, ()):
        return None
    return Operation(model.operation_model(name), labels)


def named(service: str, name: str) -> Operation:
    """An operation by its name."""
    return Operation(upstream.module("core.responses")._service_model(service).operation_model(name), {})


def _named(headers: Headers, parameters: Mapping[str, Sequence[str]]) -> tuple[str, Mapping[str, str]] | None:
    name = (parameters.get("Action") or [""])[0] or headers.get("x-amz-target", "").rpartition(".")[2]
    return (name, {}) if name else None


@dataclass(frozen=True, slots=True)
class _Route:
    """The address of an operation in a service that speaks REST. `needs`: what has to be in the query."""

    name: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    needs: Mapping[str, str]
    fixed_parts: int

    def labels_in(self, method: str, path: str, query: Query) -> Mapping[str, str] | None:
        """What the address names where this is its operation, else None."""
        found = self.path.fullmatch(path) if method == self.method else None
        if found is None or any(value != "" and query.get(key) != [value] for key, value in self.needs.items()):
            return None
        if any(key not in query for key in self.needs):
            return None
        return dict(zip(self.labels, found.groups(), strict=True))


def _routed(service: str, method: str, path: str, query: Query) -> tuple[str, Mapping[str, str]] | None:
    for route in _routes(service):
        labels = route.labels_in(method, path, query)
        if labels is not None:
            return route.name, labels
    return None


@functools.cache
def _routes(service: str) -> tuple[_Route, ...]:
    """The service's addresses, those that ask for most first."""
    model = upstream.module("core.responses")._service_model(service)
    found = [_route(model.operation_model(name)) for name in model.operation_names]
    return tuple(sorted(found, key=lambda route: (-len(route.needs), -route.fixed_parts)))


def _route(operation: Any) -> _Route:
    path, _, fixed_query = operation.http["requestUri"].partition("?")
    parts = re.split(r"\{([^}]+)\}", path.rstrip("/"))
    pattern = "".join(
        re.escape(part) if number % 2 == 0 else ("(.+)" if part.endswith("+") else "([^/]+)")
        for number, part in enumerate(parts)
    )
    return _Route(
        name=operation.name,
        method=operation.http["method"],
        path=re.compile(pattern + "/?"),
        labels=tuple(label.removesuffix("+") for label in parts[1::2]),
        needs=dict(_needed(fixed_query, operation.input_shape)),
        fixed_parts=sum(len(part.split("/")) for part in parts[0::2]),
    )


def _needed(fixed_query: str, shape: Any) -> Iterable[tuple[str, str]]:
    for pair in filter(None, fixed_query.split("&")):
        name, _, value = pair.partition("=")
        yield name, value
    for member in shape.required_members if shape else ():
        serialization = shape.members[member].serialization
        if serialization.get("location") == "querystring":
            yield serialization["name"], ""
