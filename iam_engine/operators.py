"""The condition operators of IAM as data: how each makes a comparison out of a policy's value.

A comparison takes the request's value and says True, False, or None where the two can't be compared: the
policy's value, or the request's, is not of the operator's type. Source: IAM User Guide,
reference_policies_elements_condition_operators.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from iam_engine import patterns, variables
from iam_engine.context import RequestContext
from iam_engine.variables import Plain

Comparison = Callable[[str, RequestContext], bool | None]
V = TypeVar("V")

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_EPOCH = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ISO_8601 = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Operator:
    """One condition operator, without a set operator or `IfExists`.

    `compile(value, with_variables)` makes the comparison with one of the policy's values. `negated`: the
    condition holds where none of the policy's values compares.
    """

    compile: Callable[[str, bool], Comparison]
    negated: bool = False
    takes_variables: bool = False


def _never_comparable(_actual: str, _context: RequestContext) -> None:
    return None


def _string(*, fold: bool) -> Callable[[str, bool], Comparison]:
    def fitting(text: str) -> str:
        return text.lower() if fold else text

    def compile_(value: str, with_variables: bool) -> Comparison:
        tokens = variables.parse(value, variables=with_variables, wildcards=False)
        plain = variables.static(tokens)
        if plain is not None:
            expected = fitting(_joined(plain))
            return lambda actual, _context: fitting(actual) == expected

        def compare(actual: str, context: RequestContext) -> bool:
            resolved = variables.resolve(tokens, context)
            return resolved is not None and fitting(actual) == fitting(_joined(resolved))

        return compare

    return compile_


def _string_like(value: str, with_variables: bool) -> Comparison:
    tokens = variables.parse(value, variables=with_variables, wildcards=True)
    plain = variables.static(tokens)
    if plain is not None:
        pattern = re.compile(patterns.glob(plain), re.DOTALL)
        return lambda actual, _context: pattern.match(actual) is not None

    def compare(actual: str, context: RequestContext) -> bool:
        resolved = variables.resolve(tokens, context)
        return resolved is not None and re.match(patterns.glob(resolved), actual, re.DOTALL) is not None

    return compare


def _arn_like(value: str, with_variables: bool) -> Comparison:
    tokens = variables.parse(value, variables=with_variables, wildcards=True)
    parts = patterns.split_arn(tokens)
    if parts is None:
        return _never_comparable
    if variables.static(tokens) is not None:
        pattern = re.compile(patterns.arn([variables.static(part) or () for part in parts]), re.DOTALL)
        return lambda actual, _context: pattern.match(actual) is not None if _is_arn(actual) else None

    def compare(actual: str, context: RequestContext) -> bool | None:
        if not _is_arn(actual):
            return None
        resolved = [variables.resolve(part, context) for part in parts]
        known = [part for part in resolved if part is not None]
        return len(known) == len(parts) and re.match(patterns.arn(known), actual, re.DOTALL) is not None

    return compare


def _boolean(value: str, with_variables: bool) -> Comparison:
    tokens = variables.parse(value, variables=with_variables, wildcards=False)

    def compare(actual: str, context: RequestContext) -> bool | None:
        resolved = variables.resolve(tokens, context)
        if resolved is None:
            return False
        expected = _BOOLEANS.get(_joined(resolved).lower())
        found = _BOOLEANS.get(actual.lower())
        return None if expected is None or found is None else found is expected

    return compare


def _typed(read: Callable[[str], V | None], holds: Callable[[V, V], bool]) -> Callable[[str, bool], Comparison]:
    """A comparison of values that are read from text; `holds(actual, expected)`."""

    def compile_(value: str, _with_variables: bool) -> Comparison:
        expected = read(value)
        if expected is None:
            return _never_comparable

        def compare(actual: str, _context: RequestContext) -> bool | None:
            found = read(actual)
            return None if found is None else holds(found, expected)

        return compare

    return compile_


def _ip_address(value: str, _with_variables: bool) -> Comparison:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return _never_comparable

    def compare(actual: str, _context: RequestContext) -> bool | None:
        try:
            return ipaddress.ip_address(actual) in network
        except ValueError:
            return None

    return compare


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    """A date of the W3C's profile of ISO 8601, or seconds since 1970; four digits are a year."""
    try:
        found = _ISO_8601.fullmatch(text)
        if found:
            year, month, day, hour, minute, second, fraction, zone = found.groups()
            whole = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
            of_day = timedelta(
                hours=_below(24, hour), minutes=_below(60, minute), seconds=_below(60, second)
            ) + timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
            return whole + of_day - _offset(zone)
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _below(limit: int, digits: str | None) -> int:
    value = int(digits or 0)
    if value >= limit:
        raise ValueError(digits)
    return value


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    offset = timedelta(hours=_below(24, zone[1:3]), minutes=_below(60, zone[4:6]))
    return -offset if zone[0] == "-" else offset


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_arn(text: str) -> bool:
    return text.count(":") >= patterns.ARN_PARTS - 1


def _joined(tokens: tuple[Plain, ...]) -> str:
    return "".join(str(token) for token in tokens)


def _by_folded_name(operators: Mapping[str, Operator]) -> Mapping[str, Operator]:
    return {name.lower(): found for name, found in operators.items()}


# `Bool` takes variables by reference_policies_elements_condition_operators, and takes none by
# reference_policies_variables; the former is followed.
OPERATORS: Mapping[str, Operator] = _by_folded_name(
    {
        "StringEquals": Operator(_string(fold=False), takes_variables=True),
        "StringNotEquals": Operator(_string(fold=False), negated=True, takes_variables=True),
        "StringEqualsIgnoreCase": Operator(_string(fold=True), takes_variables=True),
        "StringNotEqualsIgnoreCase": Operator(_string(fold=True), negated=True, takes_variables=True),
        "StringLike": Operator(_string_like, takes_variables=True),
        "StringNotLike": Operator(_string_like, negated=True, takes_variables=True),
        "NumericEquals": Operator(_typed(_number, operator.eq)),
        "NumericNotEquals": Operator(_typed(_number, operator.eq), negated=True),
        "NumericLessThan": Operator(_typed(_number, operator.lt)),
        "NumericLessThanEquals": Operator(_typed(_number, operator.le)),
        "NumericGreaterThan": Operator(_typed(_number, operator.gt)),
        "NumericGreaterThanEquals": Operator(_typed(_number, operator.ge)),
        "DateEquals": Operator(_typed(_moment, operator.eq)),
        "DateNotEquals": Operator(_typed(_moment, operator.eq), negated=True),
        "DateLessThan": Operator(_typed(_moment, operator.lt)),
        "DateLessThanEquals": Operator(_typed(_moment, operator.le)),
        "DateGreaterThan": Operator(_typed(_moment, operator.gt)),
        "DateGreaterThanEquals": Operator(_typed(_moment, operator.ge)),
        "Bool": Operator(_boolean, takes_variables=True),
        "BinaryEquals": Operator(_typed(_bytes, operator.eq)),
        "IpAddress": Operator(_ip_address),
        "NotIpAddress": Operator(_ip_address, negated=True),
        "ArnEquals": Operator(_arn_like, takes_variables=True),
        "ArnLike": Operator(_arn_like, takes_variables=True),
        "ArnNotEquals": Operator(_arn_like, negated=True, takes_variables=True),
        "ArnNotLike": Operator(_arn_like, negated=True, takes_variables=True),
    }
)
