"""What a request to a service that speaks REST calls is said by its method, its path and its query alone.

AWS: the API references of Amazon S3 and AWS Lambda: an `Action` or an X-Amz-Target means nothing there, and a body is
content, whatever its type. Stock MiniStack authorizes what those name, and takes a form in the body for the query,
while the service carries out what the address says: so that `DELETE /bucket?Action=ListAllMyBuckets`
deletes the bucket for whoever may list buckets. Of two subresources of S3 (`?tagging&policy`) it authorizes one
and may carry out the other; S3 refuses such a query ("Conflicting query string parameters").
Hooks: `iam_actions.extract_iam_action`, `app._routing_params` and `_dispatch_service_request`.
"""

from __future__ import annotations

import functools
from typing import Any

from local_aws import upstream
from local_aws.routing import Headers, Query, service_of

# What names the operation in the other protocols.
_NAMING_HEADERS = frozenset({"x-amz-target", "content-type"})
_NAMING_PARAMETER = "Action"


def install() -> None:
    """Let names in such requests mean nothing."""
    app = upstream.module("app")
    action_of, routing_parameters = upstream.module("core.iam_actions").extract_iam_action, app._routing_params

    def extract_iam_action(
        service: str, method: str, path: str, headers: Headers, body: bytes, parameters: Query
    ) -> Any:
        if speaks_rest(service):
            headers = {name: value for name, value in headers.items() if name not in _NAMING_HEADERS}
            parameters = {name: values for name, values in parameters.items() if name != _NAMING_PARAMETER}
        return action_of(service, method, path, headers, body, parameters)

    def _routing_params(method: str, path: str, headers: Headers, body: bytes, query: Query) -> Query:
        merged: Query = routing_parameters(method, path, headers, body, query)
        if merged is not query and speaks_rest(app.detect_service(method, path, headers, merged)):
            return query
        return merged

    upstream.replace("core.iam_actions", "extract_iam_action", extract_iam_action)
    upstream.replace("app", "_routing_params", _routing_params)
    _refuse_conflicts()


def speaks_rest(service: str) -> bool:
    """Whether the service, by MiniStack's name of it, has operations with addresses of their own."""
    model = upstream.module("core.responses")._service_model(service)
    return model is not None and str(model.protocol).startswith("rest-")


def _refuse_conflicts() -> None:
    dispatch = upstream.module("app")._dispatch_service_request

    async def _dispatch_service_request(
        method: str,
        path: str,
        headers: Headers,
        body: bytes,
        query: Query,
        request_id: str,
    ) -> Any:
        named = _subresources() & query.keys()
        if len(named) > 1 and service_of(method, path, headers, body, query) == "s3":
            message = f"Conflicting query string parameters: {', '.join(sorted(named))}"
            return upstream.module("core.responses").error_response_xml("InvalidArgument", message, 400)
        return await dispatch(method, path, headers, body, query, request_id)

    upstream.replace("app", "_dispatch_service_request", _dispatch_service_request)


@functools.cache
def _subresources() -> frozenset[str]:
    """The words in a query that make it another operation of S3, as its authorization knows them."""
    actions = upstream.module("core.iam_actions")
    tables = (actions._S3_QUERY_ACTIONS, actions._S3_BUCKET_QUERY_ACTIONS, actions._S3_OBJECT_QUERY_ACTIONS)
    return frozenset(name for table in tables for name in table)
