"""Decisions a second of `iam_engine`, its trace included, and of MiniStack's own evaluator, on the same questions.

Each gets its policies in the form in which it keeps them between requests: `iam_engine` compiled (local_aws compiles
each document once), MiniStack as it parses documents at every request, once as if it kept them and once as it does.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator

from iam_engine import Policies, Policy, Principal, PrincipalKind, Request, decide
from tests.bench.figures import ROOT, Figure

_HOME = "123456789012"
_USER = f"arn:aws:iam::{_HOME}:user/james"
_ROUNDS = 9
_SECONDS = 0.2
_CONTEXT = {
    "aws:username": "james",
    "aws:PrincipalArn": _USER,
    "aws:PrincipalTag/team": "blue",
    "aws:SourceIp": "127.0.0.1",
    "aws:CurrentTime": "2026-01-01T00:00:00Z",
    "aws:SecureTransport": "true",
    "aws:RequestedRegion": "us-east-1",
}

Documents = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Question:
    """What is asked of both; `allowed` is what both have to answer."""

    what: str
    action: str
    resource: str
    documents: Documents
    allowed: bool


def figures() -> Iterator[Figure]:
    """The time of a decision, against MiniStack's evaluator."""
    taken: dict[str, list[float]] = {"ours": [], "kept": [], "parsed": []}
    for question in _questions():
        ask = {"ours": _ours(question), "kept": _theirs(question, keep=True), "parsed": _theirs(question, keep=False)}
        for evaluator, answer in ask.items():
            if answer() is not question.allowed:
                raise SystemExit(f"{evaluator} does not answer {question.what} with {question.allowed}")
        rounds = [{evaluator: _seconds(answer) for evaluator, answer in ask.items()} for _ in range(_ROUNDS)]
        each = {evaluator: statistics.median(found[evaluator] for found in rounds) for evaluator in ask}
        for evaluator, seconds in each.items():
            taken[evaluator].append(seconds)
        rates = ", ".join(f"{evaluator} {1 / seconds:9,.0f}" for evaluator, seconds in each.items())
        print(f"  {question.what:<44} decisions a second: {rates}", flush=True)
    ours, kept, parsed = (sum(each) for each in taken.values())
    yield Figure("a decision with its trace, against MiniStack's evaluator", ours / parsed, 1, "times")
    yield Figure("… against MiniStack's evaluator with its policies kept parsed", ours / kept, 1, "times")


def _questions() -> Iterator[Question]:
    view_only = (_view_only(),)
    small = (_document("Allow", ["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::bucket*"),)
    conditions = {
        "StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]},
        "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "127.0.0.0/8"]},
        "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
        "Bool": {"aws:SecureTransport": "true"},
    }
    conditioned = (_document("Allow", "s3:*", "*", conditions),)
    several = (*small, *conditioned, _document("Deny", "s3:Delete*", "arn:aws:s3:::bucket/*"), *view_only)
    yield Question("view-only, an action that it allows", "iam:ListRoles", "*", view_only, True)
    yield Question("view-only, an action that it does not", "s3:GetObject", "arn:aws:s3:::bucket/key", view_only, False)
    yield Question("a small policy", "s3:GetObject", "arn:aws:s3:::bucket/key", small, True)
    yield Question("four conditions", "s3:GetObject", "arn:aws:s3:::bucket/key", conditioned, True)
    yield Question("several policies", "s3:GetObject", "arn:aws:s3:::bucket/key", several, True)
    yield Question("several policies and a Deny", "s3:DeleteObject", "arn:aws:s3:::bucket/key", several, False)


def _view_only() -> Mapping[str, Any]:
    path = ROOT / "lab_stacks" / "james_s3" / "data" / "ViewOnlyAccess.json"
    document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["Document"]
    return document


def _document(effect: str, actions: Any, resources: Any, condition: Any = None) -> Mapping[str, Any]:
    statement = {"Effect": effect, "Action": actions, "Resource": resources}
    return {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Condition": condition} if condition else statement],
    }


def _ours(question: Question) -> Callable[[], bool]:
    policies = Policies(identity=tuple(Policy.parse(document, "policy") for document in question.documents))
    principal = Principal(PrincipalKind.USER, _USER, _HOME)

    def answer() -> bool:
        # A request of its own each time, as it comes in one.
        request = Request(principal, question.action, question.resource, _HOME, dict(_CONTEXT))
        return decide(request, policies).allowed

    return answer


def _theirs(question: Question, *, keep: bool) -> Callable[[], bool]:
    texts = [json.dumps(document) for document in question.documents]
    kept = [iam_evaluator.parse_policy_document(text) for text in texts]

    def answer() -> bool:
        parsed = kept if keep else [iam_evaluator.parse_policy_document(text) for text in texts]
        context = iam_evaluator.EvalContext(
            principal_arn=_USER,
            principal_type="User",
            principal_account=_HOME,
            action=question.action,
            resource_arn=question.resource,
            region="us-east-1",
            source_ip="127.0.0.1",
            secure_transport=True,
            principal_keys={key.lower(): value for key, value in _CONTEXT.items()},
        )
        return bool(iam_evaluator.evaluate(context, parsed).decision == "Allow")

    return answer


def _seconds(answer: Callable[[], bool]) -> float:
    """The time of one decision, from as many as fit into a fraction of a second."""
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < _SECONDS:
        for _ in range(10):
            answer()
        count += 10
    return passed / count
