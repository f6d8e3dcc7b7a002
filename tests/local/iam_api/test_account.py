"""What IAM says of the account and its keys: the password policy, and when a key was last used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.local.callers import Caller, NewUser, allow, policy, refusal


def test_a_password_policy_of_defaults_is_one(partner_admin: Caller) -> None:
    iam = partner_admin.client("iam")
    assert refusal(iam.get_account_password_policy)[0] == "NoSuchEntity"
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireNumbers=True)
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 12
    iam.update_account_password_policy()
    found = iam.get_account_password_policy()["PasswordPolicy"]
    assert (found["MinimumPasswordLength"], found["RequireNumbers"]) == (6, False)
    iam.delete_account_password_policy()
    assert refusal(iam.get_account_password_policy)[0] == "NoSuchEntity"


def test_when_a_key_was_last_used(iam: Any, new_user: NewUser) -> None:
    user = new_user(policy(allow("s3:ListAllMyBuckets")))
    never = iam.get_access_key_last_used(AccessKeyId=user.access_key_id)["AccessKeyLastUsed"]
    assert (never.get("LastUsedDate"), never["Region"], never["ServiceName"]) == (None, "N/A", "N/A")
    user.client("s3").list_buckets()
    answer = iam.get_access_key_last_used(AccessKeyId=user.access_key_id)
    used = answer["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("s3", "us-east-1")
    assert datetime.now(UTC) - used["LastUsedDate"] < timedelta(minutes=1)
    assert answer["UserName"] == user.arn.rpartition("/")[2]
