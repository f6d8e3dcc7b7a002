"""`AWS::SecretsManager::Secret`, and dynamic references to secrets."""

from __future__ import annotations

import json
import re
import string
from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, policy
from tests.local.stacks import NewStack, Stack, ref, resource

ACCOUNT = "123456789012"


@pytest.fixture
def secrets(admin: Caller) -> Any:
    return admin.client("secretsmanager")


def secret(name: str, **more: Any) -> dict[str, Any]:
    return {"Secret": resource("SecretsManager::Secret", Name=name, **more)}


def value(secrets: Any, secret_id: str) -> str:
    return str(secrets.get_secret_value(SecretId=secret_id)["SecretString"])


def is_there(secrets: Any, name: str) -> bool:
    found = secrets.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]
    return name in {each["Name"] for each in found}


def test_ref_is_the_arn(secrets: Any, new_stack: NewStack, name: Name) -> None:
    mine = name("secret")
    stack = new_stack()
    given = secret(mine, SecretString="x", Description="a", Tags=[{"Key": "lab", "Value": "x"}])
    assert stack.create(given, {"Ref": ref("Secret")}) == "CREATE_COMPLETE"
    assert re.fullmatch(
        rf"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{mine}-[A-Za-z0-9]{{6}}", stack.outputs["Ref"]
    )
    described = secrets.describe_secret(SecretId=stack.outputs["Ref"])
    assert (described["Name"], described["Description"]) == (mine, "a")
    assert {"Key": "lab", "Value": "x"} in described["Tags"]
    assert value(secrets, mine) == "x"
    assert stack.delete() == "DELETE_COMPLETE"
    assert not is_there(secrets, mine)


def test_a_name_that_is_taken_is_refused(secrets: Any, new_stack: NewStack, name: Name) -> None:
    mine = name("secret")
    secrets.create_secret(Name=mine, SecretString="before")
    stack = new_stack()
    assert stack.create(secret(mine, SecretString="after")) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Secret", "CREATE_FAILED")
    assert f"the secret {mine} already exists" in reason
    assert reason.endswith("HandlerErrorCode: AlreadyExists)")
    assert value(secrets, mine) == "before"


def generated(secrets: Any, stack: Stack, name: str, **wanted: Any) -> str:
    assert stack.create(secret(name, GenerateSecretString=wanted)) == "CREATE_COMPLETE"
    return value(secrets, name)


def test_a_generated_value_has_every_kind_of_character(secrets: Any, new_stack: NewStack, name: Name) -> None:
    password = generated(secrets, new_stack(), name("secret"))
    assert len(password) == 32
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)
    assert all(set(kind) & set(password) for kind in kinds)


@pytest.mark.parametrize(
    ("switch", "left_out"),
    [
        ("ExcludeLowercase", string.ascii_lowercase),
        ("ExcludeUppercase", string.ascii_uppercase),
        ("ExcludeNumbers", string.digits),
        ("ExcludePunctuation", string.punctuation),
    ],
)
def test_a_generated_value_leaves_out_what_it_is_told_to(
    secrets: Any, new_stack: NewStack, name: Name, switch: str, left_out: str
) -> None:
    with_all = generated(secrets, new_stack(), name("secret"), PasswordLength=200)
    without = generated(secrets, new_stack(), name("secret"), PasswordLength=200, **{switch: True})
    assert (len(with_all), len(without)) == (200, 200)
    assert set(with_all) & set(left_out)
    assert not set(without) & set(left_out)


def test_a_generated_value_within_a_template(secrets: Any, new_stack: NewStack, name: Name) -> None:
    text = generated(
        secrets,
        new_stack(),
        name("secret"),
        SecretStringTemplate='{"username": "James"}',
        GenerateStringKey="password",
        PasswordLength=20,
        ExcludeCharacters='"@/\\',
    )
    found = json.loads(text)
    assert (found["username"], len(found["password"])) == ("James", 20)
    assert not set(found["password"]) & set('"@/\\')


def test_generated_values_differ_and_stay(secrets: Any, new_stack: NewStack, name: Name) -> None:
    one, two = name("secret"), name("secret")
    stack = new_stack()
    first = generated(secrets, stack, one)
    assert first != generated(secrets, new_stack(), two)
    assert stack.update(secret(one, GenerateSecretString={}, Description="b")) == "UPDATE_COMPLETE"
    assert value(secrets, one) == first
    assert secrets.describe_secret(SecretId=one)["Description"] == "b"


def test_a_value_and_a_generated_one_at_once(new_stack: NewStack, name: Name) -> None:
    stack = new_stack()
    assert stack.create(secret(name("secret"), SecretString="x", GenerateSecretString={})) == "ROLLBACK_COMPLETE"
    assert "can't specify both" in stack.reason("Secret", "CREATE_FAILED")


@pytest.mark.parametrize(
    ("properties", "action"),
    [
        ({"SecretString": "x"}, "secretsmanager:CreateSecret"),
        ({"GenerateSecretString": {}}, "secretsmanager:GetRandomPassword"),
        ({"SecretString": "x", "Tags": [{"Key": "a", "Value": "b"}]}, "secretsmanager:TagResource"),
    ],
)
def test_the_caller_needs_the_permissions(
    secrets: Any, new_stack: NewStack, new_user: NewUser, name: Name, properties: dict[str, Any], action: str
) -> None:
    mine = name("secret")
    all_of_them = ["CreateSecret", "GetRandomPassword", "TagResource", "DeleteSecret"]
    others = [f"secretsmanager:{each}" for each in all_of_them if not action.endswith(each)]
    stack = new_stack(new_user(policy(allow("cloudformation:*"), allow(others))))
    assert stack.create(secret(mine, **properties)) == "ROLLBACK_COMPLETE"
    assert f"is not authorized to perform: {action} " in stack.reason("Secret", "CREATE_FAILED")
    assert not is_there(secrets, mine)
    stack = new_stack(new_user(policy(allow("cloudformation:*"), allow([*others, action]))))
    assert stack.create(secret(mine, **properties)) == "CREATE_COMPLETE"


def test_updating_and_deleting_need_permission(
    admin: Caller, secrets: Any, new_stack: NewStack, new_user: NewUser, name: Name
) -> None:
    mine = name("secret")
    stack = new_stack()
    assert stack.create(secret(mine, SecretString="a")) == "CREATE_COMPLETE"
    stack.caller = new_user(policy(allow("cloudformation:*")))
    assert stack.update(secret(mine, SecretString="b")) in ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED")
    assert "secretsmanager:UpdateSecret" in stack.reason("Secret", "UPDATE_FAILED")
    assert value(secrets, mine) == "a"
    stack.caller = admin
    assert stack.update(secret(mine, SecretString="c")) == "UPDATE_COMPLETE"
    assert value(secrets, mine) == "c"
    stack.caller = new_user(policy(allow("cloudformation:*")))
    assert stack.delete() == "DELETE_FAILED"
    assert "secretsmanager:DeleteSecret" in stack.reason("Secret", "DELETE_FAILED")
    assert is_there(secrets, mine)
    stack.caller = new_user(policy(allow("cloudformation:*"), allow("secretsmanager:DeleteSecret")))
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_dynamic_reference_needs_permission_to_read(
    admin: Caller, secrets: Any, new_stack: NewStack, new_user: NewUser, name: Name
) -> None:
    secrets.create_secret(Name=(mine := name("secret")), SecretString="Correct-horse-7")
    may = [allow("cloudformation:*"), allow("iam:*")]
    profile = {"Password": f"{{{{resolve:secretsmanager:{mine}}}}}"}

    def user() -> dict[str, Any]:
        return {"User": resource("IAM::User", UserName=name("James"), LoginProfile=profile)}

    stack = new_stack(new_user(policy(*may)))
    assert stack.create(user()) == "ROLLBACK_COMPLETE"
    assert "secretsmanager:GetSecretValue" in stack.reason("User", "CREATE_FAILED")
    stack = new_stack(new_user(policy(*may, allow("secretsmanager:GetSecretValue"))))
    resources = user()
    assert stack.create(resources) == "CREATE_COMPLETE"
    user_name = resources["User"]["Properties"]["UserName"]
    assert admin.client("iam").get_login_profile(UserName=user_name)["LoginProfile"]
