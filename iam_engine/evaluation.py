"""The flow chart: from what each layer says to what IAM answers.

To be read beside the flow charts of the IAM User Guide: reference_policies_evaluation-logic,
reference_policies_evaluation-logic_policy-eval-basics-single-account,
reference_policies_evaluation-logic_policy-eval-denyallow and
reference_policies_evaluation-logic-cross-account. The numbers in the comments are the steps of those charts.
"""

from __future__ import annotations

from typing import NamedTuple

from iam_engine.layers import LayerResult, LayerResults, ask_layers
from iam_engine.match import Reach
from iam_engine.model import (
    ConditionTrace,
    Decision,
    Effect,
    Part,
    Policies,
    PrincipalKind,
    Request,
    StatementTrace,
)

_WITHOUT_IDENTITY_SIDE = frozenset({PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS, PrincipalKind.IDENTITY_PROVIDER})


def decide(request: Request, policies: Policies) -> Decision:
    """What IAM answers to a request under the policies that apply to it, and why.

    An explicit Deny in any layer wins. Within an account one Allow is enough, from the identity's or the
    resource's policy, unless a service control policy, permissions boundary or session policy withholds it;
    across accounts both sides have to allow.

    A role's trust policy (`policies.resource_is_trust`) has to allow in any case, and never a root user (IAM
    User Guide, id_root-user; AWS STS API Reference, AssumeRole). In the role's own account it is enough by
    itself where it names the caller or everyone; where it names the account only, an identity-based policy
    has to allow as well. Being a resource-based policy, it is narrowed by the caller's boundary and session
    policy as any other: not where it names the user or the session itself or everyone, but where it names
    the session's role.

    What can't be evaluated gives no access; nothing is raised.
    """
    results = ask_layers(request, policies)
    flow = _Flow(results, results.in_order(), policies.resource_is_trust)
    # 1. Deny evaluation.
    for result in flow.in_order:
        if result.deny is not None:
            return flow.decision(Effect.EXPLICIT_DENY, result, result.deny)
    if policies.resource_is_trust and request.principal.kind is PrincipalKind.ROOT:
        return flow.no_allow(flow.results.resource)
    if request.principal.kind in _WITHOUT_IDENTITY_SIDE:
        return _decide_by_resource_alone(flow)
    if request.principal.account != request.resource_account:
        return _decide_across_accounts(flow)
    return _decide_within_account(flow)


def _decide_within_account(flow: _Flow) -> Decision:
    results = flow.results
    # 2. Organizations SCPs.
    withheld = flow.first_without_allow(*results.service_control)
    if withheld is not None:
        return flow.no_allow(withheld)
    # 3. Resource-based policies. One that names the principal itself is not narrowed any further.
    if flow.resource_must_allow and results.resource.allow is None:
        return flow.no_allow(results.resource)
    if results.resource.reach is Reach.DIRECT:
        return flow.allowed_by(results.resource)
    # 4. Identity-based policies. One on the resource that names the session's role or user stands in for them.
    granting = results.resource if results.resource.reach is Reach.ISSUER else results.identity
    # 5. Permissions boundaries, 6. session policies.
    withheld = flow.first_without_allow(granting, results.boundary, results.session)
    return flow.no_allow(withheld) if withheld is not None else flow.allowed_by(granting)


def _decide_across_accounts(flow: _Flow) -> Decision:
    results = flow.results
    # The trusted account, with everything that narrows its identity; then the trusting account.
    trusted = (*results.service_control, results.identity, results.boundary, results.session)
    withheld = flow.first_without_allow(*trusted, results.resource)
    return flow.no_allow(withheld) if withheld is not None else flow.allowed_by(results.resource)


def _decide_by_resource_alone(flow: _Flow) -> Decision:
    """For services, identity providers and anonymous callers: they have no account whose policies could allow."""
    resource = flow.results.resource
    return flow.no_allow(resource) if resource.allow is None else flow.allowed_by(resource)


class _Flow(NamedTuple):
    """The layers' answers on their way through the chart, and the decisions that they can end in."""

    results: LayerResults
    in_order: tuple[LayerResult, ...]
    resource_must_allow: bool

    def first_without_allow(self, *layers: LayerResult | None) -> LayerResult | None:
        """The first of these layers that is there and withholds an Allow."""
        for layer in layers:
            if layer is not None and not layer.allows:
                return layer
        return None

    def allowed_by(self, layer: LayerResult) -> Decision:
        return self.decision(Effect.ALLOW, layer, layer.allow)

    def no_allow(self, layer: LayerResult) -> Decision:
        return self.decision(Effect.IMPLICIT_DENY, layer, None)

    def decision(self, effect: Effect, layer: LayerResult, statement: StatementTrace | None) -> Decision:
        trace = tuple([result.trace() for result in self.in_order if result.present or result is layer])
        if statement is None:
            conditions = _missed(layer) if effect is Effect.IMPLICIT_DENY else ()
            return Decision(effect, layer.layer, conditions=conditions, trace=trace)
        return Decision(
            effect,
            layer.layer,
            statement.policy,
            statement.index,
            statement.sid,
            statement.conditions,
            trace,
        )


def _missed(layer: LayerResult) -> tuple[ConditionTrace, ...]:
    """The conditions that alone kept an Allow of this layer from matching."""
    return tuple(
        condition
        for statement in layer.statements
        if statement.effect is Effect.ALLOW and statement.failed_on is Part.CONDITION
        for condition in statement.conditions
        if not condition.held
    )
