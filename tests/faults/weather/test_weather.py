"""A few verifications in bad weather; `make weather` runs two hundred, with longer delays."""

from __future__ import annotations

import pytest

from labkit.verdicts import Verdict
from tests.faults.weather.runs import Outcome, Weather, run
from tests.faults.weather.templates import BREAKS, broken, synthesize

STORM = ("throttle=0.2", "errors=0.05", "drop=0.02", "slow=0.02+0.1")
# Enough on a machine that does other things as well; a verification ends as soon as it can.
AMPLE_S = 60.0


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    return synthesize(tmp_path_factory.mktemp("synthesis"))


def true(outcome: Outcome) -> Outcome:
    """The outcome, which has to be true."""
    assert outcome.wrong == [], outcome.problems
    return outcome


def test_the_healthy_lab_is_proven_while_it_spreads_and_sts_goes_away(template: str) -> None:
    storm = (*STORM, "sts-outage=1+1.5")
    outcome = true(run(Weather(delay=2, read_delay=1, deadline=AMPLE_S, more=storm, seed=11), template))
    assert outcome.unfinished == [], outcome.problems
    assert outcome.verdict is Verdict.PROVEN
    assert outcome.attempts > len(outcome.checks), "nothing was asked again"
    assert outcome.seconds > 1


@pytest.mark.parametrize("lab", ["James reads S3 himself", "the role may write objects"])
def test_a_broken_lab_is_found_out_while_it_spreads(template: str, lab: str) -> None:
    outcome = true(run(Weather(delay=1, read_delay=1, deadline=8, lab=lab, more=STORM, seed=12), template))
    assert outcome.verdict is Verdict.FAILED
    assert {name for name, verdict in outcome.checks.items() if verdict is Verdict.FAILED} == BREAKS[lab].fails


@pytest.mark.parametrize(("lab", "deadline"), [("James reads S3 himself", 1), ("the role trusts everybody", 2)])
def test_with_a_short_deadline_a_broken_lab_is_not_proven(template: str, lab: str, deadline: float) -> None:
    weather = Weather(delay=20, read_delay=5, deadline=deadline, lab=lab, more=STORM, seed=13)
    assert true(run(weather, template)).verdict is not Verdict.PROVEN


@pytest.mark.parametrize("lab", BREAKS)
def test_a_break_changes_the_template(template: str, lab: str) -> None:
    assert broken(template, None) == template
    assert broken(template, lab) != broken(template, None)


@pytest.mark.parametrize("lab", BREAKS)
def test_in_fair_weather_a_broken_lab_fails_as_its_break_says(template: str, lab: str) -> None:
    outcome = true(run(Weather(delay=0, read_delay=0, deadline=0.5, lab=lab), template))
    failed = {check for check, verdict in outcome.checks.items() if verdict is Verdict.FAILED}
    assert failed == BREAKS[lab].fails
