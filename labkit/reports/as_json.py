"""The report as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from labkit.results import LabResult, Report


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
        "checks": [asdict(check) for check in lab.checks],
    }
