"""The `Condition` element: operators with keys and values, each compiled into something that can be evaluated.

Keys are joined by AND, the values of one key by OR, those of a negated operator by NOR. Source: IAM User Guide,
reference_policies_elements_condition, reference_policies_condition-logic-multiple-context-keys-or-values,
reference_policies_elements_condition_operators.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from iam_engine import variables
from iam_engine.context import RequestContext
from iam_engine.model import ConditionTrace
from iam_engine.operators import OPERATORS, Comparison

_NAME = re.compile(r"(?:(?P<set>ForAllValues|ForAnyValue):)?(?P<base>[A-Za-z]+?)(?P<if_exists>IfExists)?", re.I)
_NULL = {"true": True, "false": False}
_NOT_COMPARABLE = "the values can't be compared with this operator"
_NEEDS_SET_OPERATOR = "a multivalued key needs ForAllValues or ForAnyValue"


class SetOperator(Enum):
    """How the values of a multivalued key are joined."""

    NONE = ""
    ALL = "forallvalues"
    ANY = "foranyvalue"


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One key under one operator, as the policy has it, and its compiled comparisons.

    `problem` says why the condition can't be evaluated at all; it then holds for a Deny and fails for an Allow,
    so that a condition that nobody can read never gives access.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    folded_key: str = ""
    comparisons: tuple[Comparison, ...] = ()
    set_operator: SetOperator = SetOperator.NONE
    negated: bool = False
    if_exists: bool = False
    null: frozenset[bool] | None = None
    with_variables: bool = False
    problem: str = ""

    def evaluate(self, context: RequestContext) -> bool | None:
        """Whether the condition holds; None where it can't be told."""
        if self.problem:
            return None
        actual = context.get(self.folded_key)
        if self.null is not None:
            return (actual is None) in self.null
        several = self.set_operator is not SetOperator.NONE
        if actual is None or (several and not any(actual)):
            return self._when_absent()
        if not several:
            return self._compare(actual, context) if isinstance(actual, str) else False
        given = (actual,) if isinstance(actual, str) else actual
        results = {self._compare(value, context) for value in given}
        return _all(results) if self.set_operator is SetOperator.ALL else _any(results)

    def trace(self, context: RequestContext, result: bool | None) -> ConditionTrace:
        """What `evaluate` answered, for people."""
        actual = context.get(self.folded_key)
        note = self.problem or (_NOT_COMPARABLE if result is None else "")
        if isinstance(actual, tuple) and self.set_operator is SetOperator.NONE and self.null is None:
            note = note or _NEEDS_SET_OPERATOR
        expected = self.values
        if self.with_variables:
            expected = tuple(variables.render(value, context) for value in self.values)
        given = (actual,) if isinstance(actual, str) else actual
        return ConditionTrace(self.operator, self.key, given, expected, result is True, note)

    def _compare(self, actual: str, context: RequestContext) -> bool | None:
        result = _any({comparison(actual, context) for comparison in self.comparisons})
        return not result if self.negated and result is not None else result

    def _when_absent(self) -> bool:
        if self.set_operator is not SetOperator.NONE:
            # ForAnyValue needs a value that compares: AWS lets IfExists change nothing in that.
            return self.set_operator is SetOperator.ALL
        return self.if_exists or self.negated


def compile_conditions(block: Any, *, with_variables: bool) -> tuple[Condition, ...]:
    """All conditions of a statement's `Condition` block, whatever it looks like.

    What is malformed becomes a condition with a `problem`. `with_variables`: the policy's Version has them.
    """
    if not isinstance(block, Mapping):
        return (Condition("Condition", "", (), problem="not a block of condition operators"),)
    compiled: list[Condition] = []
    for name, keys in block.items():
        if not isinstance(keys, Mapping) or not keys:
            compiled.append(Condition(str(name), "", (), problem="no block of keys and values"))
            continue
        compiled.extend(_compile(str(name), str(key), value, with_variables) for key, value in keys.items())
    return tuple(compiled)


def _compile(name: str, key: str, value: Any, with_variables: bool) -> Condition:
    values = _texts(value)
    found = _NAME.fullmatch(name)
    if values is None or not values:
        return Condition(name, key, (), key.lower(), problem="no values, or values that are no text")
    if found is None:
        return Condition(name, key, values, key.lower(), problem="unknown condition operator")
    base, set_name, if_exists = found["base"].lower(), found["set"], found["if_exists"] is not None
    if base == "null" and not if_exists and set_name is None:
        return _compile_null(name, key, values)
    operator = OPERATORS.get(base)
    if operator is None:
        return Condition(name, key, values, key.lower(), problem="unknown condition operator")
    with_variables = with_variables and operator.takes_variables
    return Condition(
        name,
        key,
        values,
        key.lower(),
        comparisons=tuple(operator.compile(text, with_variables) for text in values),
        set_operator=SetOperator((set_name or "").lower()),
        negated=operator.negated,
        if_exists=if_exists,
        with_variables=with_variables,
    )


def _compile_null(name: str, key: str, values: tuple[str, ...]) -> Condition:
    wanted = {_NULL.get(text.lower()) for text in values}
    known = frozenset(each for each in wanted if each is not None)
    problem = "" if len(known) == len(wanted) else "Null takes true or false"
    return Condition(name, key, values, key.lower(), null=known, problem=problem)


def _texts(value: Any) -> tuple[str, ...] | None:
    given = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(each, str | int | float) for each in given):
        return None
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in given)


def _any(results: set[bool | None]) -> bool | None:
    if True in results:
        return True
    return None if None in results else False


def _all(results: set[bool | None]) -> bool | None:
    if False in results:
        return False
    return None if None in results else True
