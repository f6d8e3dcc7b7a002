"""The report as JUnit XML, for CI systems: a suite per lab, a case per check."""

from __future__ import annotations

import re
from io import BytesIO

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from labkit.reports.wording import facts
from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict

_ELEMENTS = {Verdict.FAILED: Failure, Verdict.UNDETERMINED: Error, Verdict.NOT_APPLICABLE: Skipped}
# XML 1.0 has no way to write these, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Failed checks as failures, undetermined ones as errors, those that are not applicable as skipped."""
    document = JUnitXml("assumerole-lab")
    for lab in report.labs:
        document.add_testsuite(_suite(lab, report))
    document.update_statistics()  # type: ignore[no-untyped-call]
    stream = BytesIO()
    document.write(stream, pretty=True)
    return stream.getvalue().decode()


def _suite(lab: LabResult, report: Report) -> TestSuite:
    suite = TestSuite(lab.lab)
    if report.began:
        suite.timestamp = report.began.isoformat(timespec="seconds")
    for name, value in {"stack": lab.stack, "account": report.account, "verdict": lab.verdict.value}.items():
        suite.add_property(name, value)
    suite.add_testcases([_case(lab, check) for check in lab.checks])
    return suite


def _case(lab: LabResult, check: CheckResult) -> TestCase:
    case = TestCase(_xml(check.title), classname=f"{lab.lab}.{check.id}", time=check.seconds)
    said = _xml("\n".join(f"{heading}: {text}" for heading, text in facts(check)))
    element = _ELEMENTS.get(check.verdict)
    if element:
        outcome = element(_xml(check.reason or check.observed), check.verdict.value)
        outcome.text = said
        case.result = [outcome]
    else:
        case.system_out = said
    return case


def _xml(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
