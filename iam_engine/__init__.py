"""Why AWS answers as it does: the evaluation of IAM policies as a pure function, with a trace."""

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
