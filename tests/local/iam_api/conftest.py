"""Fixtures for the tests of the IAM API.

`iam`  the home administrator's IAM client. `user`, `role`, `group`: the name of a fresh one.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, trust


@pytest.fixture
def iam(admin: Caller) -> Any:
    return admin.client("iam")


@pytest.fixture
def user(iam: Any, name: Name) -> str:
    iam.create_user(UserName=(user_name := name("user")))
    return user_name


@pytest.fixture
def role(iam: Any, name: Name) -> str:
    iam.create_role(RoleName=(role_name := name("role")), AssumeRolePolicyDocument=trust("123456789012"))
    return role_name


@pytest.fixture
def group(iam: Any, name: Name) -> str:
    iam.create_group(GroupName=(group_name := name("group")))
    return group_name
