"""The parameters of a request, as the event of its call shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local_aws.cloudtrail import shapes
from local_aws.cloudtrail.operations import Operation
from local_aws.routing import Headers, Query


def of_request(
    operation: Operation, headers: Headers, body: bytes, query: Query, parameters: shapes.Parameters
) -> dict[str, Any] | None:
    """`requestParameters`; None where there are none. `parameters` are those of the query and of a form."""
    if operation.service == "s3":
        return _of_s3(operation, headers, body, query)
    shape = operation.model.input_shape
    if shape is None:
        return None
    protocol = operation.model.service_model.protocol
    if "Action" in parameters:
        value = shapes.from_query(shape, parameters, ec2=protocol == "ec2")
    else:
        value = {**_json(body), **_in_address(shape, operation.labels, query)}
    return shapes.shown(shape, value) or None


def _in_address(shape: Any, labels: Mapping[str, str], query: Query) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        location, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri" and wire in labels:
            found[name] = labels[wire]
        elif location == "querystring" and wire in query and member.type_name != "map":
            found[name] = list(query[wire]) if member.type_name == "list" else query[wire][0]
    return found


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _of_s3(operation: Operation, headers: Headers, body: bytes, query: Query) -> dict[str, Any]:
    """Amazon S3 User Guide, "Example log file entries": bucket, host, and the query's words as they are."""
    _, _, fixed_query = operation.model.http["requestUri"].partition("?")
    found: dict[str, Any] = {pair.partition("=")[0]: pair.partition("=")[2] for pair in fixed_query.split("&") if pair}
    shape = operation.model.input_shape
    for name, value in _in_address(shape, operation.labels, query).items() if shape else ():
        found["bucketName" if name == "Bucket" else shape.members[name].serialization.get("name", name)] = value
    found["Host"] = headers.get("host", "")
    if operation.model.name == "PutBucketPolicy":
        found["bucketPolicy"] = _json(body)
    return found
