"""What stock MiniStack gets wrong about sessions (session_tags.py, session_policies.py)."""

from __future__ import annotations

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
