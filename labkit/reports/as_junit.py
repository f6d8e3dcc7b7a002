"""The report as JUnit XML, for CI systems: a suite per lab, a case per check."""

from __future__ import annotations

from io import BytesIO

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict

_ELEMENTS = {Verdict.FAILED: Failure, Verdict.UNDETERMINED: Error, Verdict.NOT_APPLICABLE: Skipped}


def render(report: Report) -> str:
    """Failed checks as failures, undetermined ones as errors, those that are not applicable as skipped."""
    document = JUnitXml("assumerole-lab")
    for lab in report.labs:
        document.add_testsuite(_suite(lab))
    stream = BytesIO()
    document.write(stream, pretty=True)
    return stream.getvalue().decode()


def _suite(lab: LabResult) -> TestSuite:
    suite = TestSuite(lab.lab)
    for check in lab.checks:
        suite.add_testcase(_case(lab, check))
    return suite


def _case(lab: LabResult, check: CheckResult) -> TestCase:
    case = TestCase(check.title, classname=f"{lab.lab}.{check.id}", time=check.seconds)
    element = _ELEMENTS.get(check.verdict)
    if element:
        outcome = element(check.reason or check.observed, check.verdict.value)
        outcome.text = f"{check.identity}: {check.call}\nexpected: {check.expected}\nobserved: {check.observed}"
        case.result = [outcome]
    return case
