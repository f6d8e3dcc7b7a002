"""How IAM's own actions, those that MiniStack lacks or has wrong, are put into its table, and their answers written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from local_aws import upstream
from local_aws.iam_api import IamError, Parameters, Response, error_response, members

# From a call's parameters to the inside of its `…Result` element, empty for an answer without one; raises IamError.
Answer = Callable[[Parameters], str]
Tags = list[dict[str, str]]

_TAGS = 50


def install_actions(answers: Mapping[str, Answer]) -> None:
    """Let these answer their actions."""
    for action, answer in answers.items():
        upstream.module("services.iam")._IAM_HANDLERS[action] = _handler(action, answer)


def _handler(action: str, answer: Answer) -> Callable[[Parameters], Response]:
    def handle(parameters: Parameters) -> Response:
        try:
            inner = answer(parameters)
        except IamError as error:
            return error_response(error)
        result = f"<{action}Result>{inner}</{action}Result>" if inner else ""
        response: Response = upstream.module("services.iam")._xml(200, f"{action}Response", result)
        return response

    return handle


def element(name: str, value: Any) -> str:
    """An XML element; nothing for None."""
    return "" if value is None else f"<{name}>{escape(str(value))}</{name}>"


def elements(record: Mapping[str, Any], *names: str) -> str:
    """An XML element for each of these fields of a record."""
    return "".join(element(name, record.get(name)) for name in names)


def texts(name: str, found: Iterable[str]) -> str:
    """A list of texts."""
    inner = "".join(element("member", each) for each in found)
    return f"<{name}>{inner}</{name}>"


def structures(name: str, found: Iterable[str]) -> str:
    """A list of structures, each given by its inside."""
    inner = "".join(f"<member>{each}</member>" for each in found)
    return f"<{name}>{inner}</{name}>"


def tags_element(tags: Tags) -> str:
    """The `Tags` of an answer."""
    return structures("Tags", (elements(tag, "Key", "Value") for tag in tags))


def with_tags(tags: Tags, parameters: Parameters) -> Tags:
    """Tags with a call's `Tags` added; of keys that differ in case only there is one."""
    added = [{"Key": tag.get("Key", ""), "Value": tag.get("Value", "")} for tag in members(parameters, "Tags")]
    if len({tag["Key"].lower() for tag in added}) < len(added):
        raise IamError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    found = {tag["Key"].lower(): tag for tag in [*tags, *added]}
    if len(found) > _TAGS:
        raise IamError("LimitExceeded", f"The number of tags has reached the maximum limit: {_TAGS}")
    return list(found.values())


def without_tags(tags: Tags, parameters: Parameters) -> Tags:
    """Tags but for those of a call's `TagKeys`."""
    removed = {key[""].lower() for key in members(parameters, "TagKeys")}
    return [tag for tag in tags if tag["Key"].lower() not in removed]
