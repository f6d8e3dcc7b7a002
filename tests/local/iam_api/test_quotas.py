"""Quotas: the last that fits is accepted, the next is LimitExceeded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.callers import Name, allow, policy, refusal, start_embedded, stop_embedded, trust

VIEW = policy(allow("s3:ListAllMyBuckets"))


def of_size(size: int) -> str:
    """An identity policy of exactly this many characters, white space not counted."""
    rest = size - len(policy(allow("s3:Get", "arn:aws:s3:::")).replace(" ", ""))
    return policy(allow("s3:Get", "arn:aws:s3:::" + "x" * rest))


def trust_of_size(size: int) -> str:
    """A trust policy of exactly this many characters, white space not counted."""
    bare = trust("123456789012", Sid="x")
    return trust("123456789012", Sid="x" * (size - len(bare.replace(" ", "")) + 1))


def managed(iam: Any, name: Name) -> str:
    return str(iam.create_policy(PolicyName=name("policy"), PolicyDocument=VIEW)["Policy"]["Arn"])


def test_managed_policies(iam: Any, name: Name) -> None:
    create = iam.create_policy
    long = of_size(6145)
    assert refusal(create, PolicyName=name("p"), PolicyDocument=long) == (
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
    )
    arn = create(PolicyName=name("p"), PolicyDocument=of_size(6144))["Policy"]["Arn"]
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=long)[0] == "LimitExceeded"
    spaced = of_size(6144).replace('"Version":', '"Version"   :   ')
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=spaced)["PolicyVersion"]


def test_versions_of_a_managed_policy(iam: Any, name: Name) -> None:
    arn = managed(iam, name)
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=VIEW)
    code, message = refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=VIEW)
    assert code == "LimitExceeded"
    assert message.startswith("A managed policy can have up to 5 versions.")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=VIEW)["PolicyVersion"]["VersionId"] == "v6"


def test_trust_policies(iam: Any, name: Name, role: str) -> None:
    over, fits = trust_of_size(2049), trust_of_size(2048)
    refused = ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    assert refusal(iam.create_role, RoleName=name("role"), AssumeRolePolicyDocument=over) == refused
    assert iam.create_role(RoleName=name("role"), AssumeRolePolicyDocument=fits)["Role"]
    assert refusal(iam.update_assume_role_policy, RoleName=role, PolicyDocument=over) == refused
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=fits)


@pytest.mark.parametrize(("kind", "size"), [("user", 2048), ("role", 10240), ("group", 5120)])
def test_inline_policies_in_sum(iam: Any, user: str, role: str, group: str, kind: str, size: int) -> None:
    holder = {"user": user, "role": role, "group": group}[kind]
    put = getattr(iam, f"put_{kind}_policy")
    named = {f"{kind.title()}Name": holder}
    put(**named, PolicyName="first", PolicyDocument=of_size(1000))
    rest = size - 1000
    assert refusal(put, **named, PolicyName="second", PolicyDocument=of_size(rest + 1)) == (
        "LimitExceeded",
        f"Maximum policy size of {size} bytes exceeded for {kind} {holder}",
    )
    put(**named, PolicyName="second", PolicyDocument=of_size(rest))
    # What a policy replaces does not count.
    put(**named, PolicyName="second", PolicyDocument=of_size(rest))


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_attached_policies(iam: Any, name: Name, user: str, role: str, group: str, kind: str) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role, "group": group}[kind]}
    attach = getattr(iam, f"attach_{kind}_policy")
    arns = [managed(iam, name) for _ in range(11)]
    for arn in arns[:10]:
        attach(**named, PolicyArn=arn)
    assert refusal(attach, **named, PolicyArn=arns[10]) == (
        "LimitExceeded",
        f"Cannot exceed quota for PoliciesPer{kind.title()}: 10",
    )
    attach(**named, PolicyArn=arns[0])
    getattr(iam, f"detach_{kind}_policy")(**named, PolicyArn=arns[0])
    attach(**named, PolicyArn=arns[10])


def test_access_keys(iam: Any, user: str) -> None:
    first = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
    iam.create_access_key(UserName=user)
    assert refusal(iam.create_access_key, UserName=user) == (
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    )
    # An inactive key counts as well; a deleted one does not.
    iam.update_access_key(UserName=user, AccessKeyId=first, Status="Inactive")
    assert refusal(iam.create_access_key, UserName=user)[0] == "LimitExceeded"
    iam.delete_access_key(UserName=user, AccessKeyId=first)
    assert iam.create_access_key(UserName=user)["AccessKey"]


def test_groups_of_a_user(iam: Any, name: Name, user: str) -> None:
    groups = [name("group") for _ in range(11)]
    for each in groups:
        iam.create_group(GroupName=each)
    for each in groups[:10]:
        iam.add_user_to_group(GroupName=each, UserName=user)
    assert refusal(iam.add_user_to_group, GroupName=groups[10], UserName=user) == (
        "LimitExceeded",
        "Cannot exceed quota for GroupsPerUser: 10",
    )
    iam.add_user_to_group(GroupName=groups[0], UserName=user)
    iam.remove_user_from_group(GroupName=groups[0], UserName=user)
    iam.add_user_to_group(GroupName=groups[10], UserName=user)


@pytest.mark.parametrize("kind", ["user", "role"])
def test_tags(iam: Any, user: str, role: str, kind: str) -> None:
    named = {f"{kind.title()}Name": {"user": user, "role": role}[kind]}
    tag = getattr(iam, f"tag_{kind}")
    tag(**named, Tags=[{"Key": f"k{number}", "Value": ""} for number in range(50)])
    assert refusal(tag, **named, Tags=[{"Key": "one-more", "Value": ""}]) == (
        "LimitExceeded",
        f"Cannot exceed quota for TagsPer{kind.title()}: 50",
    )
    tag(**named, Tags=[{"Key": "k0", "Value": "changed"}])


def test_one_role_in_an_instance_profile(iam: Any, name: Name, role: str) -> None:
    profile, other = name("profile"), name("other")
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.create_role(RoleName=other, AssumeRolePolicyDocument=trust("123456789012"))
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)
    assert refusal(iam.add_role_to_instance_profile, InstanceProfileName=profile, RoleName=other) == (
        "LimitExceeded",
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    )
    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=other)


def test_groups_of_an_account() -> None:
    """On an instance of its own, since it fills the account."""
    instance = start_embedded()
    try:
        iam = instance.administrator("home").client("iam")
        for number in range(300):
            iam.create_group(GroupName=f"group-{number}")
        assert refusal(iam.create_group, GroupName="one-more") == (
            "LimitExceeded",
            "Cannot exceed quota for GroupsPerAccount: 300",
        )
        iam.delete_group(GroupName="group-0")
        iam.create_group(GroupName="one-more")
        assert instance.administrator("partner").client("iam").create_group(GroupName="another-account")
    finally:
        assert stop_embedded(instance) == 0
