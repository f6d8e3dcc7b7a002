"""A function is its role, somebody else, can't be asked for now, or can't run at all."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from labkit.aws.answers import Answer, allowed
from labkit.checks import FunctionIs, Output
from labkit.checks.observation import State
from tests.unit.labkit.fakes import FACTS, JAMES, S3_ROLE, FakeScene, bad_key, denied, refused, throttled

CHECK = FunctionIs("id", "title", JAMES, Output("FunctionName"), S3_ROLE)
SESSION = "arn:aws:sts::123456789012:assumed-role/James-custom-S3-role"


def says(payload: Any, **more: str) -> Answer:
    return allowed({"Payload": io.BytesIO(json.dumps(payload).encode()), **more})


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (says({"Arn": f"{SESSION}/whoAmI"}), State.PROVEN),
        (says({"Arn": f"{SESSION}/other"}), State.WRONG),
        (says({"Arn": f"{SESSION}/whoAmI"}, FunctionError="Unhandled"), State.UNSETTLED),
        (says("nothing"), State.WRONG),
        (says({"errorType": "Runtime.ExitError", "errorMessage": "m"}, FunctionError="Unhandled"), State.UNSETTLED),
        (says({"errorType": "Runtime.Unavailable"}, FunctionError="Unhandled"), State.NOT_APPLICABLE),
        # A function may say what it likes, as long as it does not fail.
        (says({"errorType": "Runtime.Unavailable"}), State.WRONG),
        (refused("NotImplemented"), State.NOT_APPLICABLE),
        (refused("ResourceConflictException"), State.UNSETTLED),
        (refused("ResourceNotFoundException"), State.WRONG),
        (denied("no", "AccessDeniedException"), State.UNSETTLED),
        (throttled(), State.UNKNOWN),
        (bad_key(), State.UNKNOWN),
    ],
)
def test_what_a_function_answers(answer: Answer, state: State) -> None:
    facts = replace(FACTS, outputs={**FACTS.outputs, "FunctionName": "whoAmI"})
    assert CHECK.observe(FakeScene({("James", "Invoke"): answer}, facts=facts)).state is state
