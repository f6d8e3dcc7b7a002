"""A mutant is killed only by exit code 1 and a failed check that names the cause; everything else is told."""

from __future__ import annotations

import pytest

from labkit.results import CheckResult, LabResult, Report
from labkit.verdicts import Verdict
from tests.mutants.__main__ import main
from tests.mutants.bench import judge
from tests.mutants.model import HEALTHY, Fate, Outcome
from tests.mutants.score import Score, as_markdown, as_table, in_one_line

CAUSE = (("James", "AdministratorAccess"),)


def report(*checks: tuple[Verdict, str]) -> Report:
    results = tuple(
        CheckResult(str(n), "What James has", "administrator", "iam:X", "", "seen", verdict, reason, 1, 0.0)
        for n, (verdict, reason) in enumerate(checks)
    )
    return Report((LabResult("a-lab", "ALab", results, 0.0),))


@pytest.mark.parametrize(
    ("checks", "fate"),
    [
        ([(Verdict.PROVEN, "")], Fate.SURVIVED),
        ([(Verdict.FAILED, "policy administratoraccess should not be there")], Fate.KILLED),
        ([(Verdict.PROVEN, ""), (Verdict.FAILED, "AdministratorAccess"), (Verdict.UNDETERMINED, "")], Fate.KILLED),
        ([(Verdict.FAILED, "something else")], Fate.MISNAMED),
        ([(Verdict.FAILED, "something else"), (Verdict.PROVEN, "AdministratorAccess")], Fate.MISNAMED),
        ([(Verdict.UNDETERMINED, "AdministratorAccess")], Fate.UNDETERMINED),
        ([(Verdict.NOT_APPLICABLE, "AdministratorAccess")], Fate.UNDETERMINED),
        ([], Fate.UNDETERMINED),
    ],
)
def test_only_a_failure_that_names_the_cause_kills(checks: list[tuple[Verdict, str]], fate: Fate) -> None:
    assert judge(report(*checks), CAUSE)[0] is fate


def test_all_words_of_a_cause_must_be_in_one_check() -> None:
    split = report((Verdict.FAILED, "AdministratorAccess"), (Verdict.FAILED, "role"))
    assert judge(split, (("AdministratorAccess", "role"),))[0] is Fate.MISNAMED
    assert judge(split, (("no", "such"), ("role",)))[0] is Fate.KILLED


def outcome(id: str, fate: Fate, operator: str = "widen") -> Outcome:
    return Outcome("a-lab", operator, id, fate, "said")


def score(*outcomes: Outcome, healthy: Fate = Fate.SURVIVED, equivalents: dict[str, str] | None = None) -> Score:
    alarms = [outcome("as it is", healthy, HEALTHY)]
    return Score(outcomes, alarms, {"a-lab": equivalents or {}})


def test_a_run_in_which_every_mutant_is_killed_has_no_fault() -> None:
    run = score(
        outcome("1", Fate.KILLED), outcome("2", Fate.INVALID), outcome("3", Fate.SURVIVED), equivalents={"3": "why"}
    )
    assert run.faults(complete=True) == []
    assert run.tally().score == "1/1"
    assert (run.tally().equivalent, run.tally().invalid) == (1, 1)
    assert run.invalid() == ["a-lab: 2: said"]
    assert "| `a-lab` | 1/1 | 1 | 1 |" in as_markdown(run)
    assert "1/1 1e 1i" in as_table(run, ["widen"])
    assert in_one_line(run).startswith("1/1 mutants killed (1 equivalent, 1 refused by AWS); no false alarm in 1")


@pytest.mark.parametrize("fate", [Fate.SURVIVED, Fate.UNDETERMINED, Fate.MISNAMED])
def test_a_mutant_that_is_not_killed_is_a_fault(fate: Fate) -> None:
    (fault,) = score(outcome("1", Fate.KILLED), outcome("2", fate)).faults(complete=True)
    assert fault == f"{fate}: a-lab: 2: said"


@pytest.mark.parametrize("fate", [Fate.UNDETERMINED, Fate.MISNAMED, Fate.INVALID])
def test_a_healthy_lab_that_is_not_proven_is_a_false_alarm(fate: Fate) -> None:
    run = score(outcome("1", Fate.KILLED), healthy=fate)
    assert run.faults(complete=True) == ["false alarm: a-lab: said"]
    assert "1 false alarm in 1" in in_one_line(run)


def test_a_list_of_equivalents_that_does_not_hold_is_a_fault() -> None:
    killed = score(outcome("1", Fate.KILLED), equivalents={"1": "why"})
    assert killed.faults(complete=True) == ["listed as equivalent, but killed: a-lab: 1: said"]
    gone = score(outcome("1", Fate.KILLED), equivalents={"gone": "why"})
    assert gone.faults(complete=True) == ["listed as equivalent, but there is no such mutant: a-lab: gone"]
    assert gone.faults(complete=False) == []


@pytest.mark.parametrize("arguments", [["--of-each", "-1"], ["--jobs", "0"], ["--healthy", "many"]])
def test_a_number_that_makes_no_sense_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert f"{arguments[1]!r} is not a whole number" in capsys.readouterr().err
