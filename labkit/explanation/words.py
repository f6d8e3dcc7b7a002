"""Puts a decision into sentences: which statement of which policy decided, or which layer had no Allow."""

from __future__ import annotations

from collections.abc import Sequence

from iam_engine import Decision, Effect, Layer, LayerTrace, Part, PrincipalKind, StatementTrace
from labkit.checks.documents import as_list
from labkit.explanation.case import Case
from labkit.explanation.policies import Held
from labkit.explanation.statements import NO_RESOURCE, condition_words, listed, place, says

_NARROWS = (Layer.BOUNDARY, Layer.SESSION)
_CLOSENESS = {Part.PRINCIPAL: 0, Part.ACTION: 0, Part.RESOURCE: 1, Part.CONDITION: 2}
_SHOWN = 4


def why(case: Case, action: str, decision: Decision) -> str:
    """The paragraph that says why IAM answers as it does."""
    if decision.effect is Effect.ALLOW:
        sentences = _allowed(case, action, decision)
    elif decision.effect is Effect.EXPLICIT_DENY:
        sentences = _explicitly_denied(case, action, decision)
    else:
        sentences = _not_allowed(case, action, decision)
    return " ".join(_begun(sentence, case.asker) for sentence in sentences)


def _begun(sentence: str, name: str) -> str:
    """A sentence with a capital, but for one that begins with a name, which is spelled as it is."""
    return (
        sentence if sentence.startswith(name) and not name.startswith("the ") else sentence[:1].upper() + sentence[1:]
    )


def _allowed(case: Case, action: str, decision: Decision) -> list[str]:
    held, index = case.find(decision.policy), decision.statement
    if held is None or index is None:
        return [f"{case.asker} needs no policy: an account's root user may do everything in it."]
    trust = _layer(decision, Layer.TRUST)
    sentences = _delegation(case, decision)
    sentences.append(f"{place(held, index)} allows {action}{_under(decision)}{says(held, index, case, action)}.")
    if decision.layer is Layer.TRUST:
        sentences.append(_trusted(case, trust))
    sentences += [_also(case, layer) for layer in decision.trace if layer.layer in _NARROWS and layer.statements]
    return [*sentences, *_passed(case, action)]


def _explicitly_denied(case: Case, action: str, decision: Decision) -> list[str]:
    held, index = case.find(decision.policy), decision.statement
    if held is None or index is None:
        return [f"{action} is denied."]
    deny = f"{place(held, index)} denies {action}{_under(decision)}{says(held, index, case, action)}."
    return [deny, "an explicit Deny wins over every Allow."]


def _not_allowed(case: Case, action: str, decision: Decision) -> list[str]:
    asked = action if case.resource in NO_RESOURCE else f"{action} on {case.resource}"
    layer = next(layer for layer in decision.trace if layer.layer is decision.layer)
    sentences = [*_delegation(case, decision), _no_allow(case, asked, layer)]
    closest = _closest(layer)
    if closest:
        sentences.append(_missed(case, action, closest))
    if case.principal.kind is PrincipalKind.ROOT and case.resource_is_trust:
        sentences.append("a root user can't assume any role.")
    return sentences


def _no_allow(case: Case, asked: str, layer: LayerTrace) -> str:
    if layer.layer is Layer.TRUST:
        return _not_trusted(case, asked, layer)
    if layer.layer is Layer.RESOURCE:
        where = (
            f"{case.on_resource} does not allow" if case.on_resource else "there is no policy on the resource to allow"
        )
        return f"{where} {asked} to {case.asker}, and without it no policy of another account can."
    if layer.layer is Layer.BOUNDARY:
        return f"{case.boundary} allows no {asked}; what the boundary leaves out, no other policy can give."
    if layer.layer is Layer.SESSION and not case.session:
        return f"no session policy was passed, and without one {case.asker} has no permissions of its own."
    if layer.layer is Layer.SESSION:
        return f"the session policy allows no {asked}; what it leaves out, no other policy can give to this session."
    if not case.identity:
        return f"{case.asker} has no identity-based policy at all, so nothing allows {asked}."
    unmatched = {each.failed_on for each in layer.statements if each.effect is Effect.ALLOW}
    what = "names the action" if unmatched <= {Part.ACTION} else "matches"
    return f"no identity-based policy of {case.asker} allows {asked}: no Allow in {_those(case.identity)} {what}."


def _delegation(case: Case, decision: Decision) -> list[str]:
    """That a trust policy leaves the answer to the caller's own policies, where it does."""
    trust = _layer(decision, Layer.TRUST)
    if decision.layer is not Layer.IDENTITY or trust is None or trust.effect is not Effect.ALLOW:
        return []
    if case.principal.account != case.resource_account:
        return [f"{_role(case)} is in another account, so {case.asker}'s own policies have to allow it, too."]
    names = f"the trust policy of {_role(case)} names only the account"
    return [f"{names}, so {case.asker}'s own policies have to allow it, too."]


def _not_trusted(case: Case, asked: str, layer: LayerTrace) -> str:
    trust = f"the trust policy of {_role(case)}"
    allows = [each for each in layer.statements if each.effect is Effect.ALLOW]
    if all(each.failed_on is Part.PRINCIPAL for each in allows):
        return f"{trust} does not let {case.asker} in{_whom(case.on_resource)}."
    if any(each.failed_on is Part.CONDITION for each in allows):
        return f"{trust} lets {case.asker} in under a condition only."
    return f"{trust} names {case.asker}, but does not allow {asked.split(' ', 1)[0]}."


def _closest(layer: LayerTrace) -> StatementTrace | None:
    """The Allow that came closest to matching, if one got beyond the action."""
    allows = [each for each in layer.statements if each.effect is Effect.ALLOW and each.failed_on]
    near = [each for each in allows if each.failed_on in (Part.RESOURCE, Part.CONDITION)]
    return max(near, key=lambda each: _CLOSENESS[each.failed_on or Part.ACTION], default=None)


def _missed(case: Case, action: str, trace: StatementTrace) -> str:
    held = case.find(trace.policy)
    if held is None:
        return ""
    where, statement = place(held, trace.index), held.statements[trace.index]
    if trace.failed_on is Part.RESOURCE:
        element = "Resource" if "Resource" in statement else "NotResource"
        return f"{where} names the action, but not this resource: its {element} is {listed(statement[element])}."
    failed = [condition_words(condition) for condition in trace.conditions if not condition.held]
    return f"{where} would allow it, but for its condition {' and '.join(failed)}."


def _trusted(case: Case, trust: LayerTrace | None) -> str:
    if case.principal.account != case.resource_account:
        return f"the role is in another account, so {case.asker}'s own policies had to allow it as well, and do."
    if case.identity or not (trust and trust.note):
        return f"it names {_named(case)}, which within one account is enough: no other policy has to allow it."
    return trust.note


def _named(case: Case) -> str:
    """Whom a trust policy that is enough by itself names: the asker, its role or everyone."""
    texts = {text for s in (case.on_resource.statements if case.on_resource else ()) for text in _principals(s)}
    if case.principal.arn in texts:
        return f"{case.asker} itself"
    return "the role of the session" if case.principal.issuer_arn in texts else "everyone"


def _also(case: Case, layer: LayerTrace) -> str:
    allow = next((each for each in layer.statements if each.matched and each.effect is Effect.ALLOW), None)
    held = case.find(allow.policy) if allow else None
    return (
        f"{place(held, allow.index)} allows it, too."
        if held and allow
        else f"The {layer.layer.value} does not narrow it."
    )


def _passed(case: Case, action: str) -> list[str]:
    others = [each for each in case.actions if each != action]
    return (
        [f"what the request passes makes {' and '.join(others)} necessary, too; that is allowed as well."]
        if others
        else []
    )


def _under(decision: Decision) -> str:
    held = [condition_words(condition) for condition in decision.conditions]
    return f" under its condition {' and '.join(held)}" if held else ""


def _whom(trust: Held | None) -> str:
    if trust is None:
        return ""
    named = [
        text for statement in trust.statements if statement.get("Effect") == "Allow" for text in _principals(statement)
    ]
    return f"; it names {listed(named)}" if named else ""


def _principals(statement: object) -> list[str]:
    named = statement.get("Principal", {}) if isinstance(statement, dict) else {}
    if isinstance(named, str):
        return [named]
    return [text for texts in named.values() for text in as_list(texts)]


def _those(policies: Sequence[Held]) -> str:
    names = [f"{held.short_name}" for held in policies]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _role(case: Case) -> str:
    return f"role {case.resource.rsplit('/', 1)[-1]}"


def _layer(decision: Decision, wanted: Layer) -> LayerTrace | None:
    return next((layer for layer in decision.trace if layer.layer is wanted), None)
