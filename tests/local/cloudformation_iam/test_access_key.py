"""`AWS::IAM::AccessKey`."""

from __future__ import annotations

from typing import Any

from tests.local.callers import Caller, Name, refusal
from tests.local.stacks import NewStack, Stack, att, ref, resource

OUTPUTS = {"Id": ref("Key"), "Secret": att("Key", "SecretAccessKey")}


def resources(james: str, **key: Any) -> dict[str, Any]:
    return {
        "User": resource("IAM::User", UserName=james),
        "Key": resource("IAM::AccessKey", UserName=ref("User"), **key),
    }


def key_of(stack: Stack) -> Caller:
    return Caller(stack.caller.endpoint, stack.outputs["Id"], stack.outputs["Secret"])


def test_the_key_works_until_the_stack_is_deleted(new_stack: NewStack, name: Name) -> None:
    james = name("James")
    stack = new_stack()
    assert stack.create(resources(james), OUTPUTS) == "CREATE_COMPLETE"
    key = key_of(stack)
    assert key.arn == f"arn:aws:iam::123456789012:user/{james}"
    assert stack.delete() == "DELETE_COMPLETE"
    assert refusal(key.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"


def test_status_is_changed_in_place(iam: Any, new_stack: NewStack, name: Name) -> None:
    james = name("James")
    stack = new_stack()
    assert stack.create(resources(james, Status="Inactive"), OUTPUTS) == "CREATE_COMPLETE"
    before = stack.outputs
    assert status_of(iam, james) == {before["Id"]: "Inactive"}
    assert stack.update(resources(james, Status="Active"), OUTPUTS) == "UPDATE_COMPLETE"
    assert stack.outputs == before
    assert key_of(stack).arn == f"arn:aws:iam::123456789012:user/{james}"
    assert stack.update(resources(james, Status="Inactive"), OUTPUTS) == "UPDATE_COMPLETE"
    assert stack.update(resources(james), OUTPUTS) == "UPDATE_COMPLETE"
    assert status_of(iam, james) == {before["Id"]: "Active"}


def test_another_serial_means_another_key(iam: Any, new_stack: NewStack, name: Name) -> None:
    james = name("James")
    stack = new_stack()
    assert stack.create(resources(james, Serial=1), OUTPUTS) == "CREATE_COMPLETE"
    old = key_of(stack)
    assert stack.update(resources(james, Serial=2), OUTPUTS) == "UPDATE_COMPLETE"
    assert stack.outputs["Id"] != old.access_key_id
    assert key_of(stack).arn == f"arn:aws:iam::123456789012:user/{james}"
    assert list(status_of(iam, james)) == [stack.outputs["Id"]]
    assert refusal(old.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"


def test_a_third_key_is_refused(iam: Any, new_stack: NewStack, name: Name) -> None:
    james = name("James")
    iam.create_user(UserName=james)
    for _ in range(2):
        iam.create_access_key(UserName=james)
    stack = new_stack()
    assert stack.create({"Key": resource("IAM::AccessKey", UserName=james)}) == "ROLLBACK_COMPLETE"
    assert "Cannot exceed quota for AccessKeysPerUser: 2" in stack.reason("Key", "CREATE_FAILED")
    assert len(status_of(iam, james)) == 2


def test_a_user_that_does_not_exist(new_stack: NewStack) -> None:
    stack = new_stack()
    assert stack.create({"Key": resource("IAM::AccessKey", UserName="nobody")}) == "ROLLBACK_COMPLETE"
    assert "The user with name nobody cannot be found." in stack.reason("Key", "CREATE_FAILED")


def status_of(iam: Any, james: str) -> dict[str, str]:
    keys = iam.list_access_keys(UserName=james)["AccessKeyMetadata"]
    return {key["AccessKeyId"]: key["Status"] for key in keys}
