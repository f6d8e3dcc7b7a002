"""Fixtures for the tests of CloudFormation's IAM types.

`iam`        the home administrator's IAM client.
`new_stack`  a function: a stack that is not deployed yet, deployed by the administrator or by `caller`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.callers import Caller, Name
from tests.local.stacks import Stack

NewStack = Callable[..., Stack]


@pytest.fixture
def iam(admin: Caller) -> Any:
    return admin.client("iam")


@pytest.fixture
def new_stack(admin: Caller, name: Name) -> NewStack:
    def make(caller: Caller = admin) -> Stack:
        return Stack(name("stack"), caller, admin)

    return make
