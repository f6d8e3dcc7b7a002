"""The report as JSON, for programs."""

from __future__ import annotations

import json

from labkit.explanation.explanation import Explanation
from labkit.results import CheckResult, LabResult, Report

# The contract: these and, where it was asked for, an explanation.
_FIELDS = ("id", "title", "identity", "call", "expected", "observed", "verdict", "reason", "attempts", "seconds")


def render(report: Report) -> str:
    """The report as one JSON document: labs, their checks, the verdict and the exit code."""
    document = {
        "labs": [_lab(lab) for lab in report.labs],
        "verdict": report.verdict.value,
        "exit_code": report.exit_code,
    }
    return json.dumps(document, indent=2) + "\n"


def _lab(lab: LabResult) -> dict[str, object]:
    return {
        "lab": lab.lab,
        "stack": lab.stack,
        "verdict": lab.verdict.value,
        "seconds": round(lab.seconds, 3),
        "checks": [_check(check) for check in lab.checks],
    }


def _check(check: CheckResult) -> dict[str, object]:
    """The contract's fields, and the explanation only where one was asked for."""
    fields = {name: getattr(check, name) for name in _FIELDS}
    return {**fields, "explanation": _explanation(check.explanation)} if check.explanation else fields


def _explanation(explanation: Explanation) -> dict[str, object]:
    return {
        "why": explanation.why,
        "change": explanation.change,
        "difference": explanation.difference,
        "policies": [
            {"policy": source.title, "statement": None if source.statement is None else source.statement + 1}
            for source in explanation.sources
        ],
    }
