"""Changes of a case that may turn its answer around; whether one does is for the engine to say (see search.py).

They come in an order: of two that both turn the answer around, the earlier one changes fewer other answers. First what
the caller can do alone, then an edit that reaches no further than the request, then what reaches further.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from iam_engine import ConditionTrace, Decision, Effect, Layer, Part, PrincipalKind, StatementTrace
from labkit.checks.documents import as_list
from labkit.explanation import edits
from labkit.explanation.case import Case
from labkit.explanation.circumstances import leave_out, meet
from labkit.explanation.policies import Held, Kind, fits
from labkit.explanation.statements import NO_RESOURCE, place

_NEW_POLICY = "new-policy"


@dataclass(frozen=True)
class Change:
    """A change in words, in the imperative, and the case as it would be after it."""

    words: str
    case: Case


def changes(case: Case, action: str, decision: Decision) -> Iterator[Change]:
    """The changes that are worth trying, given what decided the case on `action`."""
    if decision.effect is Effect.ALLOW:
        found = _withdraw(case, action, decision)
    elif decision.effect is Effect.EXPLICIT_DENY:
        found = _lift(case, action, decision)
    else:
        found = _grant(case, action, decision)
    yield from (change for change in found if _acceptable(case, change.case))


def _acceptable(before: Case, after: Case) -> bool:
    """Whether AWS takes the policies that are changed or new."""
    return all(fits(held, after.held) for held in after.held if held not in before.held)


# From allowed to denied.


def _withdraw(case: Case, action: str, decision: Decision) -> Iterator[Change]:
    for condition in decision.conditions:
        yield from _without(case, condition)
        yield from _with(case, condition)
    held, index = case.find(decision.policy), decision.statement
    if held and held.editable and not held.shared and index is not None:
        yield from _narrow(case, held, index, action)
    if case.home:
        yield _on_asker(case, _statement("Deny", action, case.resource))


def _narrow(case: Case, held: Held, index: int, action: str) -> Iterator[Change]:
    """Take out of an Allow what lets this request through, where that reaches no further than the request."""
    where = place(held, index)
    for arn in _names_of(case):
        yield from _edit(
            case, held, edits.remove_principal(held, index, arn), f"take {arn} out of the Principal of {where}"
        )
    if _no_wider(held, index, case):
        yield from _edit(case, held, edits.remove_action(held, index, action), f"take {action} out of {where}")
        if len(as_list(held.statements[index].get("Action"))) == 1:
            yield from _edit(case, held, edits.replace_statement(held, index, None), f"remove {where}")


# From an explicit Deny to no Deny.


def _lift(case: Case, action: str, decision: Decision) -> Iterator[Change]:
    held, index = case.find(decision.policy), decision.statement
    for condition in decision.conditions:
        yield from _with(case, condition)
        yield from _without(case, condition)
    if held is None or index is None:
        return
    where = place(held, index)
    if held.editable:
        yield from _edit(case, held, edits.remove_action(held, index, action), f"take {action} out of {where}")
        yield from _edit(case, held, edits.replace_statement(held, index, None), f"remove {where}")
    if held.kind is Kind.SESSION:
        yield _without_session_policy(case)
    elif len(held.statements) == 1 or not held.editable:
        verb, link = ("delete", "of") if held.kind is Kind.INLINE else ("detach", "from")
        words = f"{verb} the {held.kind.value} {held.short_name} {link} {held.holder}"
        yield Change(words, case.with_policy(held, None))


# From no Allow to one.


def _grant(case: Case, action: str, decision: Decision) -> Iterator[Change]:
    statements = next(layer.statements for layer in decision.trace if layer.layer is decision.layer)
    allows = [each for each in statements if each.effect is Effect.ALLOW]
    editable = [(held, trace) for trace in allows if (held := case.find(trace.policy)) and held.editable]
    for trace in allows:
        for condition in _failed(trace):
            yield from _with(case, condition)
            yield from _without(case, condition)
    for held, trace in editable:
        if not held.shared:
            yield from _widen(case, held, trace, action)
    if not any(trace.failed_on is Part.PRINCIPAL for trace in allows):
        yield from _new_allow(case, action, decision.layer)
    for held, trace in editable:
        yield from _relax(case, held, trace)


def _failed(trace: StatementTrace) -> list[ConditionTrace]:
    return [each for each in trace.conditions if not each.held] if trace.failed_on is Part.CONDITION else []


def _widen(case: Case, held: Held, trace: StatementTrace, action: str) -> Iterator[Change]:
    """Put into an Allow what it lacks to let this request through, where that lets nothing else through."""
    where, index = place(held, trace.index), trace.index
    for condition in _failed(trace):
        if condition.actual and len(condition.actual) == 1:
            name, key, value = condition.operator, condition.key, condition.actual[0]
            changed = edits.add_condition_value(held, index, name, key, value)
            yield from _edit(case, held, changed, f"add {value} to the values of {name} {key} in {where}")
    if trace.failed_on is Part.RESOURCE and as_list(held.statements[index].get("Action")) == [action]:
        changed = edits.add_value(held, index, "Resource", case.resource)
        yield from _edit(case, held, changed, f"add {case.resource} to the Resource of {where}")
    if trace.failed_on is Part.ACTION and _no_wider(held, index, case):
        yield from _edit(case, held, edits.add_value(held, index, "Action", action), f"add {action} to {where}")
    if trace.failed_on is Part.PRINCIPAL and held.kind is Kind.TRUST:
        arn = _names_of(case)[-1]
        yield from _edit(case, held, edits.add_principal(held, index, arn), f"name {arn} in the Principal of {where}")


def _relax(case: Case, held: Held, trace: StatementTrace) -> Iterator[Change]:
    """Take a condition out of an Allow, for whoever it lets in."""
    for condition in _failed(trace):
        name, key = condition.operator, condition.key
        changed = edits.remove_condition(held, trace.index, name, key)
        yield from _edit(case, held, changed, f"remove the condition {name} {key} from {place(held, trace.index)}")


def _new_allow(case: Case, action: str, layer: Layer) -> Iterator[Change]:
    statement = _statement("Allow", action, case.resource)
    if layer is Layer.IDENTITY and case.home:
        yield _on_asker(case, statement)
    elif layer is Layer.SESSION:
        yield _in_session_policy(case, statement)
    elif layer is Layer.BOUNDARY and case.boundary:
        if case.boundary.editable:
            yield _in_policy(case, case.boundary, statement)
        yield Change(f"take {case.boundary} away", replace(case, boundary=None))
    elif layer in (Layer.RESOURCE, Layer.TRUST):
        statement = {**statement, "Principal": {"AWS": _names_of(case)[-1]}}
        if layer is Layer.TRUST:
            del statement["Resource"]
        if case.on_resource:
            yield _in_policy(case, case.on_resource, statement)


# The parts of which changes are made.


def _with(case: Case, condition: ConditionTrace) -> Iterator[Change]:
    for words, changed in meet(case, condition):
        yield Change(words, changed)


def _without(case: Case, condition: ConditionTrace) -> Iterator[Change]:
    for words, changed in leave_out(case, condition):
        yield Change(words, changed)


def _edit(case: Case, before: Held, after: Held | None, words: str) -> Iterator[Change]:
    if after is not None:
        yield Change(words, case.with_policy(before, after))


def _in_policy(case: Case, held: Held, statement: dict[str, Any]) -> Change:
    words = f"add the statement {json.dumps(statement)} to {held}"
    return Change(words, case.with_policy(held, edits.add_statement(held, statement)))


def _on_asker(case: Case, statement: dict[str, Any]) -> Change:
    """An inline policy for the asker; where no more inline text fits, a managed one."""
    document = {"Version": "2012-10-17", "Statement": [statement]}
    new = Held(Kind.INLINE, _NEW_POLICY, case.home, document)
    if not fits(new, case.identity):
        new = Held(Kind.MANAGED, _NEW_POLICY, case.home, document)
    words = f"give {case.home} an {new.kind.value}" if new.kind is Kind.INLINE else f"attach to {case.home} a policy"
    return Change(f"{words} with {json.dumps(statement)}", replace(case, identity=(*case.identity, new)))


def _in_session_policy(case: Case, statement: dict[str, Any]) -> Change:
    """The text that is passed as session policy with one statement more, or a first such text."""
    words = f"put {json.dumps(statement)} into the session policy that is passed"
    passed = case.session or ()
    own = next((held for held in passed if not held.name), None)
    if own:
        return Change(words, case.with_policy(own, edits.add_statement(own, statement)))
    new = Held(Kind.SESSION, "", "", {"Version": "2012-10-17", "Statement": [statement]})
    return Change(words, replace(case, session=(*passed, new)))


def _without_session_policy(case: Case) -> Change:
    return Change("assume the role without a session policy", replace(case, session=None))


def _statement(effect: str, action: str, resource: str) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": "*" if resource in NO_RESOURCE else resource}


def _names_of(case: Case) -> tuple[str, ...]:
    """The ARNs by which a policy may name the asker, the most lasting one last: a session comes and goes."""
    if case.principal.kind is PrincipalKind.ASSUMED_ROLE and case.principal.issuer_arn:
        return (case.principal.arn, case.principal.issuer_arn)
    return (case.principal.arn,)


def _no_wider(held: Held, index: int, case: Case) -> bool:
    """Whether a statement is about this request's resource and no other."""
    if held.kind in (Kind.TRUST, Kind.RESOURCE):
        return held.kind is Kind.TRUST
    resources = as_list(held.statements[index].get("Resource"))
    return resources == [case.resource] or (case.resource in NO_RESOURCE and "*" in resources)
