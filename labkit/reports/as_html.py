"""The report as one web page that needs no network: the lab as a picture, its story, and why AWS answered so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from labkit.reports import comparison
from labkit.reports.excerpt import Line, excerpt
from labkit.reports.picture import describe, draw
from labkit.reports.wording import MARKS, WORDS, tally
from labkit.results import CheckResult, LabResult, Report

_TEMPLATES = Path(__file__).parent / "templates"
_WAIT_WORTH_SHOWING_S = 0.05
_LONGEST_WAIT_PX = 72
_PX_PER_SECOND = 12


@dataclass(frozen=True)
class Moment:
    """A check in the timeline: `at`, seconds after the story began; `wait`, in pixels, how long it was waited for."""

    check: CheckResult
    at: float
    wait: int


@dataclass(frozen=True)
class Scene:
    """The checks that one identity after another asks: a chapter of the timeline."""

    identity: str
    moments: tuple[Moment, ...]


def render(report: Report) -> str:
    """The whole page."""
    return _environment().get_template("report.html.j2").render(report=report).lstrip()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(word=WORDS.__getitem__, mark=MARKS.__getitem__, tally=tally, timeline=_timeline)
    environment.filters["blocks"] = _blocks
    environment.globals.update(draw=draw, describe=describe, excerpt=excerpt, comparison=comparison.table)
    return environment


def _blocks(lines: list[Line]) -> list[tuple[bool, list[Line]]]:
    """The lines in runs: those that belong to the statement that decided, and the others."""
    return [(decides, list(run)) for decides, run in groupby(lines, key=lambda line: line.decides)]


def _timeline(lab: LabResult) -> list[Scene]:
    return [
        Scene(identity, tuple(moments))
        for identity, moments in groupby(_moments(lab), key=lambda moment: moment.check.identity)
    ]


def _moments(lab: LabResult) -> Iterator[Moment]:
    at = 0.0
    for check in lab.checks:
        waited = check.attempts > 1 and check.seconds >= _WAIT_WORTH_SHOWING_S
        wait = min(_LONGEST_WAIT_PX, round(check.seconds * _PX_PER_SECOND)) if waited else 0
        yield Moment(check, at, wait)
        at += check.seconds
