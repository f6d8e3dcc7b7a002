"""`AWS::IAM::Role`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, policy, trust
from tests.local.stacks import NewStack, att, document, exists, ref, resource

VIEW = policy(allow("s3:ListAllMyBuckets"))
HOME_TRUST = document(trust("123456789012"))
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def role(name: str, trust_policy: Any = None, **more: Any) -> dict[str, Any]:
    return resource("IAM::Role", RoleName=name, AssumeRolePolicyDocument=trust_policy or HOME_TRUST, **more)


def trusting(principal: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_everything_a_role_may_have(iam: Any, new_stack: NewStack, name: Name) -> None:
    reader, james = name("reader"), name("James")
    boundary = iam.create_policy(PolicyName=name("boundary"), PolicyDocument=VIEW)["Policy"]["Arn"]
    stack = new_stack()
    resources = {
        "User": resource("IAM::User", UserName=james),
        "Role": role(
            reader,
            trusting(att("User", "Arn")),
            Path="/lab/",
            Description="Reads",
            MaxSessionDuration=7200,
            PermissionsBoundary=boundary,
            ManagedPolicyArns=[READ_ONLY],
            Policies=[{"PolicyName": "inline", "PolicyDocument": document(VIEW)}],
            Tags=[{"Key": "lab", "Value": "x"}],
        ),
    }
    outputs = {"Name": ref("Role"), "Arn": att("Role", "Arn"), "Id": att("Role", "RoleId")}
    assert stack.create(resources, outputs) == "CREATE_COMPLETE"
    described = iam.get_role(RoleName=reader)["Role"]
    assert stack.outputs == {"Name": reader, "Arn": described["Arn"], "Id": described["RoleId"]}
    assert described["Arn"] == f"arn:aws:iam::123456789012:role/lab/{reader}"
    assert (described["Description"], described["MaxSessionDuration"]) == ("Reads", 7200)
    assert described["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert described["Tags"] == [{"Key": "lab", "Value": "x"}]
    user_arn = iam.get_user(UserName=james)["User"]["Arn"]
    assert described["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": user_arn}
    assert attached(iam, reader) == [READ_ONLY]
    assert iam.get_role_policy(RoleName=reader, PolicyName="inline")["PolicyDocument"] == document(VIEW)
    assert stack.delete() == "DELETE_COMPLETE"
    assert not exists(iam.get_role, RoleName=reader)


def test_a_boundary_of_the_template_limits_the_role(admin: Caller, iam: Any, new_stack: NewStack, name: Name) -> None:
    boundary = iam.create_policy(PolicyName=name("boundary"), PolicyDocument=policy(allow("iam:ListUsers")))
    stack = new_stack()
    both = {"PolicyName": "inline", "PolicyDocument": document(policy(allow(["iam:ListUsers", "iam:ListRoles"])))}
    resources = {
        "Role": role(
            name("role"),
            trusting(admin.arn),
            PermissionsBoundary=boundary["Policy"]["Arn"],
            Policies=[both],
        )
    }
    assert stack.create(resources, {"Arn": att("Role", "Arn")}) == "CREATE_COMPLETE"
    session = admin.assume(stack.outputs["Arn"]).client("iam")
    assert session.list_users()["Users"]
    with pytest.raises(session.exceptions.ClientError, match="because no permissions boundary allows"):
        session.list_roles()


def test_a_name_that_is_taken_rolls_back(iam: Any, new_stack: NewStack, name: Name) -> None:
    reader = name("reader")
    before = iam.create_role(RoleName=reader, AssumeRolePolicyDocument=trust("210987654321"))["Role"]
    stack = new_stack()
    assert stack.create({"Role": role(reader)}) == "ROLLBACK_COMPLETE"
    assert f"Role with name {reader} already exists." in stack.reason("Role", "CREATE_FAILED")
    after = iam.get_role(RoleName=reader)["Role"]
    assert after["AssumeRolePolicyDocument"] == before["AssumeRolePolicyDocument"]
    assert after["RoleId"] == before["RoleId"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            trusting("arn:aws:iam::123456789012:user/nobody"),
            'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/nobody"',
        ),
        (trusting("arn:aws:iam::210987654321:role/none"), "Invalid principal in policy"),
        ({**trusting("*"), "Statement": []}, "Syntax errors in policy."),
        (trusting(["210987654321", *(f"{number:012}" for number in range(150))]), "ACLSizePerRole: 2048"),
    ],
)
def test_a_trust_policy_that_iam_refuses(
    iam: Any, new_stack: NewStack, name: Name, document: Any, message: str
) -> None:
    reader = name("reader")
    stack = new_stack()
    assert stack.create({"Role": role(reader, document)}) == "ROLLBACK_COMPLETE"
    assert message in stack.reason("Role", "CREATE_FAILED")
    assert not exists(iam.get_role, RoleName=reader)


def test_a_trust_policy_is_required(new_stack: NewStack) -> None:
    stack = new_stack()
    assert stack.create({"Role": resource("IAM::Role")}) == "ROLLBACK_COMPLETE"
    assert "required key [AssumeRolePolicyDocument] not found" in stack.reason("Role", "CREATE_FAILED")


def test_an_update_in_place(iam: Any, new_stack: NewStack, name: Name, new_user: NewUser) -> None:
    reader, james = name("reader"), new_user()
    stack = new_stack()
    before = role(reader, Description="a", MaxSessionDuration=7200, ManagedPolicyArns=[READ_ONLY])
    assert stack.create({"Role": before}) == "CREATE_COMPLETE"
    role_id = iam.get_role(RoleName=reader)["Role"]["RoleId"]
    iam.put_role_policy(RoleName=reader, PolicyName="foreign", PolicyDocument=VIEW)
    assert stack.update({"Role": role(reader, trusting(james.arn), Description="b")}) == "UPDATE_COMPLETE"
    described = iam.get_role(RoleName=reader)["Role"]
    assert described["RoleId"] == role_id
    assert (described["Description"], described["MaxSessionDuration"]) == ("b", 3600)
    assert described["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": james.arn}
    assert attached(iam, reader) == []
    assert iam.list_role_policies(RoleName=reader)["PolicyNames"] == ["foreign"]


def test_an_update_to_a_principal_that_does_not_exist_is_undone(iam: Any, new_stack: NewStack, name: Name) -> None:
    reader = name("reader")
    stack = new_stack()
    assert stack.create({"Role": role(reader, Description="a")}) == "CREATE_COMPLETE"
    nobody = trusting("arn:aws:iam::123456789012:user/nobody")
    assert stack.update({"Role": role(reader, nobody, Description="b")}) == "UPDATE_ROLLBACK_COMPLETE"
    described = iam.get_role(RoleName=reader)["Role"]
    assert described["Description"] == "a"
    assert described["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "AWS": "arn:aws:iam::123456789012:root"
    }


def test_another_name_means_another_role(iam: Any, new_stack: NewStack, name: Name) -> None:
    reader, writer = name("reader"), name("writer")
    stack = new_stack()
    assert stack.create({"Role": role(reader)}) == "CREATE_COMPLETE"
    assert stack.update({"Role": role(writer)}, {"Arn": att("Role", "Arn")}) == "UPDATE_COMPLETE"
    assert not exists(iam.get_role, RoleName=reader)
    assert iam.get_role(RoleName=writer)["Role"]["Arn"] == stack.outputs["Arn"]


def test_another_path_with_the_same_name_is_refused(iam: Any, new_stack: NewStack, name: Name) -> None:
    reader = name("reader")
    stack = new_stack()
    assert stack.create({"Role": role(reader)}) == "CREATE_COMPLETE"
    assert stack.update({"Role": role(reader, Path="/lab/")}) == "UPDATE_ROLLBACK_COMPLETE"
    reason = stack.reason("Role", "UPDATE_FAILED")
    assert "CloudFormation cannot update a stack when a custom-named resource requires replacing." in reason
    assert iam.get_role(RoleName=reader)["Role"]["Path"] == "/"


@pytest.mark.parametrize(
    ("add", "message"),
    [
        ("put_role_policy", "must delete policies first"),
        ("attach_role_policy", "must detach all policies first"),
        ("add_role_to_instance_profile", "must remove roles from instance profile first"),
    ],
)
def test_what_others_put_on_a_role_keeps_the_role(
    iam: Any, new_stack: NewStack, name: Name, add: str, message: str
) -> None:
    reader, profile = name("reader"), name("profile")
    iam.create_instance_profile(InstanceProfileName=profile)
    given = {
        "put_role_policy": {"PolicyName": "foreign", "PolicyDocument": VIEW},
        "attach_role_policy": {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        "add_role_to_instance_profile": {"InstanceProfileName": profile},
    }
    stack = new_stack()
    assert stack.create({"Role": role(reader, ManagedPolicyArns=[READ_ONLY])}) == "CREATE_COMPLETE"
    getattr(iam, add)(RoleName=reader, **given[add])
    assert stack.delete() == "DELETE_FAILED"
    assert f"Cannot delete entity, {message}." in stack.reason("Role", "DELETE_FAILED")
    assert READ_ONLY in attached(iam, reader)


def attached(iam: Any, name: str) -> list[str]:
    return [each["PolicyArn"] for each in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]]
