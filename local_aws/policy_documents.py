"""The grammar of policy documents, as IAM checks it before it stores one.

AWS: IAM User Guide, reference_policies_grammar and reference_policies_elements; a document that breaks it is refused
with MalformedPolicyDocument. Stock MiniStack looks at five calls only, and there at little more than that a
statement has an effect, an action and a resource; of a trust policy it refuses NotPrincipal alone.
Hook: a check before the calls that take a document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local_aws import iam_arns, upstream
from local_aws.iam_api import IamError, Parameters, check_before, parameter

Statement = Mapping[str, Any]

_SYNTAX = "Syntax errors in policy."
_NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
_VERSIONS = ("2008-10-17", "2012-10-17")
_STATEMENT_KEYS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
_OPERATOR = re.compile(
    r"(?:(?:ForAllValues|ForAnyValue):)?"
    r"(?:String(?:Not)?Equals(?:IgnoreCase)?|String(?:Not)?Like"
    r"|(?:Numeric|Date)(?:(?:Not)?Equals|(?:LessThan|GreaterThan)(?:Equals)?)"
    r"|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?|Null",
    re.IGNORECASE,
)
_VENDOR = re.compile(r"[a-zA-Z0-9.-]+|\*")
_SID = re.compile(r"[0-9A-Za-z]*")
# IAM User Guide, reference_policies-with-resource: what a role's trust policy may speak of.
_TRUST_ACTIONS = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
)
_INLINE = {"PutUserPolicy": ("_users", "UserName"), "PutGroupPolicy": ("_groups", "GroupName")} | {
    "PutRolePolicy": ("_roles", "RoleName")
}


def install() -> None:
    """Refuse malformed documents."""
    check_before(("CreatePolicy", "CreatePolicyVersion"), lambda given: check_identity(_document(given)))
    for action, (store, name) in _INLINE.items():
        check_before((action,), _inline_check(store, name))
    check_before(("CreateRole",), lambda given: check_trust(parameter(given, "AssumeRolePolicyDocument")))
    check_before(("UpdateAssumeRolePolicy",), lambda given: check_trust(_document(given)))


def check_identity(text: str) -> None:
    """Raise IamError unless this is an identity policy (or a session policy, whose grammar is the same)."""
    document = parse(text, _SYNTAX)
    statements = list(_statements(document))
    for statement in statements:
        _require(
            not {"Principal", "NotPrincipal"} & statement.keys(), "Policy document should not specify a principal."
        )
        _check_actions(statement)
        _check_resources(statement)
        _require(
            _SID.fullmatch(statement.get("Sid", "")) is not None,
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*",
        )
    _check_sids(statements)


def check_trust(text: str) -> None:
    """Raise IamError unless this is a role trust policy. Whether its principals exist is not looked at."""
    document = parse(text, "This policy contains invalid Json")
    statements = list(_statements(document))
    for statement in statements:
        for prohibited in ("Resource", "NotResource"):
            _require(prohibited not in statement, f"Has prohibited field {prohibited}")
        if "NotPrincipal" in statement:
            allowed = statement["Effect"] == "Allow"
            raise _malformed(
                "Allow with NotPrincipal is not allowed."
                if allowed
                else "AssumeRole policy must not contain NotPrincipal field."
            )
        _require(bool(statement.get("Principal")), "Missing required field Principal")
        _check_actions(statement)
        for action in values(statement.get("Action", ())):
            _require(
                any(matches(action.lower(), name) for name in _TRUST_ACTIONS),
                "AssumeRole policy may only specify STS AssumeRole actions.",
            )
    _check_sids(statements)


def check_resource(text: str, complaint: str) -> list[Statement]:
    """The statements of a resource's policy, such as a bucket's. Raises IamError; `complaint` is about the JSON.

    Whether its principals exist, and what resources it may name, is not looked at.
    """
    statements = list(_statements(parse(text, complaint)))
    for statement in statements:
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        _require(bool(principal), "Missing required field Principal")
        _check_actions(statement)
        _require(bool(_texts(statement, "Resource", "NotResource")), "Missing required field Resource")
    return statements


def parse(text: str, complaint: str = _SYNTAX) -> dict[str, Any]:
    """The document as an object. Raises IamError for what is not one, too deep a nesting and repeated keys included."""
    try:
        document = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _malformed(complaint) from None
    if not isinstance(document, dict):
        raise _malformed(_SYNTAX)
    return document


def values(value: Any) -> list[Any]:
    """One value or a list of them, as a list."""
    return value if isinstance(value, list) else [value] if not isinstance(value, tuple) else list(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    _require(document.keys() <= {"Version", "Id", "Statement"}, _SYNTAX)
    _require(document.get("Version", _VERSIONS[0]) in _VERSIONS, "The policy must contain a valid version string")
    statements = values(document.get("Statement", []))
    _require(bool(statements), _SYNTAX)
    for statement in statements:
        _require(isinstance(statement, dict) and statement.keys() <= _STATEMENT_KEYS, _SYNTAX)
        _require(statement.get("Effect") in ("Allow", "Deny"), _SYNTAX)
        _require(isinstance(statement.get("Sid", ""), str), _SYNTAX)
        for one, other in (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")):
            _require(not {one, other} <= statement.keys(), _SYNTAX)
        _check_condition(statement.get("Condition", {}))
        yield statement


def _check_actions(statement: Statement) -> None:
    actions = _texts(statement, "Action", "NotAction")
    _require(bool(actions), "Policy statement must contain actions.")
    for action in actions:
        if action == "*":
            continue
        vendor, colon, name = action.partition(":")
        _require(bool(colon), _NO_VENDOR)
        _require(":" not in name, "Actions/Condition can contain only one colon.")
        _require(_VENDOR.fullmatch(vendor) is not None, f"Vendor {vendor} is not valid")
        _require(bool(name) and not re.search(r"\s", name), _SYNTAX)


def _check_resources(statement: Statement) -> None:
    resources = _texts(statement, "Resource", "NotResource")
    _require(bool(resources), "Policy statement must contain resources.")
    for resource in resources:
        problem = iam_arns.problem_of_resource(resource)
        _require(problem is None, problem or "")


def _check_condition(condition: Any) -> None:
    _require(isinstance(condition, dict), _SYNTAX)
    for operator, keys in condition.items():
        _require(_OPERATOR.fullmatch(operator) is not None and isinstance(keys, dict), _SYNTAX)
        for key, expected in keys.items():
            _require(":" in key, _NO_VENDOR)
            _require(all(isinstance(value, str | int | float | bool) for value in values(expected)), _SYNTAX)


def _check_sids(statements: list[Statement]) -> None:
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    _require(len(sids) == len(set(sids)), "Statement IDs (SID) in a single policy must be unique.")


def _texts(statement: Statement, *names: str) -> list[str]:
    found = values(next((statement[name] for name in names if name in statement), ()))
    _require(all(isinstance(each, str) for each in found), _SYNTAX)
    return found


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern with `*` and `?`."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text) is not None


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise _malformed(complaint)


def _malformed(message: str) -> IamError:
    return IamError("MalformedPolicyDocument", message)


def _document(parameters: Parameters) -> str:
    return parameter(parameters, "PolicyDocument")


def _inline_check(store: str, name: str) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        # IAM looks for the principal before it reads the document.
        if parameter(parameters, name) in getattr(upstream.module("services.iam"), store):
            check_identity(_document(parameters))

    return check
