"""The check that a Lambda function works as the role that was given to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.aws.answers import Answer, Kind
from labkit.checks.calls import Call, call
from labkit.checks.check import Check, Scene, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import Identity, Role, Session, User
from labkit.checks.questions import Question
from labkit.checks.values import Facts, Output, resolve

# What is answered where Lambda's API is there, and nothing that could run a function.
_NOWHERE_TO_RUN = ("NotImplemented", "NotImplementedException", "UnknownOperationException", "Runtime.Unavailable")
# Lambda API Reference, Invoke: a function that is new, or is being changed.
_NOT_READY = ("ResourceConflictException", "ResourceNotReadyException")


@dataclass(frozen=True)
class FunctionIs(Check):
    """The function whose name is the output `function`, invoked by `who`, is a session of `role`.

    It has to answer with its own GetCallerIdentity as `{"Arn": …}`. Lambda calls the session like the function.
    Not applicable where AWS says that functions don't run. Source: Lambda Developer Guide, lambda-intro-execution-role.
    """

    who: User
    function: Output
    role: Role

    @property
    def identity(self) -> Identity:
        return self.who

    def call_text(self, facts: Facts) -> str:
        return self._call.text(facts)

    def expected(self, facts: Facts) -> str:
        return f"the function is {self._arn(facts)}"

    def questions(self, facts: Facts) -> tuple[Question, ...]:
        return (Question(self.who, self._call),)

    def observe(self, scene: Scene) -> Observation:
        answer = scene.ask(self.who, self._call)
        if answer.kind is Kind.ALLOWED:
            return self._weigh(_said(answer), self._arn(scene.facts), failed="FunctionError" in answer.data)
        if answer.code in _NOWHERE_TO_RUN:
            return _nowhere(str(answer))
        if answer.kind is Kind.DENIED:
            return Observation(State.UNSETTLED, str(answer), "refused where it should be allowed")
        if answer.kind is Kind.REFUSED:
            state = State.UNSETTLED if answer.code in _NOT_READY else State.WRONG
            return Observation(state, str(answer), "the function can't be invoked")
        return unknown(answer)

    def _weigh(self, said: Mapping[str, Any], expected: str, *, failed: bool) -> Observation:
        if failed and said.get("errorType") in _NOWHERE_TO_RUN:
            return _nowhere(str(said.get("errorMessage")))
        if failed:
            problem = f"{said.get('errorType')}: {said.get('errorMessage')}"
            return Observation(State.UNSETTLED, problem, "the function itself failed")
        arn = str(said.get("Arn"))
        if arn == expected:
            return Observation(State.PROVEN, arn)
        return Observation(State.WRONG, arn, f"the function is not {expected}")

    @property
    def _call(self) -> Call:
        arn = Output(self.function.key.replace("Name", "Arn"))
        return call("lambda", "Invoke", action="lambda:InvokeFunction", resource=arn, FunctionName=self.function)

    def _arn(self, facts: Facts) -> str:
        return Session(self.role, by=self.who, name=str(resolve(self.function, facts))).expected_arn(facts)


def _said(answer: Answer) -> Mapping[str, Any]:
    """What the function answered, if that is a JSON object."""
    try:
        said = json.loads(answer.data["Payload"].read())
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}


def _nowhere(answer: str) -> Observation:
    return Observation(State.NOT_APPLICABLE, answer, "functions can't run here, so that nobody can ask this one")
