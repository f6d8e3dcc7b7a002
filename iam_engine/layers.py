"""What each layer of policies by itself says to a request: the matching statements, and the trace of all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from iam_engine.conditions import Condition
from iam_engine.context import RequestContext
from iam_engine.match import Reach
from iam_engine.model import (
    ConditionTrace,
    Effect,
    Layer,
    LayerTrace,
    Part,
    Policies,
    PrincipalKind,
    Request,
    StatementTrace,
)
from iam_engine.policy import Policy, Statement

_DELEGATES = "names the account only: an identity-based policy has to allow as well"
_NAMES_ISSUER = "names what the session was made from: permissions boundary and session policy narrow it"
_NOTES = {Reach.ACCOUNT: _DELEGATES, Reach.ISSUER: _NAMES_ISSUER}
_NO_SESSION_POLICY = "a federated user without a session policy has no permissions of its own"
_ROOT_NEEDS_NONE = "an account's root user needs no identity-based policy"


class Question(NamedTuple):
    """A request in the form in which statements look at it."""

    request: Request
    folded_action: str
    context: RequestContext
    bounded: bool


class LayerResult(NamedTuple):
    """One layer's answer.

    `allow` and `deny` are the first matching statements of either effect; of several Allows in a resource's
    policy the one that reaches the principal most directly, and `reach` says how it does. `present` is False
    for a layer without any policy; `unlimited` is True for one that allows whatever its policies say.
    """

    layer: Layer
    statements: tuple[StatementTrace, ...]
    allow: StatementTrace | None
    deny: StatementTrace | None
    reach: Reach
    present: bool
    unlimited: bool = False

    @property
    def allows(self) -> bool:
        return self.allow is not None or self.unlimited

    def trace(self) -> LayerTrace:
        effect = Effect.ALLOW if self.allows else Effect.IMPLICIT_DENY
        if self.deny is not None:
            effect = Effect.EXPLICIT_DENY
        return LayerTrace(self.layer, effect, self.statements, self._note())

    def _note(self) -> str:
        if self.unlimited:
            return _ROOT_NEEDS_NONE
        if self.layer is Layer.SESSION and not self.present:
            return _NO_SESSION_POLICY
        return _NOTES.get(self.reach, "")


class LayerResults(NamedTuple):
    """All layers' answers. `boundary` and `session` are None where nothing narrows."""

    service_control: tuple[LayerResult, ...]
    resource: LayerResult
    identity: LayerResult
    boundary: LayerResult | None
    session: LayerResult | None

    def in_order(self) -> tuple[LayerResult, ...]:
        """The layers in the order in which IAM's documentation lists them for the Deny evaluation."""
        found = [*self.service_control, self.resource, self.identity]
        found += [result for result in (self.boundary, self.session) if result is not None]
        return tuple(found)


_ABSENT = {layer: LayerResult(layer, (), None, None, Reach.NONE, present=False) for layer in Layer}


def ask_layers(request: Request, policies: Policies) -> LayerResults:
    """Ask every statement of every layer."""
    question = Question(
        request,
        request.action.lower(),
        RequestContext(request.context),
        policies.boundary is not None,
    )
    resource_layer = Layer.TRUST if policies.resource_is_trust else Layer.RESOURCE
    session = policies.session
    if session is None and request.principal.kind is PrincipalKind.FEDERATED_USER:
        session = ()
    return LayerResults(
        service_control=tuple([_ask(Layer.SERVICE_CONTROL, level, question) for level in policies.service_control]),
        resource=_ABSENT[resource_layer]
        if policies.resource is None
        else _ask(resource_layer, (policies.resource,), question),
        identity=_ask(Layer.IDENTITY, policies.identity, question),
        boundary=None if policies.boundary is None else _ask(Layer.BOUNDARY, (policies.boundary,), question),
        session=None if session is None else _ask(Layer.SESSION, session, question),
    )


def _ask(layer: Layer, policies: Iterable[Policy], question: Question) -> LayerResult:
    resource_based = layer is Layer.RESOURCE or layer is Layer.TRUST
    traces: list[StatementTrace] = []
    allow, deny, closest, present = None, None, Reach.NONE, False
    for policy in policies:
        present = True
        for statement in policy.statements:
            reach = _reach(statement, question, resource_based)
            trace = _trace(statement, question, reach)
            traces.append(trace)
            if trace.failed_on is not None:
                continue
            if not statement.allows:
                deny = deny or trace
            elif reach > closest:
                allow, closest = trace, reach
    unlimited = layer is Layer.IDENTITY and question.request.principal.kind is PrincipalKind.ROOT
    return LayerResult(layer, tuple(traces), allow, deny, closest, present, unlimited)


def _reach(statement: Statement, question: Question, resource_based: bool) -> Reach:
    """How a statement's principal reaches the one who asks; where it has none, whoever holds the policy.

    A `Principal` has no place in policies of other kinds: such an Allow reaches nobody, such a Deny everyone.
    """
    if resource_based:
        if statement.principals is None:
            return Reach.NONE
        principal = question.request.principal
        return statement.principals.reach(principal, allows=statement.allows, bounded=question.bounded)
    return Reach.NONE if statement.principals is not None and statement.allows else Reach.DIRECT


def _trace(statement: Statement, question: Question, reach: Reach) -> StatementTrace:
    if reach is Reach.NONE:
        return statement.traces[Part.PRINCIPAL]
    if not statement.actions.matches(question.folded_action):
        return statement.traces[Part.ACTION]
    if statement.resources is not None and not statement.resources.matches(
        question.request.resource, question.context, in_doubt=not statement.allows
    ):
        return statement.traces[Part.RESOURCE]
    if not statement.conditions:
        return statement.traces[None]
    met, conditions = _check(statement.conditions, question.context, in_doubt=not statement.allows)
    bare = statement.traces[None if met else Part.CONDITION]
    return StatementTrace(bare.policy, bare.index, bare.sid, bare.effect, bare.failed_on, conditions)


def _check(
    conditions: Iterable[Condition], context: RequestContext, *, in_doubt: bool
) -> tuple[bool, tuple[ConditionTrace, ...]]:
    """Whether all conditions hold; `in_doubt` where none fails but one can't be told."""
    results = [(condition, condition.evaluate(context)) for condition in conditions]
    answers = {result for _, result in results}
    met = False if False in answers else in_doubt if None in answers else True
    return met, tuple(condition.trace(context, result) for condition, result in results)
