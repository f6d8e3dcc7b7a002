"""What must be true of any decision, whatever the policies: IAM User Guide, reference_policies_evaluation-logic."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iam_engine import Effect, Policies, Policy, Principal, PrincipalKind, Request, decide, patterns, variables

HOME, PARTNER = "123456789012", "210987654321"
ROLE = f"arn:aws:iam::{HOME}:role/labs/reader"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/reader/james"
USER = f"arn:aws:iam::{HOME}:user/james"
FEDERATED = f"arn:aws:sts::{HOME}:federated-user/guest"
TARGET = f"arn:aws:iam::{HOME}:role/target"

PRINCIPALS = [
    Principal(PrincipalKind.USER, USER, HOME),
    Principal(PrincipalKind.ASSUMED_ROLE, SESSION, HOME, ROLE),
    Principal(PrincipalKind.FEDERATED_USER, FEDERATED, HOME, USER),
    Principal(PrincipalKind.ROOT, f"arn:aws:iam::{HOME}:root", HOME),
    Principal(PrincipalKind.SERVICE, "lambda.amazonaws.com", ""),
    Principal(PrincipalKind.ANONYMOUS, "anonymous", ""),
]

Document = dict[str, Any]
some = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@dataclass(frozen=True)
class Case:
    """A request, and the documents of every layer, still to be changed and parsed."""

    request: Request
    layers: dict[str, list[Document]]
    is_trust: bool
    has_boundary: bool
    has_session: bool

    def decide(self) -> Any:
        parsed = {name: tuple(_parse(document) for document in documents) for name, documents in self.layers.items()}
        policies = Policies(
            identity=parsed["identity"],
            resource=parsed["resource"][0] if parsed["resource"] else None,
            resource_is_trust=self.is_trust,
            boundary=parsed["boundary"][0] if self.has_boundary else None,
            session=parsed["session"] if self.has_session else None,
            service_control=(parsed["service_control"],) if parsed["service_control"] else (),
        )
        return decide(self.request, policies)

    def allowed(self) -> bool:
        return bool(self.decide().allowed)

    def copy(self) -> Case:
        return replace(self, layers=copy.deepcopy(self.layers))

    def statements(self) -> list[tuple[list[Document], int]]:
        """Every statement, as the list that holds it and its place in it."""
        holders = [document["Statement"] for documents in self.layers.values() for document in documents]
        return [(holder, index) for holder in holders for index in range(len(holder))]


def _parse(document: Document) -> Policy:
    return Policy.parse(document, "any")


def _one_or_more(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(values), st.lists(st.sampled_from(values), min_size=1, max_size=3))


CONDITIONS = st.dictionaries(
    st.sampled_from(
        [
            "StringEquals",
            "StringNotEquals",
            "StringLikeIfExists",
            "ForAllValues:StringLike",
            "ForAnyValue:StringNotEqualsIfExists",
            "Null",
            "Nonsense",
        ]
    ),
    st.dictionaries(
        st.sampled_from(["aws:username", "aws:TagKeys", "aws:PrincipalTag/team"]),
        _one_or_more(["james", "j*", "team", "${aws:username}", "${aws:PrincipalTag/team, 'none'}", "true"]),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)
ACTIONS = _one_or_more(["sts:AssumeRole", "s3:Get*", "*", "*"])
RESOURCES = _one_or_more([TARGET, "arn:aws:s3:::${aws:username}/*", "*", "*"])
NAMES = st.one_of(
    st.just("*"),
    st.fixed_dictionaries({"AWS": _one_or_more([USER, ROLE, SESSION, FEDERATED, HOME, PARTNER, "*"])}),
    st.just({"Service": "lambda.amazonaws.com"}),
)


@st.composite
def statements(draw: st.DrawFn, *, resource_based: bool) -> Document:
    effect = draw(st.sampled_from(["Allow"] * 6 + ["Deny"]))
    statement: Document = {"Effect": effect}
    statement[draw(st.sampled_from(["Action"] * 5 + ["NotAction"]))] = draw(ACTIONS)
    if resource_based:
        statement[draw(st.sampled_from(["Principal"] * 4 + ["NotPrincipal"]))] = draw(NAMES)
    else:
        statement[draw(st.sampled_from(["Resource"] * 5 + ["NotResource"]))] = draw(RESOURCES)
    if draw(st.sampled_from([False, False, True])):
        statement["Condition"] = draw(CONDITIONS)
    return statement


def documents(*, resource_based: bool = False, least: int = 0, most: int = 1) -> st.SearchStrategy[list[Document]]:
    listed = st.lists(statements(resource_based=resource_based), min_size=1, max_size=3)
    document = st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": listed})
    return st.lists(document, min_size=least, max_size=most)


@lru_cache
def cases() -> st.SearchStrategy[Case]:
    context = st.fixed_dictionaries(
        {},
        optional={
            "aws:username": st.sampled_from(["james", "jane"]),
            "aws:TagKeys": st.lists(st.sampled_from(["team", "james"]), max_size=2),
            "aws:PrincipalTag/team": st.sampled_from(["james", "team"]),
        },
    )
    requests = st.builds(
        Request,
        principal=st.sampled_from(PRINCIPALS),
        action=st.sampled_from(["sts:AssumeRole", "s3:GetObject"]),
        resource=st.sampled_from([TARGET, "arn:aws:s3:::james/key"]),
        resource_account=st.sampled_from([HOME, HOME, PARTNER]),
        context=context,
    )
    layers = st.fixed_dictionaries(
        {
            "identity": documents(most=2),
            "resource": documents(resource_based=True),
            "boundary": documents(least=1),
            "session": documents(least=1, most=2),
            "service_control": documents(),
        }
    )
    seldom = st.sampled_from([False, False, True])
    return st.builds(Case, requests, layers, seldom, seldom, seldom)


@some
@given(cases())
def test_a_matching_deny_is_never_overruled(case: Case) -> None:
    decision = case.decide()
    matched = [s for layer in decision.trace for s in layer.statements if s.matched]
    denied = any(s.effect is Effect.EXPLICIT_DENY for s in matched)
    assert (decision.effect is Effect.EXPLICIT_DENY) is denied


@some
@given(cases(), st.sampled_from(["identity", "resource", "service_control"]), st.data())
def test_a_deny_of_everything_in_any_layer_denies(case: Case, layer: str, data: st.DataObject) -> None:
    deny: Document = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    if layer == "resource":
        deny["Principal"] = "*"
    changed = case.copy()
    if not changed.layers[layer]:
        changed.layers[layer].append({"Statement": []})
    document = data.draw(st.sampled_from(changed.layers[layer]))
    document["Statement"].insert(data.draw(st.integers(0, len(document["Statement"]))), deny)
    assert changed.decide().effect is Effect.EXPLICIT_DENY


@some
@given(cases(), st.data())
def test_removing_an_allow_never_grants(case: Case, data: st.DataObject) -> None:
    changed = case.copy()
    allows = [(holder, i) for holder, i in changed.statements() if holder[i]["Effect"] == "Allow"]
    assume(allows)
    holder, index = data.draw(st.sampled_from(allows))
    del holder[index]
    assert case.allowed() or not changed.allowed()


@some
@given(cases(), CONDITIONS, st.data())
def test_adding_a_condition_never_widens_an_allow(case: Case, condition: Document, data: st.DataObject) -> None:
    changed = case.copy()
    allows = [(holder, i) for holder, i in changed.statements() if holder[i]["Effect"] == "Allow"]
    assume(allows)
    holder, index = data.draw(st.sampled_from(allows))
    present = holder[index].setdefault("Condition", {})
    for operator, keys in condition.items():
        present[operator] = {**keys, **present.get(operator, {})}
    assert case.allowed() or not changed.allowed()


@some
@given(cases(), CONDITIONS, st.data())
def test_adding_a_condition_to_a_deny_never_takes_access_away(
    case: Case, condition: Document, data: st.DataObject
) -> None:
    changed = case.copy()
    denies = [(holder, i) for holder, i in changed.statements() if holder[i]["Effect"] == "Deny"]
    assume(denies)
    holder, index = data.draw(st.sampled_from(denies))
    present = holder[index].setdefault("Condition", {})
    for operator, keys in condition.items():
        present[operator] = {**keys, **present.get(operator, {})}
    assert changed.allowed() or not case.allowed()


@some
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_anything_never_matters(case: Case, shuffler: random.Random) -> None:
    changed = case.copy()
    for layer in changed.layers.values():
        if layer is not changed.layers["boundary"]:
            shuffler.shuffle(layer)
        for document in layer:
            shuffler.shuffle(document["Statement"])
            for index, statement in enumerate(document["Statement"]):
                document["Statement"][index] = _shuffled(statement, shuffler)
    assert changed.decide().effect is case.decide().effect
    assert changed.decide().layer is case.decide().layer


def _shuffled(value: Any, shuffler: random.Random) -> Any:
    if isinstance(value, dict):
        items = [(key, _shuffled(each, shuffler)) for key, each in value.items()]
        shuffler.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        return shuffler.sample(value, len(value))
    return value


@some
@given(cases())
def test_a_boundary_only_narrows(case: Case) -> None:
    bounded, free = replace(case, has_boundary=True), replace(case, has_boundary=False)
    assert free.allowed() or not bounded.allowed()


@some
@given(cases())
def test_a_session_policy_only_narrows(case: Case) -> None:
    # A federated user has nothing but what the session policy leaves of the user's permissions.
    assume(case.request.principal.kind is not PrincipalKind.FEDERATED_USER)
    cut, whole = replace(case, has_session=True), replace(case, has_session=False)
    assert whole.allowed() or not cut.allowed()


@some
@given(cases())
def test_service_control_policies_only_narrow(case: Case) -> None:
    free = replace(case, layers={**case.layers, "service_control": []})
    assert free.allowed() or not case.allowed()


@some
@given(cases())
def test_no_trust_policy_no_session_and_both_sides_across_accounts(case: Case) -> None:
    trusting = replace(case, is_trust=True)
    assert not replace(trusting, layers={**case.layers, "resource": []}).allowed()
    principal = case.request.principal
    if principal.kind is PrincipalKind.USER and case.request.resource_account == PARTNER:
        assert not replace(case, layers={**case.layers, "identity": []}).allowed()
        assert not replace(case, layers={**case.layers, "resource": []}).allowed()


def _matches(pattern: str, text: str) -> bool:
    """Wildcards by the book, slowly."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_matches(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in (text[0], "?") and _matches(pattern[1:], text[1:])


@settings(some, max_examples=200)
@given(st.text("ab:*?", max_size=8), st.text("ab:\n", max_size=10))
def test_wildcards_match_as_their_definition_does(pattern: str, text: str) -> None:
    tokens = variables.static(variables.parse(pattern, variables=True, wildcards=True))
    assert tokens is not None
    compiled = patterns.one_of([patterns.glob(tokens)])
    assert compiled is not None
    assert (compiled.match(text) is not None) is _matches(pattern, text)


PARTS = st.lists(st.text("ab*?", max_size=3), min_size=5, max_size=5)


@settings(some, max_examples=200)
@given(PARTS, st.text("ab:*?", max_size=5), st.lists(st.text("ab", max_size=3), min_size=5), st.text("ab:", max_size=5))
def test_arns_match_part_by_part(header: list[str], last: str, given_header: list[str], given_last: str) -> None:
    tokens = variables.static(variables.parse(":".join([*header, last]), variables=True, wildcards=True))
    assert tokens is not None
    parts = patterns.split_arn(tokens)
    assert parts is not None
    text = ":".join([*given_header[:5], given_last])
    compiled = patterns.one_of([patterns.arn(parts)])
    assert compiled is not None
    expected = all(_matches(*pair) for pair in zip([*header, last], [*given_header[:5], given_last], strict=True))
    assert (compiled.match(text) is not None) is expected
