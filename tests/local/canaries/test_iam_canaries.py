"""Stock MiniStack's IAM still gets this wrong. A test that fails here says that a module of local_aws can go."""

from __future__ import annotations

from tests.local.callers import Caller, Name, allow, make_role, make_user, policy, refusal, trust

USER = "arn:aws:iam::000000000000:user/"


def test_iam_updates_unknown(stock_admin: Caller, name: Name) -> None:
    user_name = name("renamed")
    iam = stock_admin.client("iam")
    iam.create_user(UserName=user_name)
    assert refusal(iam.update_user, UserName=user_name, NewUserName=name("new"))[0] == "InvalidAction"
    arn = iam.create_policy(PolicyName=user_name, PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("ec2:*")))
    assert refusal(iam.set_default_policy_version, PolicyArn=arn, VersionId="v2")[0] == "InvalidAction"


def test_delete_conflicts_group_with_members_deleted(stock_admin: Caller, name: Name) -> None:
    group, user_name = name("group"), name("member")
    iam = stock_admin.client("iam")
    iam.create_group(GroupName=group)
    iam.create_user(UserName=user_name)
    iam.add_user_to_group(GroupName=group, UserName=user_name)
    iam.delete_group(GroupName=group)
    assert refusal(iam.get_group, GroupName=group)[0] == "NoSuchEntity"


def test_trust_principals_that_do_not_exist(stock_admin: Caller, name: Name) -> None:
    assert make_role(stock_admin, name("role"), trust(USER + name("nobody")))


def test_trust_principals_recreated_user_is_trusted(stock_admin: Caller, name: Name) -> None:
    user_name = name("again")
    may = policy(allow("sts:AssumeRole"))
    first = make_user(stock_admin, user_name, may)
    role = make_role(stock_admin, name("role"), trust(first.arn))
    iam = stock_admin.client("iam")
    iam.delete_access_key(UserName=user_name, AccessKeyId=first.access_key_id)
    iam.delete_user_policy(UserName=user_name, PolicyName="policy-0")
    iam.delete_user(UserName=user_name)
    assert make_user(stock_admin, user_name, may).assume(role)


def test_iam_quotas_third_access_key(stock_admin: Caller, name: Name) -> None:
    user_name = name("keys")
    make_user(stock_admin, user_name)
    for _ in range(2):
        assert stock_admin.client("iam").create_access_key(UserName=user_name)["AccessKey"]


def test_iam_quotas_long_managed_policy(stock_admin: Caller, name: Name) -> None:
    document = policy(allow("s3:GetObject", "arn:aws:s3:::" + "x" * 6144))
    assert stock_admin.client("iam").create_policy(PolicyName=name("long"), PolicyDocument=document)["Policy"]


def test_policy_documents_resource_in_trust_policy(stock_admin: Caller, name: Name) -> None:
    document = policy(allow("sts:AssumeRole", Principal={"AWS": "000000000000"}))
    assert make_role(stock_admin, name("role"), document)


def test_policy_documents_action_without_vendor(stock_admin: Caller, name: Name) -> None:
    document = policy(allow("ListBuckets"))
    assert stock_admin.client("iam").create_policy(PolicyName=name("view"), PolicyDocument=document)["Policy"]


def test_iam_parameters_any_name(stock_admin: Caller, name: Name) -> None:
    assert stock_admin.client("iam").create_group(GroupName=f"white space {name('group')}")["Group"]


def test_iam_parameters_policy_that_does_not_exist_attached(stock_admin: Caller, name: Name) -> None:
    user_name = name("attached")
    iam = stock_admin.client("iam")
    iam.create_user(UserName=user_name)
    arn = f"arn:aws:iam::000000000000:policy/{name('none')}"
    iam.attach_user_policy(UserName=user_name, PolicyArn=arn)
    assert [each["PolicyArn"] for each in iam.list_attached_user_policies(UserName=user_name)["AttachedPolicies"]]


def test_user_credentials_unknown(stock_admin: Caller) -> None:
    iam = stock_admin.client("iam")
    for call in (iam.list_ssh_public_keys, iam.list_signing_certificates, iam.list_service_specific_credentials):
        assert refusal(call, UserName="James")[0] == "InvalidAction"


def test_identity_providers_any_url(stock_admin: Caller, name: Name) -> None:
    arn = stock_admin.client("iam").create_open_id_connect_provider(Url=f"http://{name('idp')}.example.com")
    assert arn["OpenIDConnectProviderArn"]


def test_identity_providers_any_metadata(stock_admin: Caller, name: Name) -> None:
    assert stock_admin.client("iam").create_saml_provider(Name=name("idp"), SAMLMetadataDocument="x")


def test_service_linked_roles_unprotected(stock_admin: Caller) -> None:
    iam = stock_admin.client("iam")
    role = iam.create_service_linked_role(AWSServiceName="elasticloadbalancing.amazonaws.com")["Role"]["RoleName"]
    assert role == "AWSServiceRoleForElasticloadbalancing"
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=trust("000000000000"))
    iam.delete_role(RoleName=role)


def test_iam_entities_others_access_key_deleted(stock_admin: Caller, name: Name) -> None:
    own = policy(allow("iam:DeleteAccessKey", f"{USER}climber*"))
    climber = make_user(stock_admin, climber_name := name("climber"), own)
    other = make_user(stock_admin, name("other"))
    climber.client("iam").delete_access_key(UserName=climber_name, AccessKeyId=other.access_key_id)
    assert refusal(other.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"


def test_password_policy_any_password(stock_admin: Caller, name: Name) -> None:
    iam = stock_admin.client("iam")
    iam.create_user(UserName=(user_name := name("user")))
    assert iam.create_login_profile(UserName=user_name, Password="x")["LoginProfile"]


def test_password_policy_of_defaults_is_none(stock_admin: Caller) -> None:
    iam = stock_admin.client("iam")
    iam.update_account_password_policy()
    assert refusal(iam.get_account_password_policy)[0] == "NoSuchEntity"


def test_key_usage_of_a_key_that_was_used(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("user"))
    assert user.arn
    answer = stock_admin.client("iam").get_access_key_last_used(AccessKeyId=user.access_key_id)
    assert "LastUsedDate" not in answer["AccessKeyLastUsed"]
