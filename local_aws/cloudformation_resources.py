"""What handlers of CloudFormation's resource types share: permissions, generated names, reasons of failures."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from local_aws import upstream
from local_aws.cloudformation_caller import NotAuthorizedError, authorize

Properties = Mapping[str, Any]
Made = tuple[str, Mapping[str, str]]


class ResourceError(ValueError):
    """A resource that could not be made, changed or deleted; the text is the reason in the stack's events."""


def failure(service: str, status: int, message: str, handler_error_code: str) -> ResourceError:
    """The failure of a call to a service (`Iam`, `S3`), worded as CloudFormation words it.

    `handler_error_code` is one of CloudFormation's own (CloudFormation CLI User Guide, "Handler error codes").
    """
    return ResourceError(
        f'Resource handler returned message: "{message} (Service: {service}, Status Code: {status}, '
        f'Request ID: {uuid.uuid4()}) (SDK Attempt Count: 1)" (RequestToken: {uuid.uuid4()}, '
        f"HandlerErrorCode: {handler_error_code})"
    )


def require(service: str, *actions: str, resource: str, context: Mapping[str, Any] | None = None) -> None:
    """Raise ResourceError unless the stack operation's caller may take all these actions on the resource."""
    for action in actions:
        try:
            authorize(action, resource, context)
        except NotAuthorizedError as error:
            raise failure(service, 403, str(error), "AccessDenied") from error


def answer(service: str, response: tuple[int, Any, bytes | str]) -> Any:
    """The body of a service's JSON answer (None where there is none); raises ResourceError for an error."""
    status, _headers, body = response
    text = body.decode() if isinstance(body, bytes) else body
    if status < 400:
        return json.loads(text) if text.startswith("{") else None
    if text.startswith("{"):
        content = json.loads(text)
        code, message = content.get("__type", ""), content.get("message") or content.get("Message") or ""
    else:
        code, message = _element("Code", text), _element("Message", text)
    handler_error_code = "AlreadyExists" if "Exist" in code else "InvalidRequest"
    raise failure(service, status, message, handler_error_code)


def own_tags(properties: Properties) -> dict[str, str]:
    """The resource's tags without CloudFormation's (`aws:cloudformation:…`), which take no permission to tag."""
    tags = {tag["Key"]: str(tag.get("Value", "")) for tag in properties.get("Tags") or ()}
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def generated_name(stack: str, logical_id: str, length: int, *, lowercase: bool = False) -> str:
    """STACK-LOGICALID-RANDOM, new for every resource that is made; MiniStack's own would always be the same."""
    provisioners = upstream.module("services.cloudformation.provisioners")
    if not provisioners._NAME_SEED.get():
        provisioners._NAME_SEED.set(uuid.uuid4().hex)
    make: Callable[..., str] = provisioners._physical_name
    return make(stack, logical_id, max_len=length, lowercase=lowercase)


def _element(name: str, text: str) -> str:
    found = re.search(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
    return found[1] if found else ""
