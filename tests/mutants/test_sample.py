"""A few mutants of every lab in every run of the tests; `make mutants` tries them all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from labkit.catalogue import Entry, all_labs, find_labs
from tests.mutants import bench
from tests.mutants.__main__ import choose
from tests.mutants.labs import equivalent_of, mutants_of, synthesize
from tests.mutants.model import HEALTHY, Fate, LabTemplates, Mutant
from tests.mutants.pool import in_any_order, run
from tests.mutants.score import Score

OF_EACH_LAB = 1


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> tuple[LabTemplates, ...]:
    return synthesize(tmp_path_factory.mktemp("assembly"))


@pytest.fixture
def environment() -> Iterator[None]:
    """A bench makes its embedded AWS this process's AWS."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def spread(mutants: list[Mutant], number: int, first: int) -> list[Mutant]:
    """`number` of them, evenly apart; `first` shifts the choice, so that labs don't all try the same operators."""
    step = len(mutants) / number
    return [mutants[int((start + 0.5) * step + first) % len(mutants)] for start in range(number)]


def test_every_lab_takes_part(labs: tuple[LabTemplates, ...]) -> None:
    assert [lab.name for lab in labs] == [entry.name for entry in all_labs()]
    for lab in labs:
        ids = [mutant.id for mutant in mutants_of(lab)]
        assert len(ids) >= 60
        assert len(set(ids)) == len(ids)
        assert set(equivalent_of(lab.name)) <= set(ids)
        assert all(reason.strip() for reason in equivalent_of(lab.name).values())


@pytest.mark.long
def test_a_sample_of_every_lab_is_killed_and_a_healthy_lab_is_not(labs: tuple[LabTemplates, ...]) -> None:
    mutants = [spread(list(mutants_of(lab)), OF_EACH_LAB, 5 * number) for number, lab in enumerate(labs)]
    outcomes = run([*chain(*mutants), labs[0]], jobs=3)
    equivalents = {lab.name: equivalent_of(lab.name) for lab in labs}
    tried = [outcome for outcome in outcomes if outcome.operator != HEALTHY]
    healthy = [outcome for outcome in outcomes if outcome.operator == HEALTHY]
    assert (len(tried), len(healthy)) == (OF_EACH_LAB * len(labs), 1)
    assert Score(tried, healthy, equivalents).faults(complete=False) == []
    assert any(outcome.fate is Fate.KILLED for outcome in tried)


def test_a_choice_has_some_of_every_operator_and_none_is_lost(labs: tuple[LabTemplates, ...]) -> None:
    everything = [list(mutants_of(lab)) for lab in labs]
    for mutants in everything:
        chosen = choose(mutants, 2)
        number = Counter(mutant.operator for mutant in mutants)
        assert Counter(mutant.operator for mutant in chosen) == {name: min(2, n) for name, n in number.items()}
        assert sorted(mutant.id for mutant in choose(mutants, 0)) == sorted(mutant.id for mutant in mutants)
    todo = [mutant for mutants in everything for mutant in mutants]
    assert sorted(mutant.id for mutant in in_any_order(todo)) == sorted(mutant.id for mutant in todo)


@pytest.mark.usefixtures("environment")
def test_a_lab_that_promises_less_lets_a_mutant_live(
    labs: tuple[LabTemplates, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more principal in the trust policy: nothing but the check of its shape can see that."""
    james = next(lab for lab in labs if lab.name == "james-s3")
    mutant = next(m for m in mutants_of(james) if m.operator == "add-principal" and "stranger" in m.change.where)
    for whole in (True, False):
        (killed,) = bench.work_through([mutant], whole)
        assert killed.fate is Fate.KILLED
        assert "mutant-stranger" in killed.words
    (entry,) = find_labs(("james-s3",))
    weaker = replace(entry.lab, story=tuple(check for check in entry.lab.story if check.id != "trust-policy"))
    weak_entry = Entry(Path(entry.folder))
    weak_entry.__dict__["lab"] = weaker
    monkeypatch.setattr(bench, "find_labs", lambda names: (weak_entry,))
    (survived,) = bench.work_through([mutant], whole=False)
    assert survived.fate is Fate.SURVIVED


@pytest.mark.usefixtures("environment")
def test_a_mutant_that_can_t_be_deployed_is_not_counted_as_killed(labs: tuple[LabTemplates, ...]) -> None:
    james = next(lab for lab in labs if lab.name == "james-s3")
    mutant = next(mutants_of(james))
    nonsense = {"Resources": {"User": {"Type": "AWS::IAM::User", "Properties": {"UserName": "no/slash"}}}}
    (outcome,) = bench.work_through([replace(mutant, change=replace(mutant.change, template=nonsense))])
    assert outcome.fate is Fate.INVALID
    assert "User (AWS::IAM::User)" in outcome.words
