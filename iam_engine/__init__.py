"""Why AWS answers as it does: the evaluation of IAM policies as a pure function, with a trace.

It needs Python's standard library alone, reads nothing and asks nobody: a `Request` and the `Policies` that apply to it
go in, a `Decision` comes out. May James, whose one policy lets him do all on S3 but delete, delete an object?

>>> from iam_engine import Policies, Policy, Principal, PrincipalKind, Request, access_denied_message, decide
>>> james = Principal(PrincipalKind.USER, "arn:aws:iam::123456789012:user/James", "123456789012")
>>> policy = Policy.parse(
...     {
...         "Version": "2012-10-17",
...         "Statement": [
...             {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
...             {"Sid": "Keep", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
...         ],
...     },
...     "all-but-delete",
... )
>>> request = Request(james, "s3:DeleteObject", "arn:aws:s3:::reports/may.csv", resource_account="123456789012")
>>> decision = decide(request, Policies(identity=(policy,)))
>>> decision.allowed
False
>>> f"{decision.effect} in {decision.layer}: statement {decision.statement} ({decision.sid}) of {decision.policy}"
'explicit deny in identity-based policy: statement 1 (Keep) of all-but-delete'

The message with which AWS refuses it:

>>> print(access_denied_message(request, decision).partition(" with ")[2])
an explicit deny in an identity-based policy

`decision.trace` holds every layer and every statement, and what each of them came to:

>>> [(statement.effect.value, statement.matched) for statement in decision.trace[0].statements]
[('allow', True), ('explicit deny', True)]

A boundary, session policies, a resource's or a role's trust policy and service control policies are further layers of
`Policies`. What a `PolicyError` is raised for is a document that AWS would not take either.
"""

from iam_engine.evaluation import decide
from iam_engine.messages import access_denied_message
from iam_engine.model import (
    ConditionTrace,
    Decision,
    Effect,
    Layer,
    LayerTrace,
    Part,
    Policies,
    Principal,
    PrincipalKind,
    Request,
    StatementTrace,
)
from iam_engine.policy import Policy, PolicyError

__all__ = [
    "ConditionTrace",
    "Decision",
    "Effect",
    "Layer",
    "LayerTrace",
    "Part",
    "Policies",
    "Policy",
    "PolicyError",
    "Principal",
    "PrincipalKind",
    "Request",
    "StatementTrace",
    "access_denied_message",
    "decide",
]
