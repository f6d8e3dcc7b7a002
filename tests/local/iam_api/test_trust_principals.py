"""The principals of trust policies: they exist, they are meant by their ids, and policies show what became of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, make_user, policy, refusal, trust

HOME = "arn:aws:iam::123456789012"
PARTNER = "arn:aws:iam::210987654321"


def trusted(iam: Any, role_arn: str) -> Any:
    """The Principal of a role's first statement, as IAM shows it."""
    document = iam.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
    return document["Statement"][0]["Principal"]


def test_an_account_is_shown_as_its_root(iam: Any, new_role: NewRole) -> None:
    assert trusted(iam, new_role(trust("123456789012"))) == {"AWS": f"{HOME}:root"}
    assert trusted(iam, new_role(trust({"AWS": ["210987654321", f"{HOME}:root"]}))) == {
        "AWS": [f"{PARTNER}:root", f"{HOME}:root"]
    }
    # IAM can't see whether an account exists.
    assert trusted(iam, new_role(trust("999999999999"))) == {"AWS": "arn:aws:iam::999999999999:root"}


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": f"{HOME}:user/nobody"},
        {"AWS": f"{PARTNER}:role/none"},
        {"AWS": "arn:aws:sts::123456789012:assumed-role/none/session"},
        {"AWS": "AIDAAAAAAAAAAAAAAAAAA"},
        {"AWS": f"{HOME}:group/readers"},
        {"AWS": f"{HOME}:user/*"},
        {"AWS": "12345678901"},
        {"AWS": "James"},
        {"AWS": 7},
        {"Service": "ec2"},
        {"Federated": "example.com"},
        {"Nobody": "x"},
        "nobody",
    ],
)
def test_what_is_no_principal(iam: Any, name: Name, principal: Any) -> None:
    document = policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
    code, message = refusal(iam.create_role, RoleName=name("role"), AssumeRolePolicyDocument=document)
    assert code == "MalformedPolicyDocument"
    assert message.startswith("Invalid principal in policy: ")


def test_one_that_does_not_exist_among_others(iam: Any, name: Name, user: str) -> None:
    both = {"AWS": [f"{HOME}:user/{user}", f"{HOME}:user/nobody"]}
    assert refusal(iam.create_role, RoleName=name("role"), AssumeRolePolicyDocument=trust(both)) == (
        "MalformedPolicyDocument",
        f'Invalid principal in policy: "AWS":"{HOME}:user/nobody"',
    )
    assert iam.create_role(RoleName=name("role"), AssumeRolePolicyDocument=trust(f"{HOME}:user/{user}"))


def test_the_path_belongs_to_the_arn(iam: Any, name: Name) -> None:
    james = name("James")
    iam.create_user(UserName=james, Path="/lab/")
    create = iam.create_role
    assert create(RoleName=name("role"), AssumeRolePolicyDocument=trust(f"{HOME}:user/lab/{james}"))
    bare = trust(f"{HOME}:user/{james}")
    assert refusal(create, RoleName=name("role"), AssumeRolePolicyDocument=bare)[0] == "MalformedPolicyDocument"


def test_an_id_is_shown_as_the_arn_of_who_has_it(iam: Any, new_role: NewRole, user: str) -> None:
    user_id = iam.get_user(UserName=user)["User"]["UserId"]
    assert trusted(iam, new_role(trust(user_id))) == {"AWS": f"{HOME}:user/{user}"}


def remove_user(iam: Any, caller: Caller, user_name: str) -> None:
    iam.delete_access_key(UserName=user_name, AccessKeyId=caller.access_key_id)
    iam.delete_user(UserName=user_name)


def test_a_user_made_anew_is_not_trusted(
    admin: Caller, iam: Any, new_user: NewUser, new_role: NewRole, name: Name
) -> None:
    james = name("James")
    before = new_user(UserName=james)
    user_id = iam.get_user(UserName=james)["User"]["UserId"]
    role = new_role(trust(before.arn))
    assert before.assume(role)
    remove_user(iam, before, james)
    assert trusted(iam, role) == {"AWS": user_id}
    after = make_user(admin, james)
    assert refusal(after.assume, role_arn=role)[0] == "AccessDenied"
    # The policy as it is shown can't be put back: the id is nobody's.
    assert refusal(iam.update_assume_role_policy, RoleName=role.rpartition("/")[2], PolicyDocument=trust(user_id)) == (
        "MalformedPolicyDocument",
        f'Invalid principal in policy: "AWS":"{user_id}"',
    )
    iam.update_assume_role_policy(RoleName=role.rpartition("/")[2], PolicyDocument=trust(after.arn))
    assert after.assume(role)


def test_a_role_made_anew_is_not_trusted(iam: Any, new_user: NewUser, new_role: NewRole, name: Name) -> None:
    user, first = new_user(), name("first")
    first_arn = new_role(trust(user.arn), RoleName=first)
    role_id = iam.get_role(RoleName=first)["Role"]["RoleId"]
    second = new_role(trust(first_arn))
    old_session = user.assume(first_arn)
    assert old_session.assume(second)
    iam.delete_role(RoleName=first)
    assert trusted(iam, second) == {"AWS": role_id}
    new_role(trust(user.arn), RoleName=first)
    assert refusal(user.assume(first_arn).assume, role_arn=second)[0] == "AccessDenied"
    assert refusal(old_session.assume, role_arn=second)[0] == "InvalidClientTokenId"


def test_a_session_of_a_role_made_anew_is_not_trusted(
    iam: Any, new_user: NewUser, new_role: NewRole, name: Name
) -> None:
    user, first = new_user(), name("first")
    first_arn = new_role(trust(user.arn), RoleName=first)
    second = new_role(trust(user.assume(first_arn).arn))
    assert user.assume(first_arn).assume(second)
    assert refusal(user.assume(first_arn, RoleSessionName="other").assume, role_arn=second)[0] == "AccessDenied"
    iam.delete_role(RoleName=first)
    new_role(trust(user.arn), RoleName=first)
    assert refusal(user.assume(first_arn).assume, role_arn=second)[0] == "AccessDenied"


def test_a_renamed_user_stays_trusted(iam: Any, new_user: NewUser, new_role: NewRole, name: Name) -> None:
    james, jim = name("James"), name("Jim")
    user = new_user(UserName=james)
    role = new_role(trust(user.arn))
    iam.update_user(UserName=james, NewUserName=jim, NewPath="/lab/")
    assert trusted(iam, role) == {"AWS": f"{HOME}:user/lab/{jim}"}
    assert user.assume(role)
    # Whoever gets the old name is somebody else.
    other = new_user(UserName=james)
    assert refusal(other.assume, role_arn=role)[0] == "AccessDenied"


def test_a_deleted_user_of_another_account(
    partner_admin: Caller, iam: Any, new_user: NewUser, new_role: NewRole, name: Name
) -> None:
    james = name("James")
    may = policy(allow("sts:AssumeRole"))
    foreign = new_user(owner=partner_admin, UserName=james)
    partner = partner_admin.client("iam")
    partner.put_user_policy(UserName=james, PolicyName="may", PolicyDocument=may)
    user_id = partner.get_user(UserName=james)["User"]["UserId"]
    role = new_role(trust(foreign.arn))
    assert foreign.assume(role)
    partner.delete_user_policy(UserName=james, PolicyName="may")
    remove_user(partner, foreign, james)
    assert trusted(iam, role) == {"AWS": user_id}
    again = make_user(partner_admin, james, may)
    assert refusal(again.assume, role_arn=role)[0] == "AccessDenied"
