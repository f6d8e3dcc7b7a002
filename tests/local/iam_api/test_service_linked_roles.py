"""Service-linked roles: made by their service's name, changed by nobody, deleted by a call of their own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewUser, allow, policy, refusal, trust
from tests.local.stacks import exists

HOME = "arn:aws:iam::123456789012"
PREFIX = f"{HOME}:role/aws-service-role"


@pytest.fixture
def linked(iam: Any, name: Name) -> str:
    """A role of Auto Scaling's."""
    made = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=name("s"))
    return str(made["Role"]["RoleName"])


def test_it_has_the_services_name_and_trust(iam: Any) -> None:
    create = iam.create_service_linked_role
    role = create(AWSServiceName="elasticloadbalancing.amazonaws.com", Description="d")["Role"]
    name = "AWSServiceRoleForElasticLoadBalancing"
    assert (role["RoleName"], role["Path"]) == (name, "/aws-service-role/elasticloadbalancing.amazonaws.com/")
    assert role["Arn"] == f"{PREFIX}/elasticloadbalancing.amazonaws.com/{name}"
    statement = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Service": "elasticloadbalancing.amazonaws.com"}
    assert refusal(create, AWSServiceName="elasticloadbalancing.amazonaws.com") == (
        "InvalidInput",
        f"Service role name {name} has been taken in this account, please try a different suffix.",
    )
    assert refusal(create, AWSServiceName="ecs.amazonaws.com", CustomSuffix="x") == (
        "InvalidInput",
        "Custom suffix is not allowed for ecs.amazonaws.com",
    )
    assert refusal(create, AWSServiceName="nobody.amazonaws.com")[0] == "InvalidInput"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("put_role_policy", {"PolicyName": "p", "PolicyDocument": policy(allow("s3:*"))}),
        ("delete_role_policy", {"PolicyName": "p"}),
        ("attach_role_policy", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("detach_role_policy", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("update_assume_role_policy", {"PolicyDocument": trust("123456789012")}),
        ("put_role_permissions_boundary", {"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("delete_role_permissions_boundary", {}),
        ("delete_role", {}),
    ],
)
def test_nobody_changes_it(iam: Any, linked: str, role: str, operation: str, parameters: dict[str, str]) -> None:
    call = getattr(iam, operation)
    assert refusal(call, RoleName=linked, **parameters) == (
        "UnmodifiableEntity",
        f"Cannot perform the operation on the protected role '{linked}' - this role is only modifiable by AWS",
    )
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess")
    if operation == "delete_role":
        iam.delete_role_policy(RoleName=role, PolicyName="p")
        iam.detach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    call(RoleName=role, **parameters)


def test_its_description_can_be_changed(iam: Any, linked: str) -> None:
    iam.update_role(RoleName=linked, Description="new")
    assert iam.get_role(RoleName=linked)["Role"]["Description"] == "new"


def test_it_is_deleted_by_a_call_of_its_own(iam: Any, linked: str, role: str) -> None:
    task = iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/autoscaling.amazonaws.com/{linked}/")
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert not exists(iam.get_role, RoleName=linked)
    assert refusal(iam.delete_service_linked_role, RoleName=role)[0] == "InvalidInput"
    assert refusal(iam.delete_service_linked_role, RoleName="none")[0] == "NoSuchEntity"


def test_its_path_is_reserved(iam: Any, name: Name) -> None:
    create = iam.create_role
    given = {"AssumeRolePolicyDocument": trust("123456789012")}
    reserved = "/aws-service-role/ecs.amazonaws.com/"
    assert refusal(create, RoleName=name("role"), Path=reserved, **given)[0] == "InvalidInput"
    assert create(RoleName=name("role"), Path="/service-role/", **given)


def test_which_services_a_caller_may_make_one_for(admin: Caller, new_user: NewUser, name: Name) -> None:
    only = {"StringLike": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}}
    arn = f"{PREFIX}/*"
    create = new_user(policy(allow("iam:CreateServiceLinkedRole", arn, Condition=only))).client("iam")
    assert create.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=name("s"))
    code, message = refusal(create.create_service_linked_role, AWSServiceName="ssm.amazonaws.com")
    assert code == "AccessDenied"
    assert f"on resource: {PREFIX}/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM" in message


def test_nobody_assumes_it(admin: Caller, iam: Any, linked: str) -> None:
    arn = iam.get_role(RoleName=linked)["Role"]["Arn"]
    assert refusal(admin.assume, role_arn=arn)[0] == "AccessDenied"
