"""`AWS::IAM::ManagedPolicy`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Name, allow, policy, trust
from tests.local.stacks import NewStack, att, document, exists, ref, resource

VIEW = policy(allow("s3:ListAllMyBuckets"))


def managed(name: str, text: str = VIEW, **more: Any) -> dict[str, Any]:
    return resource("IAM::ManagedPolicy", ManagedPolicyName=name, PolicyDocument=document(text), **more)


def of_size(size: int) -> str:
    """A policy of exactly this many characters, white space not counted."""
    empty = policy(allow("s3:Get", "arn:aws:s3:::"))
    text = policy(allow("s3:Get", "arn:aws:s3:::" + "x" * (size - len(empty.replace(" ", "")))))
    assert len(text.replace(" ", "")) == size
    return text


def test_everything_a_managed_policy_may_have(iam: Any, new_stack: NewStack, name: Name) -> None:
    view, james, reader, group = name("view"), name("James"), name("reader"), name("group")
    iam.create_user(UserName=james)
    iam.create_role(RoleName=reader, AssumeRolePolicyDocument=trust("123456789012"))
    iam.create_group(GroupName=group)
    stack = new_stack()
    resources = {
        "Policy": managed(view, Path="/lab/", Description="View", Users=[james], Roles=[reader], Groups=[group])
    }
    attributes = ("PolicyArn", "PolicyId", "AttachmentCount", "DefaultVersionId", "PermissionsBoundaryUsageCount")
    outputs = {"Ref": ref("Policy")} | {each: att("Policy", each) for each in attributes}
    assert stack.create(resources, outputs) == "CREATE_COMPLETE"
    arn = f"arn:aws:iam::123456789012:policy/lab/{view}"
    described = iam.get_policy(PolicyArn=arn)["Policy"]
    assert described["Description"] == "View"
    assert stack.outputs == {
        "Ref": arn,
        "PolicyArn": arn,
        "PolicyId": described["PolicyId"],
        "AttachmentCount": "3",
        "DefaultVersionId": "v1",
        "PermissionsBoundaryUsageCount": "0",
    }
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    assert entities["PolicyUsers"][0]["UserName"] == james
    assert entities["PolicyRoles"][0]["RoleName"] == reader
    assert entities["PolicyGroups"][0]["GroupName"] == group
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_policy, PolicyArn=arn)


@pytest.mark.parametrize(("size", "status"), [(6144, "CREATE_COMPLETE"), (6145, "ROLLBACK_COMPLETE")])
def test_the_size_is_limited(new_stack: NewStack, name: Name, size: int, status: str) -> None:
    stack = new_stack()
    assert stack.create({"Policy": managed(name("view"), of_size(size))}) == status
    if status == "ROLLBACK_COMPLETE":
        reason = stack.reason("Policy", "CREATE_FAILED")
        assert "Cannot exceed quota for PolicySize: 6144" in reason
        assert "Status Code: 409" in reason
        assert reason.endswith("HandlerErrorCode: ServiceLimitExceeded)")


def test_a_malformed_document(new_stack: NewStack, name: Name) -> None:
    stack = new_stack()
    assert stack.create({"Policy": managed(name("view"), policy(allow("ListBuckets")))}) == "ROLLBACK_COMPLETE"
    assert "Actions/Conditions must be prefaced by a vendor" in stack.reason("Policy", "CREATE_FAILED")


def test_a_name_that_is_taken_rolls_back(iam: Any, new_stack: NewStack, name: Name) -> None:
    view = name("view")
    before = iam.create_policy(PolicyName=view, PolicyDocument=VIEW)["Policy"]
    stack = new_stack()
    assert stack.create({"Policy": managed(view, policy(allow("s3:*")))}) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Policy", "CREATE_FAILED")
    assert f"A policy called {view} already exists. Duplicate names are not allowed." in reason
    assert iam.get_policy(PolicyArn=before["Arn"])["Policy"]["PolicyId"] == before["PolicyId"]
    version = iam.get_policy_version(PolicyArn=before["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == document(VIEW)


@pytest.mark.parametrize("kind", ["User", "Role", "Group"])
def test_attaching_to_what_does_not_exist_rolls_back(iam: Any, new_stack: NewStack, name: Name, kind: str) -> None:
    view = name("view")
    stack = new_stack()
    assert stack.create({"Policy": managed(view, **{f"{kind}s": ["nobody"]})}) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Policy", "CREATE_FAILED")
    assert "nobody" in reason
    assert "Status Code: 404" in reason
    assert not exists(iam.get_policy, PolicyArn=f"arn:aws:iam::123456789012:policy/{view}")


def test_updates_make_versions_and_prune_the_oldest(iam: Any, new_stack: NewStack, name: Name) -> None:
    view = name("view")
    stack = new_stack()
    assert stack.create({"Policy": managed(view)}, {"Arn": ref("Policy")}) == "CREATE_COMPLETE"
    arn = stack.outputs["Arn"]
    for number in range(6):
        text = policy(allow("s3:GetObject", f"arn:aws:s3:::bucket-{number}/*"))
        assert stack.update({"Policy": managed(view, text)}, {"Arn": ref("Policy")}) == "UPDATE_COMPLETE"
    assert stack.outputs["Arn"] == arn
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [each["VersionId"] for each in versions] == ["v3", "v4", "v5", "v6", "v7"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v7"
    assert stack.delete() == "DELETE_COMPLETE"


def test_an_update_moves_attachments(iam: Any, new_stack: NewStack, name: Name) -> None:
    view, james, jim = name("view"), name("James"), name("Jim")
    for each in (james, jim):
        iam.create_user(UserName=each)
    stack = new_stack()
    assert stack.create({"Policy": managed(view, Users=[james])}, {"Arn": ref("Policy")}) == "CREATE_COMPLETE"
    assert stack.update({"Policy": managed(view, Users=[jim])}, {"Arn": ref("Policy")}) == "UPDATE_COMPLETE"
    users = iam.list_entities_for_policy(PolicyArn=stack.outputs["Arn"])["PolicyUsers"]
    assert [each["UserName"] for each in users] == [jim]
    nobody = managed(view, policy(allow("s3:*")), Users=["nobody"])
    assert stack.update({"Policy": nobody}) == "UPDATE_ROLLBACK_COMPLETE"
    users = iam.list_entities_for_policy(PolicyArn=stack.physical_id("Policy"))["PolicyUsers"]
    assert [each["UserName"] for each in users] == [jim]


def test_another_description_under_the_same_name_is_refused(iam: Any, new_stack: NewStack, name: Name) -> None:
    view = name("view")
    stack = new_stack()
    assert stack.create({"Policy": managed(view, Description="a")}) == "CREATE_COMPLETE"
    assert stack.update({"Policy": managed(view, Description="b")}) == "UPDATE_ROLLBACK_COMPLETE"
    assert f"A policy called {view} already exists." in stack.reason("Policy", "UPDATE_FAILED")
    assert iam.get_policy(PolicyArn=stack.physical_id("Policy"))["Policy"]["Description"] == "a"


def test_a_policy_that_is_attached_elsewhere_is_not_deleted(iam: Any, new_stack: NewStack, name: Name) -> None:
    view, james, jim = name("view"), name("James"), name("Jim")
    for each in (james, jim):
        iam.create_user(UserName=each)
    stack = new_stack()
    assert stack.create({"Policy": managed(view, Users=[james])}, {"Arn": ref("Policy")}) == "CREATE_COMPLETE"
    arn = stack.outputs["Arn"]
    iam.attach_user_policy(UserName=jim, PolicyArn=arn)
    assert stack.delete() == "DELETE_FAILED"
    assert "Cannot delete a policy attached to entities." in stack.reason("Policy", "DELETE_FAILED")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 2
    iam.detach_user_policy(UserName=jim, PolicyArn=arn)
    assert stack.delete() == "DELETE_COMPLETE"


def test_versions_that_others_made_go_with_the_policy(iam: Any, new_stack: NewStack, name: Name) -> None:
    stack = new_stack()
    assert stack.create({"Policy": managed(name("view"))}, {"Arn": ref("Policy")}) == "CREATE_COMPLETE"
    arn = stack.outputs["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:*")), SetAsDefault=True)
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_policy, PolicyArn=arn)
