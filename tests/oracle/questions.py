"""Random questions within the grammar that both evaluators support; the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iam_engine import Policies, Policy, Principal, PrincipalKind, Request

HOME, PARTNER = "123456789012", "210987654321"
USER = f"arn:aws:iam::{HOME}:user/james"
OTHER = f"arn:aws:iam::{HOME}:user/other"
ROLE = f"arn:aws:iam::{HOME}:role/reader"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/reader/night"
TARGET = f"arn:aws:iam::{HOME}:role/target"

Document = dict[str, Any]

_PRINCIPALS = (
    Principal(PrincipalKind.USER, USER, HOME),
    Principal(PrincipalKind.ASSUMED_ROLE, SESSION, HOME, ROLE),
)
# Action, resources of its kind, what policies may write for them, and the keys of its own.
_TARGETS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("s3:GetObject", ("arn:aws:s3:::bucket/home/james/file", "arn:aws:s3:::bucket/other"), ()),
    ("s3:PutObject", ("arn:aws:s3:::bucket/home/james/file", "arn:aws:s3:::logs/axb"), ()),
    ("s3:ListBucket", ("arn:aws:s3:::bucket", "arn:aws:s3:::logs"), ("s3:prefix", "s3:max-keys")),
    ("sqs:SendMessage", (f"arn:aws:sqs:us-east-1:{HOME}:queue",), ()),
    ("sts:AssumeRole", (TARGET,), ("sts:ExternalId", "sts:RoleSessionName", "aws:TagKeys", "aws:RequestTag/team")),
)
_ACTIONS = ("*", "s3:*", "s3:Get*", "s3:*Object", "S3:getobject", "s3:ListBucke?", "sts:*", "sts:AssumeRole", "sqs:*")
_RESOURCES = (
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/home/*",
    "arn:aws:s3:::bucket/home/${aws:username}/*",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'home'}/*",
    "arn:aws:s3:::logs/a${*}b",
    "arn:aws:s3:::*/other",
    "arn:aws:s3:::bucke?",
    f"arn:aws:sqs:*:{HOME}:*",
    f"arn:aws:iam::{HOME}:role/*",
    "arn:aws:iam::*:role/target",
)
_CONTEXT: Mapping[str, tuple[str | list[str], ...]] = {
    "aws:PrincipalTag/team": ("blue", "Blue", "red", "home"),
    "aws:SourceIp": ("127.0.0.1", "203.0.113.7", "2001:db8::1"),
    "aws:CurrentTime": ("2026-01-01T00:00:00Z", "2019-06-01T12:00:00Z"),
    "aws:EpochTime": ("1767225600",),
    "aws:SecureTransport": ("true", "false"),
    "aws:MultiFactorAuthPresent": ("true", "false"),
    "aws:MultiFactorAuthAge": ("10", "7200"),
    "aws:UserAgent": ("Boto3/1.43", "aws-cli/2.0"),
    "s3:prefix": ("home/", "home/james/", ""),
    "s3:max-keys": ("5", "100"),
    "sts:ExternalId": ("12345", "Example987"),
    "sts:RoleSessionName": ("james", "night"),
    "aws:RequestTag/team": ("blue", "red"),
    "aws:TagKeys": (["team"], ["team", "cost"], ["cost"]),
}
_STRINGS = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike")
_ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_TEXTS = ("blue", "b*", "B???", "red", "home/", "home/*", "james", "${aws:username}", "Boto3/*", "12345", "team", "c*")
_VALUES: Mapping[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    "text": ((*_STRINGS, "StringNotLike"), _TEXTS),
    "number": (tuple(f"Numeric{each}" for each in _ORDERED), ("5", "10", "100", "7200", "5.0", "300")),
    "date": (
        tuple(f"Date{each}" for each in _ORDERED),
        ("2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01", "1767225600", "2120-01-01T00:00:00Z"),
    ),
    "boolean": (("Bool",), ("true", "false")),
    "address": (("IpAddress", "NotIpAddress"), ("127.0.0.0/8", "203.0.113.7", "203.0.113.0/24", "2001:db8::/32")),
    "arn": (
        ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
        (USER, ROLE, "arn:aws:iam::*:user/*", "arn:aws:iam::*:role/r*", "arn:*:*:*:*:*", "arn:aws:*:user/james"),
    ),
}
_KINDS: Mapping[str, str] = {
    "aws:CurrentTime": "date",
    "aws:EpochTime": "date",
    "aws:TokenIssueTime": "date",
    "aws:SecureTransport": "boolean",
    "aws:MultiFactorAuthPresent": "boolean",
    "aws:MultiFactorAuthAge": "number",
    "s3:max-keys": "number",
    "aws:SourceIp": "address",
    "aws:PrincipalArn": "arn",
}
_COMMON = tuple(key for key in _CONTEXT if key.startswith("aws:") and key not in ("aws:TagKeys", "aws:RequestTag/team"))
_KEYS = (*_COMMON, "aws:PrincipalArn", "aws:username", "aws:PrincipalAccount", "aws:TokenIssueTime")


@dataclass(frozen=True)
class Question:
    """One question, for either evaluator."""

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Mapping[str, str | list[str]]
    identity: tuple[Document, ...]
    resource_policy: Document | None
    boundary: Document | None
    session: Document | None
    service_control: Document | None

    def ours(self) -> tuple[Request, Policies]:
        """For `iam_engine.decide`."""
        request = Request(self.principal, self.action, self.resource, self.resource_account, self.context)

        def parsed(document: Document | None) -> Policy | None:
            return None if document is None else Policy.parse(document, "policy")

        session, control = parsed(self.session), parsed(self.service_control)
        return request, Policies(
            identity=tuple(Policy.parse(document, "policy") for document in self.identity),
            resource=parsed(self.resource_policy),
            resource_is_trust=self.action == "sts:AssumeRole",
            boundary=parsed(self.boundary),
            session=None if session is None else (session,),
            service_control=() if control is None else ((control,),),
        )

    def theirs(self) -> dict[str, Any]:
        """For iam-simulate's `runSimulation`."""
        simulation: dict[str, Any] = {
            "request": {
                "principal": self.principal.arn,
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": self.resource_account},
                "contextVariables": self.context,
            },
            "identityPolicies": [{"name": f"p{n}", "policy": document} for n, document in enumerate(self.identity)],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }
        if self.service_control is not None:
            policies = [{"name": "scp", "policy": self.service_control}]
            simulation["serviceControlPolicies"] = [{"orgIdentifier": "root", "policies": policies}]
        if self.resource_policy is not None:
            simulation["resourcePolicy"] = self.resource_policy
        if self.boundary is not None:
            simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": self.boundary}]
        if self.session is not None:
            simulation["sessionPolicy"] = self.session
        return simulation


def questions(count: int, seed: int) -> Iterator[Question]:
    """So many questions."""
    dice = random.Random(seed)  # noqa: S311
    for _ in range(count):
        yield _question(dice)


def _question(dice: random.Random) -> Question:
    principal = dice.choice(_PRINCIPALS)
    action, resources, own_keys = dice.choice(_TARGETS)
    account = dice.choice((HOME, HOME, HOME, PARTNER))
    resource = dice.choice(resources)
    if account == PARTNER:
        resource = resource.replace(HOME, PARTNER)
    keys = (*_KEYS, *own_keys)
    resource_based = action == "sts:AssumeRole" or dice.random() < 0.5
    is_session = principal.kind is PrincipalKind.ASSUMED_ROLE
    return Question(
        principal,
        action,
        resource,
        account,
        _context(dice, principal, own_keys),
        tuple(_document(dice, keys) for _ in range(dice.choice((0, 1, 1, 2)))),
        _resource_policy(dice, keys, action, resource) if resource_based else None,
        _document(dice, keys) if dice.random() < 0.2 else None,
        _document(dice, keys) if is_session and dice.random() < 0.3 else None,
        _document(dice, keys) if dice.random() < 0.1 else None,
    )


def _context(dice: random.Random, principal: Principal, own_keys: tuple[str, ...]) -> dict[str, str | list[str]]:
    context: dict[str, str | list[str]] = {
        "aws:PrincipalArn": principal.issuer_arn or principal.arn,
        "aws:PrincipalAccount": HOME,
    }
    if principal.kind is PrincipalKind.USER:
        context["aws:username"] = "james"
    else:
        context["aws:TokenIssueTime"] = "2025-12-31T00:00:00Z"
    for key in (*_COMMON, *own_keys):
        if dice.random() < 0.6:
            context[key] = dice.choice(_CONTEXT[key])
    return context


def _document(dice: random.Random, keys: tuple[str, ...]) -> Document:
    return _with_statements([_statement(dice, keys) for _ in range(dice.choice((1, 1, 2, 3)))])


def _with_statements(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(dice: random.Random, keys: tuple[str, ...]) -> Document:
    statement: Document = {"Effect": dice.choice(("Allow",) * 6 + ("Deny",))}
    statement[dice.choice(("Action",) * 7 + ("NotAction",))] = _some(dice, _ACTIONS)
    statement[dice.choice(("Resource",) * 7 + ("NotResource",))] = _some(dice, _RESOURCES)
    if dice.random() < 0.4:
        statement["Condition"] = _condition(dice, keys)
    return statement


def _resource_policy(dice: random.Random, keys: tuple[str, ...], action: str, resource: str) -> Document:
    statements = []
    for _ in range(dice.choice((1, 1, 2))):
        statement = _statement(dice, keys)
        for element in ("Action", "NotAction", "Resource", "NotResource"):
            statement.pop(element, None)
        statement["Action"] = dice.choice((action, action.partition(":")[0] + ":*"))
        if action != "sts:AssumeRole":
            statement["Resource"] = dice.choice((resource, f"{resource.partition('/')[0]}*"))
        statement["Principal"] = dice.choice(
            (
                "*",
                {"AWS": USER},
                {"AWS": ROLE},
                {"AWS": SESSION},
                {"AWS": [OTHER, USER]},
                {"AWS": HOME},
                {"AWS": PARTNER},
            )
        )
        statements.append(statement)
    return _with_statements(statements)


def _condition(dice: random.Random, keys: tuple[str, ...]) -> Document:
    block: Document = {}
    for _ in range(dice.choice((1, 1, 2))):
        key = dice.choice(keys)
        operator, values = _operator(dice, key)
        block.setdefault(operator, {})[key] = values
    return block


def _operator(dice: random.Random, key: str) -> tuple[str, Any]:
    if dice.random() < 0.1:
        return "Null", dice.choice(("true", "false"))
    operators, values = _VALUES[_KINDS.get(key, "text")]
    operator = dice.choice(operators)
    if key == "aws:TagKeys":
        operator = f"{dice.choice(('ForAllValues', 'ForAnyValue'))}:{operator}"
    if dice.random() < 0.2:
        operator += "IfExists"
    return operator, _some(dice, values)


def _some(dice: random.Random, values: tuple[Any, ...]) -> Any:
    return dice.choice(values) if dice.random() < 0.6 else dice.sample(values, 2)
