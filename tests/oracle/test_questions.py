"""The questions of `make oracle` themselves, without the other evaluator."""

from __future__ import annotations

from iam_engine import Effect, decide
from tests.oracle.explained import EXPLANATIONS
from tests.oracle.questions import questions


def test_the_same_seed_asks_the_same() -> None:
    assert list(questions(50, 7)) == list(questions(50, 7))
    assert list(questions(50, 7)) != list(questions(50, 8))


def test_every_answer_occurs() -> None:
    answers = [decide(*question.ours()) for question in questions(500, 1)]
    assert {answer.effect for answer in answers} == set(Effect)
    assert len({answer.layer for answer in answers}) >= 5


def test_both_are_asked_the_same() -> None:
    for question in questions(200, 1):
        request, policies = question.ours()
        simulation = question.theirs()
        assert simulation["request"]["action"] == request.action
        assert len(simulation["identityPolicies"]) == len(policies.identity)
        assert ("resourcePolicy" in simulation) is (policies.resource is not None)
        assert ("sessionPolicy" in simulation) is (policies.session is not None)
        assert ("permissionBoundaryPolicies" in simulation) is (policies.boundary is not None)


def test_every_explanation_names_its_page() -> None:
    assert all("IAM User Guide, " in each.page and each.says for each in EXPLANATIONS)
