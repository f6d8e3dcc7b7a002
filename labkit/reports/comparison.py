"""What each identity may do, as a table: a row for each call, a column for each identity."""

from __future__ import annotations

from labkit.results import CheckResult, LabResult
from labkit.verdicts import Verdict

_YES = "yes"
_NOT_ASKED = ""


def table(lab: LabResult) -> list[list[str]]:
    """The compared checks of `lab`: first a row of headings, then one for each call; nothing if there are none.

    A cell says what is proven: "yes", or the code with which AWS refuses. Where nothing is proven it says that.
    """
    compared = [check for check in lab.checks if check.id in lab.compared]
    if not compared:
        return []
    identities = list(dict.fromkeys(check.identity for check in compared))
    cells = {(_operation(check), check.identity): _cell(check) for check in compared}
    calls = dict.fromkeys(_operation(check) for check in compared)
    rows = [[call, *(cells.get((call, identity), _NOT_ASKED) for identity in identities)] for call in calls]
    return [["", *identities], *rows]


def _operation(check: CheckResult) -> str:
    return check.call.split()[0]


def _cell(check: CheckResult) -> str:
    if check.verdict is not Verdict.PROVEN:
        return check.verdict.value.replace("_", " ")
    expected = check.expected.split()[0]
    # Expected are "allowed", "credentials of …", the ARN of a caller, or else the code of an error.
    return _YES if expected in ("allowed", "credentials") or expected.startswith("arn:") else expected
