"""The base of the checks on what is deployed, read through IAM's own API as the administrator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.aws.advice import denied_from_outside
from labkit.aws.answers import Answer, Kind
from labkit.checks.calls import Call
from labkit.checks.check import Check, Scene, unknown
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, Administrator, Identity, administrator_of
from labkit.checks.values import Output, resolve

# What IAM's read calls show lags behind its write calls for seconds, not minutes.
READ_LAG_S = 10.0


class UnreadableError(Exception):
    """A part of the shape could not be read; `observation` says what came instead."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.observed)
        self.observation = observation


@dataclass(frozen=True)
class Shape(Check):
    """A check on what is deployed. A subclass says in `look` what differs from what should be there."""

    costly = True
    remark = "What is deployed was read through IAM's own API and compared with what the lab declares."

    @property
    def identity(self) -> Identity:
        return ADMINISTRATOR

    def observe(self, scene: Scene) -> Observation:
        try:
            observed, differences = self.look(scene)
        except UnreadableError as error:
            return error.observation
        if differences:
            # IAM's reads are eventually consistent, so a difference is believed once it has lasted a little.
            return Observation(State.UNSETTLED, observed, "; ".join(differences), patience=READ_LAG_S)
        return Observation(State.PROVEN, observed)

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        """What is there, in words, and how it differs from what should be. Raises `UnreadableError`."""
        raise NotImplementedError


def read(
    scene: Scene, operation: str, /, service: str = "iam", by: Administrator = ADMINISTRATOR, **parameters: Any
) -> Mapping[str, Any]:
    """The answer to a read call of the administrator. Raises `UnreadableError`."""
    answer = scene.ask(by, Call(service, operation, parameters), all_pages=True)
    if answer.kind is Kind.ALLOWED:
        return answer.data
    raise UnreadableError(unreadable(answer))


def read_if_any(
    scene: Scene, operation: str, /, service: str = "iam", by: Administrator = ADMINISTRATOR, **parameters: Any
) -> Mapping[str, Any] | None:
    """As `read`, but None where AWS says that there is no such thing. Raises `UnreadableError`."""
    answer = scene.ask(by, Call(service, operation, parameters))
    if answer.kind is Kind.ALLOWED:
        return answer.data
    if answer.code == "NoSuchEntity":
        return None
    raise UnreadableError(unreadable(answer))


def read_secret(scene: Scene, secret: Output) -> Mapping[str, str]:
    """The JSON object that a secret holds; never to be shown. Raises `UnreadableError`."""
    arn = resolve(secret, scene.facts)
    answer = scene.ask(administrator_of(secret.of), Call("secretsmanager", "GetSecretValue", {"SecretId": arn}))
    # So it answers for a secret that is marked for deletion (Secrets Manager API Reference, GetSecretValue).
    if answer.code == "InvalidRequestException":
        raise UnreadableError(Observation(State.UNSETTLED, str(answer), "it is being deleted", patience=READ_LAG_S))
    if answer.kind is not Kind.ALLOWED:
        raise UnreadableError(unreadable(answer))
    try:
        held = json.loads(answer.data["SecretString"])
    except (KeyError, ValueError):
        held = None
    if not isinstance(held, dict):
        reason = f"the secret {arn} holds no JSON object"
        raise UnreadableError(Observation(State.UNSETTLED, "something else", reason, patience=READ_LAG_S))
    return held


def unreadable(answer: Answer) -> Observation:
    """What it means that the administrator got this answer to a read call."""
    if answer.code in ("NoSuchBucket", "NoSuchEntity", "ResourceNotFoundException"):
        return Observation(State.UNSETTLED, str(answer), "it does not exist", patience=READ_LAG_S)
    if denied_from_outside(answer):
        return unknown(answer)
    if answer.kind is Kind.DENIED:
        advice = "the administrator may not read it; verify with credentials that may"
        return Observation(State.UNKNOWN, str(answer), advice, patience=READ_LAG_S)
    return unknown(answer)


def set_differences(what: str, expected: set[str], observed: set[str]) -> list[str]:
    """In words, how two sets of names differ."""
    missing = [f"{what} {name} is missing" for name in sorted(expected - observed)]
    surplus = [f"{what} {name} should not be there" for name in sorted(observed - expected)]
    return missing + surplus
