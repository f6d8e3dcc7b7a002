"""Policies derived from a document: nothing lost, nothing added, no part too large."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_stacks.policy_parts import Document, policy_size, split_policy, without_service

Grants = Counter[tuple[str, str, str]]


def statement(actions: Any, resources: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def document(*statements: dict[str, Any]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def grants(*documents: Document) -> Grants:
    """Every action on every resource, with the rest of its statement, as often as it stands there."""
    return Counter(
        (action, resource, json.dumps({**part, "Action": "", "Resource": ""}, sort_keys=True))
        for one in documents
        for part in one["Statement"]
        for action, resource in product(as_list(part["Action"]), as_list(part["Resource"]))
    )


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


words = st.text("abcXYZ*", min_size=1, max_size=20)
values = st.lists(words, min_size=1, max_size=12, unique=True)
statements = st.builds(
    statement,
    values | words,
    values | words,
    Condition=st.sampled_from([{}, {"Bool": {"aws:SecureTransport": "true"}}]),
)
documents = st.lists(statements, max_size=4).map(lambda found: document(*found))


@given(documents, st.integers(500, 1000))
def test_the_parts_grant_what_the_document_grants_and_fit(whole: Document, quota: int) -> None:
    parts = split_policy(whole, quota)
    assert grants(*parts) == grants(whole)
    assert all(policy_size(part) <= quota for part in parts)
    assert parts == split_policy(whole, quota)


@given(st.lists(values, max_size=6), st.integers(200, 500))
def test_no_part_could_take_up_one_more_action(lists: list[list[str]], quota: int) -> None:
    parts = split_policy(document(*(statement(actions, Sid=f"S{n}") for n, actions in enumerate(lists))), quota)
    for part, following in pairwise(parts):
        *others, last = part["Statement"]
        first = following["Statement"][0]
        next_action = first["Action"][:1]
        if first["Sid"] == last["Sid"]:
            grown = document(*others, {**last, "Action": last["Action"] + next_action})
        else:
            grown = document(*others, last, {**first, "Action": next_action})
        assert policy_size(grown) > quota


def test_a_document_that_fits_stays_as_it_is() -> None:
    whole = document(statement(["s3:GetObject"], Sid="Read"), statement("sts:AssumeRole"))
    assert split_policy(whole) == [whole]


def test_a_document_without_statements_needs_no_policy() -> None:
    assert split_policy(document()) == []


def test_the_size_counts_everything_but_white_space() -> None:
    small = document(statement("a:b"))
    assert policy_size(small) == len(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"}]}'
    )
    assert policy_size(document(statement("a:b", Sid="X"))) == policy_size(small) + len(',"Sid":"X"')
    assert policy_size(document(statement("a:b c\td"))) == policy_size(document(statement("a:bctd"))) + 1


def test_the_quota_may_be_filled_to_the_last_character() -> None:
    whole = document(statement(["a:A", "a:B"]))
    assert len(split_policy(whole, policy_size(whole))) == 1
    assert len(split_policy(whole, policy_size(whole) - 1)) == 2


def test_a_statement_goes_on_with_all_that_belongs_to_it() -> None:
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    whole = document(statement([f"a:Action{number}" for number in range(40)], Sid="Long", Condition=condition))
    parts = split_policy(whole, 400)
    assert len(parts) > 1
    for part in parts:
        (only,) = part["Statement"]
        assert {**only, "Action": None} == {**statement(None), "Sid": "Long", "Condition": condition}


def test_resources_are_split_where_they_are_the_longer_list() -> None:
    whole = document(statement("a:Get", [f"arn:aws:a:::thing/{number}" for number in range(40)]))
    parts = split_policy(whole, 400)
    assert len(parts) > 1
    assert grants(*parts) == grants(whole)


@pytest.mark.parametrize(
    "unsplittable",
    [
        statement("a:" + "x" * 400),
        statement(["a:" + "x" * 400, "a:B"]),
        statement("a:Get", "arn:" + "x" * 400),
        {"Effect": "Allow", "NotAction": [f"a:Action{number}" for number in range(40)], "Resource": "*"},
        {"Effect": "Deny", "Action": "a:Get", "NotResource": [f"arn:aws:a:::thing/{number}" for number in range(40)]},
    ],
    ids=["action", "action-in-list", "resource", "not-action", "not-resource"],
)
def test_what_can_not_be_split_is_refused(unsplittable: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not fit in a policy of 400 characters"):
        split_policy(document(statement("b:Small"), unsplittable), 400)


def test_a_service_is_taken_out_whatever_its_case_and_nothing_else_is() -> None:
    whole = document(
        statement(
            ["s3:ListBucket", "S3:ListAllMyBuckets", "s3-outposts:List*", "s3express:List*", "ec2:*"], Sid="Many"
        ),
        statement("s3:GetObject"),
        statement("sts:AssumeRole"),
    )
    assert without_service(whole, "s3") == document(
        statement(["s3-outposts:List*", "s3express:List*", "ec2:*"], Sid="Many"), statement(["sts:AssumeRole"])
    )


@pytest.mark.parametrize("action", ["*", "s*:List*", "?3:GetObject"])
def test_a_wildcard_that_may_reach_the_service_is_refused(action: str) -> None:
    with pytest.raises(ValueError, match="which services"):
        without_service(document(statement(["ec2:Get*", action])), "s3")


def test_actions_that_are_only_excluded_are_refused() -> None:
    with pytest.raises(ValueError, match="without Action"):
        without_service(document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), "s3")
