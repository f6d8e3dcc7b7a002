"""Fixtures for the tests of CloudFormation's IAM types.

`iam`  the home administrator's IAM client.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller


@pytest.fixture
def iam(admin: Caller) -> Any:
    return admin.client("iam")
