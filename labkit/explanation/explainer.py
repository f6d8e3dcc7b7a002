"""Explains checks as soon as they are decided, while everything is still as it was when AWS was asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from iam_engine import Decision, Effect, PolicyError
from labkit.checks.check import Check
from labkit.checks.principals import FederatedUser, OneTimeCode, Temporary
from labkit.checks.questions import Question
from labkit.checks.values import MissingOutputError
from labkit.explanation.case import Case
from labkit.explanation.cases import SEEN_BY_AWS_ALONE, build_case
from labkit.explanation.explanation import Explanation, Source
from labkit.explanation.reading import Reader, UnreadableError, reader_of
from labkit.explanation.search import smallest_change
from labkit.explanation.statements import matched_texts
from labkit.explanation.words import why
from labkit.results import CheckResult
from labkit.scene import Heard, LiveScene
from labkit.verdicts import Verdict

# AWS STS API Reference, GetCallerIdentity, GetSessionToken, GetFederationToken; IAM User Guide,
# id_credentials_temp_request ("Comparing AWS STS credentials").
_NO_PERMISSION_NEEDED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
_NOT_FOR_TEMPORARY = frozenset({"sts:GetSessionToken", "sts:GetFederationToken"})
_UNSEEN = (
    "What can't be read from here may have decided: a service control or resource control policy, the policy of an "
    "endpoint, or a change that has not spread yet."
)
# Amazon S3 API Reference, GetObject, "Permissions".
_MISSING_OBJECT = "To who may not list the bucket, S3 also denies an object that does not exist. "
_REASONS_OF_ITS_OWN = {"s3:GetObject": _MISSING_OBJECT + _UNSEEN, "s3:GetObjectVersion": _MISSING_OBJECT + _UNSEEN}


@dataclass
class Explainer:
    """Explains the checks of one lab's verification, from what the scene heard and what is deployed."""

    scene: LiveScene
    _reader: Reader = field(init=False)
    _seen_changes: int = 0

    def __post_init__(self) -> None:
        self._reader = reader_of(self.scene)

    def annotate(self, check: Check, result: CheckResult) -> CheckResult:
        """The same result with its explanation."""
        try:
            explanation = self.explain(check, result)
        except Exception as error:  # noqa: BLE001 (said in the report: no verdict may be lost for want of an explanation)
            explanation = Explanation(f"It can't be explained for a fault of this program: {error!r}.")
        return replace(result, explanation=explanation)

    def explain(self, check: Check, result: CheckResult) -> Explanation:
        """Why `check` came out as it did. What can't be read or decided is said, not raised."""
        if self.scene.changes != self._seen_changes:
            self._reader.forget()
            self._seen_changes = self.scene.changes
        try:
            questions = check.questions(self.scene.facts)
            parts = [self._answer(question) for question in questions]
        except MissingOutputError as error:
            return Explanation(f"The stack has no output {error}, so there is nothing to ask about.")
        except UnreadableError as error:
            return Explanation(f"It can't be explained from here: {error}.")
        except PolicyError as error:
            return Explanation(f"It can't be explained from here: a policy can't be evaluated ({error}).")
        return _together(parts) if parts else Explanation(_without_question(check, result))

    def _answer(self, question: Question) -> Explanation:
        asked = self.scene.last_heard(question)
        if asked is None:
            return Explanation("AWS was not asked, so there is no answer to explain.")
        rule = _rule(asked)
        if rule:
            text, allowed = rule
            return Explanation(text, difference=_difference(allowed, asked, question, _UNSEEN))
        case, side = build_case(asked, self.scene, self._reader)
        action, decision = case.decide()
        difference = _difference(decision.allowed, asked, question, _unseen(action, decision))
        difference = difference or _other_reason(decision, asked)
        # What would turn around an answer that is not AWS's, or not for its reason, helps nobody.
        change = "" if side.missing or difference else _change(case, decision)
        return Explanation(
            side.missing or why(case, action, decision), change, difference, _sources(case, action, decision)
        )


def _change(case: Case, decision: Decision) -> str:
    steps = smallest_change(case)
    outcome = "deny" if decision.allowed else "allow"
    if not steps:
        return f"No change was found that would {outcome} it."
    return f"Smallest change that would {outcome} it: {', and '.join(step.words for step in steps)}."


def _rule(asked: Heard) -> tuple[str, bool] | None:
    """What AWS answers whatever the policies say, in words, and whether it allows it; None for all other calls."""
    operation, action = asked.call.operation, asked.call.iam_action
    if isinstance(asked.who, Temporary) and action in _NOT_FOR_TEMPORARY:
        return f"AWS never lets temporary credentials call {operation}, whatever the policies say.", False
    if isinstance(asked.who, FederatedUser) and action == "sts:AssumeRole":
        return "AWS never lets a federated user call AssumeRole, whatever the policies say.", False
    code = asked.call.parameters.get("TokenCode")
    if isinstance(code, OneTimeCode) and not code.right:
        return "AWS looks at an MFA code before it looks at any policy, and this one is wrong.", False
    if action in _NO_PERMISSION_NEEDED:
        return f"{operation} needs no permission, and no policy can deny it.", True
    return None


def _difference(expected: bool, asked: Heard, question: Question, unseen: str) -> str:
    """How AWS's answer differs from what is `expected` (True: allowed), "" where it does not."""
    allowed = asked.lets(question)
    if allowed is None:
        return f"AWS gave no answer to the question whether it is allowed: {asked.answer}."
    if allowed is expected:
        return ""
    should, did = ("allowed", f"denied it: {asked.answer}") if expected else ("denied", "allowed it")
    return f"AWS answers otherwise, and that counts: by this it should be {should}, yet AWS {did}. {unseen}"


def _other_reason(decision: Decision, asked: Heard) -> str:
    """That AWS states another reason for its denial than any that the policies give; "" where it states none."""
    stated = asked.answer.denial
    if stated.layer is None:
        return ""
    effect = Effect.EXPLICIT_DENY if stated.explicit else Effect.IMPLICIT_DENY
    if any(layer.layer.value == stated.layer and layer.effect is effect for layer in decision.trace):
        return ""
    return f"AWS gives another reason, and that counts: {asked.answer}."


def _unseen(action: str, decision: Decision) -> str:
    conditions = {
        condition.key
        for layer in decision.trace
        for statement in layer.statements
        for condition in statement.conditions
        if condition.key.lower() in SEEN_BY_AWS_ALONE
    }
    if conditions:
        return f"Only AWS sees the request's {', '.join(sorted(conditions))}. {_UNSEEN}"
    return _REASONS_OF_ITS_OWN.get(action, _UNSEEN)


def _sources(case: Case, action: str, decision: Decision) -> tuple[Source, ...]:
    """The policy that decided; for a missing Allow, the policies that could have had it."""
    held, index = case.find(decision.policy), decision.statement
    if held and index is not None:
        return (Source(str(held), held.document, index, matched_texts(held, index, case, action)),)
    layer = next(layer for layer in decision.trace if layer.layer is decision.layer)
    keys = dict.fromkeys(statement.policy for statement in layer.statements)
    return tuple(Source(str(held), held.document, None) for held in map(case.find, keys) if held)


def _together(parts: list[Explanation]) -> Explanation:
    return Explanation(
        why=" ".join(part.why for part in parts),
        change=" ".join(part.change for part in parts if part.change),
        difference=" ".join(part.difference for part in parts if part.difference),
        sources=tuple(source for part in parts for source in part.sources),
    )


def _without_question(check: Check, result: CheckResult) -> str:
    """For a check in which IAM decides nothing: what else makes its outcome, and what that was."""
    if result.verdict is Verdict.PROVEN:
        return f"{check.remark} Found as expected: {result.observed.rstrip('.')}."
    return f"{check.remark} Expected: {result.expected}. Found: {result.observed.rstrip('.')}. {result.reason}".strip()
