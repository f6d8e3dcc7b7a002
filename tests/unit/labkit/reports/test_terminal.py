"""What a person sees: on a wide terminal, on a narrow one, without colour, and in a pipe."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console

from labkit.reports.terminal import Terminal
from labkit.reports.wording import brief, summary
from labkit.results import LabResult, Report
from labkit.verdicts import Verdict
from tests.unit.labkit.reports.samples import EXPLAINED, HEALTHY, LAB, REPORT, check

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def on_a_terminal(report: Report, width: int, **options: bool) -> str:
    terminal = Terminal()
    stream = StringIO()
    terminal.out = Console(file=stream, force_terminal=True, highlight=False, width=width, **options)  # type: ignore[arg-type]
    terminal.report(report)
    return stream.getvalue()


def test_a_pipe_gets_a_line_for_each_check_and_in_full_what_is_not_proven(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Terminal().report(REPORT)
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert "proven          james-s3  list  The check list  expected: allowed  observed: allowed" in lines
    assert "undetermined    james-s3  unsure  The check unsure  expected: allowed  observed: allowed" in lines
    assert "? undetermined: The check unsure  (unsure)" in lines
    assert "    reason    because it is undetermined" in lines
    assert "    observed  allowed" in lines
    assert sum(line.startswith("    expected  ") for line in lines) == 3
    assert lines[-1] == summary(REPORT)
    assert "\x1b" not in out


def test_a_pipe_s_lines_are_never_wrapped_or_cut(capsys: pytest.CaptureFixture[str]) -> None:
    long = check("long", Verdict.FAILED, observed="word " * 100 + "end")
    Terminal().report(Report((LabResult("lab", "Stack", (long,), 1.0),)))
    assert f"    observed  {'word ' * 100}end" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [30, 40, 80, 99, 100, 120, 200])
def test_nothing_runs_over_the_edge_of_a_terminal(width: int) -> None:
    shown = ESCAPES.sub("", on_a_terminal(REPORT, width))
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= width


def test_a_wide_terminal_shows_answers_beside_the_titles_a_narrow_one_does_not() -> None:
    answer = "AccessDenied: no identity-based policy allows s3:GetObject"
    report = Report((LabResult("lab", "Stack", (check("one", observed=answer),), 1.0),))
    shown = on_a_terminal(report, 200)
    assert answer in shown
    assert "allowed" in shown
    for heading in ("expected", "observed"):
        assert heading in on_a_terminal(report, 120)
        assert heading not in on_a_terminal(report, 80)
    assert answer not in on_a_terminal(report, 80)


def test_of_several_labs_those_that_are_proven_take_two_lines() -> None:
    several = ESCAPES.sub("", on_a_terminal(REPORT, 120))
    assert "✓ other-lab  Another lab\n  2 proven in 0.1 s\n" in several
    assert "✗ failed: A title with" in several
    alone = ESCAPES.sub("", on_a_terminal(Report((HEALTHY,)), 120))
    assert "✓ The check one" in alone


def test_an_explained_check_is_shown_in_full_whatever_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    proven = check("one", explanation=EXPLAINED)
    Terminal().report(Report((LabResult("lab", "Stack", (proven,), 1.0),)))
    out = capsys.readouterr().out
    assert f"    change    {EXPLAINED.change}" in out
    assert f"    but       {EXPLAINED.difference}" in out


def test_without_colour_the_marks_still_tell_verdicts_apart() -> None:
    coloured, plain = on_a_terminal(REPORT, 80), on_a_terminal(REPORT, 80, no_color=True)
    assert "\x1b[32m" in coloured
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", plain)
    for mark, id in (("✓", "list"), ("?", "unsure"), ("–", "shape")):
        assert f"{mark} The check {id}" in ESCAPES.sub("", plain)


def test_the_summary_counts_verdicts_apart() -> None:
    assert summary(Report((LAB,), seconds=4.6)) == (
        "FAILED: 6 proven, 1 failed, 1 undetermined, 1 not applicable in 4.6 s; 5 asked again"
    )
    assert summary(Report()).startswith("UNDETERMINED: nothing was checked")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "AccessDenied: User: arn:aws:iam::123456789012:user/James is not authorized to perform: s3:GetObject "
            "on resource: arn:aws:s3:::b/k because no identity-based policy allows the s3:GetObject action",
            "AccessDenied: no identity-based policy allows s3:GetObject",
        ),
        (
            "AccessDenied: User: arn:aws:iam::123456789012:user/James is not authorized to perform: sts:AssumeRole "
            "on resource: arn:aws:iam::123456789012:role/r",
            "AccessDenied: sts:AssumeRole",
        ),
        ("arn:aws:sts::123456789012:assumed-role/r/s", "assumed-role/r/s"),
        ("NoSuchKey: The specified key does not exist.", "NoSuchKey: The specified key does not exist."),
    ],
)
def test_a_table_says_it_in_fewer_words(said: str, shown: str) -> None:
    assert brief(said) == shown
