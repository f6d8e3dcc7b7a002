"""What stock MiniStack gets wrong about sessions, their tags and their policies."""

from __future__ import annotations

import time

import pytest

from tests.local.callers import Caller, Name, allow, make_role, make_user, policy, trust


def _role(stock_admin: Caller, name: Name) -> tuple[Caller, str]:
    user = make_user(stock_admin, name("tagger"), policy(allow("sts:*")))
    return user, make_role(stock_admin, name("tagged"), trust(user.arn, ["sts:AssumeRole", "sts:TagSession"]))


def test_session_tags_of_any_length(stock_admin: Caller, name: Name) -> None:
    user, role = _role(stock_admin, name)
    assert user.assume(role, Tags=[{"Key": "k" * 129, "Value": "v" * 257}])
    assert user.assume(role, Tags=[{"Key": str(number), "Value": ""} for number in range(51)])


def test_session_policies_without_grammar_and_packed_size(stock_admin: Caller, name: Name) -> None:
    user, role = _role(stock_admin, name)
    document = policy(allow("s3:*", Condition={"NoSuchOperator": {"aws:username": "x"}}))
    answer = user.client("sts").assume_role(RoleArn=role, RoleSessionName="session", Policy=document)
    assert "PackedPolicySize" not in answer or answer["PackedPolicySize"] == 0


def test_expired_sessions_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, where nothing of MiniStack is replaced."""
    from ministack.services import sts

    sessions = {"expired": {"Expiration": time.time() - 1}}
    monkeypatch.setattr(sts, "_sessions", sessions)
    sts.register_session("next", {})
    assert "expired" not in sessions


def test_callers_old_session_of_a_role_made_anew(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("old"), policy(allow("sts:*")))
    role_name, iam = name("again"), stock_admin.client("iam")
    session = user.assume(make_role(stock_admin, role_name, trust(user.arn)))
    iam.delete_role(RoleName=role_name)
    make_role(stock_admin, role_name, trust(user.arn), policy(allow("s3:ListAllMyBuckets")))
    assert "Buckets" in session.client("s3").list_buckets()
