"""Requests to STS: their parameters and the limits on them, and STS's answers.

AWS: AWS STS API Reference, the parameters of AssumeRole, GetSessionToken and GetFederationToken. Violations are
reported all at once, as a ValidationError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from local_aws import upstream
from local_aws.xml_text import xml_text

Response = tuple[int, dict[str, str], bytes]

_NAME = r"[\w+=,.@-]*"


class StsError(Exception):
    """An error that STS answers."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status

    def response(self) -> Response:
        """The error as a response."""
        sts = upstream.module("services.sts")
        answered: Response = sts._error(self.status, self.code, xml_text(self.message), ns="sts")
        return answered


def access_denied(message: str) -> StsError:
    """AccessDenied with this message."""
    return StsError("AccessDenied", message, 403)


def _quoted(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


def constraint_violations(found: Sequence[tuple[str, str | None, str]]) -> StsError:
    """ValidationError for what was found: the parameter as AWS's messages call it, its value, what is wrong."""
    described = [
        f"Value {_quoted(value)} at '{where}' failed to satisfy constraint: {violation}"
        for where, value, violation in found
    ]
    count = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
    return StsError("ValidationError", f"{count} detected: {'; '.join(described)}")


@dataclass(frozen=True, slots=True)
class Text:
    """The limits on a text: its length, and the pattern that it has to match."""

    shortest: int
    longest: int
    pattern: str | None = None
    required: bool = False

    def violations(self, value: str | None) -> Iterable[str]:
        if value is None:
            if self.required:
                yield "Member must not be null"
            return
        if len(value) < self.shortest:
            yield f"Member must have length greater than or equal to {self.shortest}"
        if len(value) > self.longest:
            yield f"Member must have length less than or equal to {self.longest}"
        if self.pattern and not re.fullmatch(self.pattern, value, re.ASCII):
            yield f"Member must satisfy regular expression pattern: {self.pattern}"


@dataclass(frozen=True, slots=True)
class Number:
    """The limits on a whole number."""

    least: int
    most: int

    def violations(self, value: str | None) -> Iterable[str]:
        if value is None:
            return
        if not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
            yield "Member must be a whole number"
        elif int(value) < self.least:
            yield f"Member must have value greater than or equal to {self.least}"
        elif int(value) > self.most:
            yield f"Member must have value less than or equal to {self.most}"


Limits = Mapping[str, Text | Number]

ROLE_ARN = Text(20, 2048, required=True)
SESSION_NAME = Text(2, 64, _NAME, required=True)
EXTERNAL_ID = Text(2, 1224, r"[\w+=,.@:\/-]*")
SOURCE_IDENTITY = Text(2, 64, _NAME)
FEDERATED_NAME = Text(2, 32, _NAME, required=True)
SERIAL_NUMBER = Text(9, 256, r"[\w+=/:,.@-]*")
TOKEN_CODE = Text(6, 6, r"[\d]*")
ENCODED_MESSAGE = Text(1, 10240, required=True)


class StsRequest:
    """The parameters of a request in the Query protocol, the only one that STS speaks."""

    def __init__(self, query: Mapping[str, Sequence[str]], body: bytes) -> None:
        in_body = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True) if body else {}
        self._parameters = {name: values[0] for name, values in {**query, **in_body}.items()}

    @property
    def action(self) -> str:
        """The operation that is asked for; empty where none is named."""
        return self._parameters.get("Action", "")

    def get(self, name: str) -> str | None:
        """A parameter's value; None where it is absent or empty."""
        return self._parameters.get(name) or None

    def members(self, name: str) -> list[str]:
        """The values of a list parameter (`NAME.member.1` …)."""
        return [self._parameters[key] for key in self._numbered(name, "")]

    def tags(self) -> list[dict[str, str]]:
        """`Tags.member.N.Key` and `.Value`, as MiniStack keeps tags."""
        return [
            {"Key": self._parameters[key], "Value": self._parameters.get(f"{key.removesuffix('.Key')}.Value", "")}
            for key in self._numbered("Tags", ".Key")
        ]

    def fields(self, name: str, field: str) -> list[str]:
        """One field of each structure of a list (`NAME.member.1.FIELD` …)."""
        return [self._parameters[key] for key in self._numbered(name, f".{field}")]

    def duration(self, default: int) -> int:
        """`DurationSeconds`, seconds. To be called after `check`."""
        return int(self.get("DurationSeconds") or default)

    def check(self, limits: Limits) -> None:
        """Raise StsError if a parameter is outside its limits."""
        found = [
            (f"{name[0].lower()}{name[1:]}", value, violation)
            for name, limit in limits.items()
            for value in [self._parameters.get(name)]
            for violation in limit.violations(value)
        ]
        if found:
            raise constraint_violations(found)

    def _numbered(self, name: str, suffix: str) -> Iterable[str]:
        number = 1
        while (key := f"{name}.member.{number}{suffix}") in self._parameters:
            yield key
            number += 1


def answer(operation: str, inner: str) -> Response:
    """A result in STS's XML; `inner` is the result's content, already escaped."""
    sts = upstream.module("services.sts")
    wrapped = f"<{operation}Result>{inner}</{operation}Result>"
    answered: Response = sts._xml(200, f"{operation}Response", wrapped, ns="sts")
    return answered


def element(name: str, value: str | int | None) -> str:
    """An XML element; nothing for None."""
    return "" if value is None else f"<{name}>{xml_text(str(value))}</{name}>"
