"""The IAM API of MiniStack from within the process: its handlers, their errors, and checks put before them.

MiniStack keeps one table of handlers, `_IAM_HANDLERS`, and looks into it at each call. Every module here that
puts something right in IAM replaces entries of that table through the functions below, so that
a call over HTTP and a call made by CloudFormation meet the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

from local_aws import upstream
from local_aws.xml_text import xml_text

# As MiniStack hands them over: names as in the query protocol, each with its value or a list that holds it.
Parameters = Mapping[str, Any]
Response = tuple[int, Mapping[str, str], bytes]
Check = Callable[[Parameters], None]

# The HTTP status of each of IAM's errors (IAM API Reference, each action's "Errors"); 400 for all others.
_STATUS = {
    "AccessDenied": 403,
    "NoSuchEntity": 404,
    "DeleteConflict": 409,
    "EntityAlreadyExists": 409,
    "LimitExceeded": 409,
}


class IamError(Exception):
    """An error of the IAM API: its code, its message, its HTTP status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = _STATUS.get(code, 400)


def parameter(parameters: Parameters, name: str) -> str:
    """The value of a parameter, empty where it was not given."""
    value = parameters.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


def members(parameters: Parameters, name: str) -> list[dict[str, str]]:
    """A list of structures as the query protocol spells it (`Tags.member.1.Key` …), in its order."""
    found: dict[int, dict[str, str]] = {}
    for key in parameters:
        prefix, _, rest = key.partition(f"{name}.member.")
        number, _, field = rest.partition(".")
        if not prefix and number.isdecimal():
            found.setdefault(int(number), {})[field] = parameter(parameters, key)
    return [found[number] for number in sorted(found)]


def flatten(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as Python values, spelled as the query protocol spells them; None and empty lists are left out."""
    flat: dict[str, str] = {}
    for name, value in parameters.items():
        if isinstance(value, bool):
            flat[name] = str(value).lower()
        elif isinstance(value, list):
            for number, member in enumerate(value, start=1):
                fields = {f".{key}": text for key, text in member.items()} if isinstance(member, dict) else {"": member}
                flat.update({f"{name}.member.{number}{field}": str(text) for field, text in fields.items()})
        elif value is not None:
            flat[name] = str(value)
    return flat


def invoke(action: str, parameters: Parameters) -> ElementTree.Element:
    """Run an action's handler and return its answer. Raises IamError. Decides nothing about permissions."""
    handler = upstream.module("services.iam")._IAM_HANDLERS[action]
    status, _headers, body = handler({name: [value] for name, value in parameters.items()})
    answer = ElementTree.fromstring(body)  # noqa: S314 - written by this process
    if status >= 400:
        code, message = answer.findtext(".//{*}Code", ""), answer.findtext(".//{*}Message", "")
        raise IamError(code, message)
    return answer


def check_before(actions: Iterable[str], check: Check) -> None:
    """Run `check` before these actions; the IamError it raises is the answer."""
    for action in actions:
        _replace(action, lambda handler: _checked(handler, check))


def rewrite_before(actions: Iterable[str], name: str, rewrite: Callable[[str], str]) -> None:
    """Hand these actions another value of one parameter; an IamError that `rewrite` raises is the answer."""
    for action in actions:
        _replace(action, lambda handler: _rewritten(handler, name, rewrite))


def do_around(actions: Iterable[str], prepare: Callable[[Parameters], Callable[[], None]]) -> None:
    """Call `prepare` before each of these actions, and what it returns after one that succeeded."""
    for action in actions:
        _replace(action, lambda handler: _surrounded(handler, prepare))


def error_response(error: IamError) -> Response:
    """The error as the IAM API sends it."""
    response: Response = upstream.module("services.iam")._error(error.status, error.code, xml_text(error.message))
    return response


def _replace(action: str, wrap: Callable[[Callable[..., Response]], Callable[..., Response]]) -> None:
    handlers = upstream.module("services.iam")._IAM_HANDLERS
    handlers[action] = wrap(handlers[action])


def _checked(handler: Callable[..., Response], check: Check) -> Callable[..., Response]:
    def checked(parameters: Parameters) -> Response:
        try:
            check(parameters)
        except IamError as error:
            return error_response(error)
        return handler(parameters)

    return checked


def _rewritten(handler: Callable[..., Response], name: str, rewrite: Callable[[str], str]) -> Callable[..., Response]:
    def rewritten(parameters: Parameters) -> Response:
        try:
            value = rewrite(parameter(parameters, name))
        except IamError as error:
            return error_response(error)
        return handler({**parameters, name: [value]})

    return rewritten


def _surrounded(
    handler: Callable[..., Response], prepare: Callable[[Parameters], Callable[[], None]]
) -> Callable[..., Response]:
    def surrounded(parameters: Parameters) -> Response:
        finish = prepare(parameters)
        response = handler(parameters)
        if response[0] < 400:
            finish()
        return response

    return surrounded
