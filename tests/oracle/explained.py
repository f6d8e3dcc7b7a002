"""Where the two evaluators may disagree, by kind, with the page of AWS's documentation that tells who is right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from iam_engine import Decision, Effect, Layer
from tests.oracle.questions import Question

_COLONS = 5
_VARIABLE = re.compile(r"\$\{([\w:/.-]+)\}")


@dataclass(frozen=True)
class Explanation:
    """What AWS documents, on which page, and which disagreements it explains."""

    says: str
    page: str
    explains: Callable[[Question, Decision, Effect], bool]

    def __str__(self) -> str:
        return f"{self.says} ({self.page})"


def explanation(question: Question, decision: Decision, theirs: Effect) -> str:
    """Why the answers differ; empty where nothing explains it."""
    return next((str(each) for each in EXPLANATIONS if each.explains(question, decision, theirs)), "")


def _named_directly(question: Question, decision: Decision, theirs: Effect) -> bool:
    """The resource's policy alone allows, beside a boundary or session policy that does not."""
    narrowed = question.boundary is not None or question.session is not None
    return (
        narrowed
        and decision.allowed
        and decision.layer in (Layer.RESOURCE, Layer.TRUST)
        and theirs is Effect.IMPLICIT_DENY
    )


def _not_resource_without_value(question: Question, _decision: Decision, _theirs: Effect) -> bool:
    """A statement with NotResource has a variable for which the request has no value."""
    return any(_lacks_value(question, statement.get("NotResource", "")) for statement in _statements(question))


def _negation_without_value(question: Question, _decision: Decision, _theirs: Effect) -> bool:
    """A negated operator compares with a variable for which the request has no value."""
    return any("Not" in operator and _lacks_value(question, values) for operator, _, values in _conditions(question))


def _lacks_value(question: Question, written: Any) -> bool:
    known = {key.lower() for key in question.context}
    return any(key.lower() not in known for key in _VARIABLE.findall(json.dumps(written)))


def _other_kind_of_address(question: Question, _decision: Decision, _theirs: Effect) -> bool:
    """NotIpAddress compares an IPv6 address with an IPv4 range, or the other way round."""
    address = str(question.context.get("aws:SourceIp", ""))
    return any(
        operator.startswith("NotIpAddress") and any((":" in value) is not (":" in address) for value in values)
        for operator, _, values in _conditions(question)
    )


def _seconds_since_1970(question: Question, _decision: Decision, _theirs: Effect) -> bool:
    """A date operator compares a value, or a key, that is a number of seconds."""
    return any(
        "Date" in operator and (key == "aws:EpochTime" or any(value.isdigit() for value in values))
        for operator, key, values in _conditions(question)
    )


def _arn_of_few_parts(question: Question, _decision: Decision, _theirs: Effect) -> bool:
    """An ARN operator compares with a pattern that has fewer than six parts."""
    return any(
        "Arn" in operator and any(value.count(":") < _COLONS for value in values)
        for operator, _key, values in _conditions(question)
    )


def _conditions(question: Question) -> Iterator[tuple[str, str, list[str]]]:
    for statement in _statements(question):
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                yield operator, key, values if isinstance(values, list) else [values]


def _statements(question: Question) -> Iterator[dict[str, Any]]:
    narrowing = (question.resource_policy, question.boundary, question.session, question.service_control)
    for document in (*question.identity, *narrowing):
        yield from document["Statement"] if document else ()


EXPLANATIONS = (
    Explanation(
        "A resource-based policy that names the session or user itself, or everyone, is not limited by an implicit "
        "deny in a permissions boundary or session policy",
        "IAM User Guide, access_policies (Session policies), access_policies_boundaries",
        _named_directly,
    ),
    Explanation(
        "A variable that can't be resolved makes its statement invalid: it names no resource, nor all but one",
        "IAM User Guide, reference_policies_variables",
        _not_resource_without_value,
    ),
    Explanation(
        "A variable without a value equals nothing: negated operators are met; the other one holds them for missed",
        "IAM User Guide, reference_policies_variables (Policy variables with no value)",
        _negation_without_value,
    ),
    Explanation(
        "NotIpAddress holds for all addresses but the ones specified, so for those of the other kind as well",
        "IAM User Guide, reference_policies_elements_condition_operators (IP address condition operators)",
        _other_kind_of_address,
    ),
    Explanation(
        "A date may be written in epoch (UNIX) time, which is seconds; the other evaluator reads milliseconds",
        "IAM User Guide, reference_policies_elements_condition_operators (Date condition operators)",
        _seconds_since_1970,
    ),
    Explanation(
        "Each of the six parts of an ARN is checked separately: a pattern without them can't be compared, and gives no "
        "access; the other evaluator takes neither ArnLike nor ArnNotLike for met",
        "IAM User Guide, reference_policies_elements_condition_operators (ARN condition operators)",
        _arn_of_few_parts,
    ),
)
