"""The body of a request in AWS's JSON protocols is an object whose members are of the model's types.

AWS: Smithy, "AWS JSON 1.0/1.1 protocol"; whatever else the body holds is a SerializationException. Stock MiniStack
takes it as it comes and fails with a 500. Numbers and booleans are left to the services, which take them as texts, too.
Hook: `app._dispatch_service_request`.
"""

from __future__ import annotations

import functools
import json
from typing import Any

from botocore.model import OperationModel, ServiceModel, Shape

from local_aws import upstream
from local_aws.routing import Headers, Query, service_of

_TARGET = "x-amz-target"
_PYTHON_TYPES = {"structure": dict, "map": dict, "list": list, "string": str, "blob": str}
_DEEPEST = 100


class _MalformedError(Exception):
    """Why the body can't be read."""


def install() -> None:
    """Put the check before MiniStack's dispatch."""
    dispatch = upstream.module("app")._dispatch_service_request

    async def _dispatch_service_request(
        method: str, path: str, headers: Headers, body: bytes, query: Query, request_id: str
    ) -> Any:
        if headers.get(_TARGET):
            try:
                check(service_of(method, path, headers, body, query), headers[_TARGET].rpartition(".")[2], body)
            except _MalformedError as error:
                return _refusal(str(error))
        return await dispatch(method, path, headers, body, query, request_id)

    upstream.replace("app", "_dispatch_service_request", _dispatch_service_request)


def check(service: str, operation: str, body: bytes) -> None:
    """Raise an exception unless `body` can be the input of the operation; an empty one is an empty object."""
    model = _operation(service, operation)
    if model is None:
        return
    try:
        given = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise _MalformedError("Unable to parse the request") from None
    if not isinstance(given, dict):
        raise _MalformedError("Start of structure or map found where not expected.")
    _check_depth(given, 1)
    if model.input_shape is not None:
        _check_shape(model.input_shape, given)


def _operation(service: str, operation: str) -> OperationModel | None:
    """The operation's model; None for other protocols, and for what is no operation: others answer that."""
    model = _model(service)
    if model is None or model.metadata.get("protocol") != "json" or operation not in model.operation_names:
        return None
    return model.operation_model(operation)


@functools.cache
def _model(service: str) -> ServiceModel | None:
    """The SDKs' model of a service, by MiniStack's name of it; None where they have none."""
    model: ServiceModel | None = upstream.module("core.responses")._service_model(service)
    return model


def _check_depth(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise _MalformedError("Unable to parse the request: it is nested too deeply")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        _check_depth(each, depth + 1)


def _check_shape(shape: Shape, value: Any) -> None:
    expected = _PYTHON_TYPES.get(shape.type_name)
    if value is None or expected is None or getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, expected):
        raise _MalformedError(f"{type(value).__name__} can not be converted to {shape.type_name}")
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                _check_shape(member, value[name])
    elif shape.type_name == "list":
        for each in value:
            _check_shape(shape.member, each)
    elif shape.type_name == "map":
        for each in value.values():
            _check_shape(shape.value, each)


def _refusal(message: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"__type": "SerializationException", "Message": message}).encode()
    return 400, {"Content-Type": "application/x-amz-json-1.1"}, body
