"""Who may do what, over HTTP: allowed and denied both ways."""

from __future__ import annotations

import json
import urllib.request
import uuid
from urllib.error import HTTPError

import pytest

from tests.local.callers import Caller, Name, NewRole, NewUser, allow, deny, policy, refusal, trust


def _bucket(owner: Caller) -> str:
    bucket = f"bucket-{uuid.uuid4().hex[:12]}"
    owner.client("s3").create_bucket(Bucket=bucket)
    owner.client("s3").put_object(Bucket=bucket, Key="key", Body=b"text")
    return bucket


def test_list_buckets_denied_in_awss_words(new_user: NewUser) -> None:
    user = new_user()
    assert refusal(user.client("s3").list_buckets) == (
        "AccessDenied",
        f"User: {user.arn} is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows "
        "the s3:ListAllMyBuckets action",
    )


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::*"])
def test_list_buckets_allowed(new_user: NewUser, resource: str) -> None:
    assert "Buckets" in new_user(policy(allow("s3:ListAllMyBuckets", resource))).client("s3").list_buckets()


def test_list_buckets_is_about_no_single_bucket(new_user: NewUser) -> None:
    user = new_user(policy(allow("s3:ListAllMyBuckets", "arn:aws:s3:::bucket")))
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"


def test_object_allowed_by_prefix(admin: Caller, new_user: NewUser) -> None:
    bucket = _bucket(admin)
    user = new_user(policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/k*")))
    assert user.client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"text"
    code, message = refusal(user.client("s3").get_object, Bucket=bucket, Key="other")
    assert code == "AccessDenied"
    assert f"{bucket}/other" in message


def test_explicit_deny_wins_and_says_so(new_user: NewUser) -> None:
    user = new_user(policy(allow("s3:*")), policy(deny("s3:ListAllMyBuckets")))
    code, message = refusal(user.client("s3").list_buckets)
    assert code == "AccessDenied"
    assert message.endswith(
        "is not authorized to perform: s3:ListAllMyBuckets with an explicit deny in an identity-based policy"
    )


def test_ec2_has_its_own_code(new_user: NewUser) -> None:
    code, message = refusal(new_user().client("ec2").describe_instances)
    assert code == "UnauthorizedOperation"
    assert message.startswith("You are not authorized to perform this operation. User: ")
    assert "because no identity-based policy allows the ec2:DescribeInstances action" in message
    allowed = new_user(policy(allow("ec2:DescribeInstances")))
    assert allowed.client("ec2").describe_instances()["Reservations"] == []


def test_secrets_manager_names_the_resource(admin: Caller, new_user: NewUser, name: Name) -> None:
    secret = admin.client("secretsmanager").create_secret(Name=name("secret"), SecretString="text")["ARN"]
    user = new_user()
    code, message = refusal(user.client("secretsmanager").get_secret_value, SecretId=secret)
    assert code == "AccessDeniedException"
    assert f"secretsmanager:GetSecretValue on resource: {secret} because no identity-based policy" in message
    reader = new_user(policy(allow("secretsmanager:GetSecretValue", secret)))
    assert reader.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "text"


def test_ssm_in_awss_words(new_user: NewUser) -> None:
    code, message = refusal(new_user().client("ssm").get_parameter, Name="parameter")
    assert code == "AccessDeniedException"
    assert "ssm:GetParameter on resource: arn:aws:ssm:us-east-1:123456789012:parameter/parameter because" in message


def test_group_policies_count(admin: Caller, new_user: NewUser, name: Name) -> None:
    group = name("group")
    iam = admin.client("iam")
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="read", PolicyDocument=policy(allow("s3:ListAllMyBuckets")))
    user = new_user(UserName=name("member"))
    user_name = user.arn.rpartition("/")[2]
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"
    iam.add_user_to_group(GroupName=group, UserName=user_name)
    assert "Buckets" in user.client("s3").list_buckets()
    iam.remove_user_from_group(GroupName=group, UserName=user_name)
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"


def test_attached_policy_and_its_default_version(admin: Caller, new_user: NewUser, name: Name) -> None:
    iam = admin.client("iam")
    arn = iam.create_policy(PolicyName=name("policy"), PolicyDocument=policy(allow("s3:ListAllMyBuckets")))["Policy"][
        "Arn"
    ]
    user = new_user()
    iam.attach_user_policy(UserName=user.arn.rpartition("/")[2], PolicyArn=arn)
    assert "Buckets" in user.client("s3").list_buckets()
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("sqs:*")), SetAsDefault=True)
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"


def test_permissions_boundary_narrows(admin: Caller, new_user: NewUser, name: Name) -> None:
    iam = admin.client("iam")
    boundary = iam.create_policy(PolicyName=name("boundary"), PolicyDocument=policy(allow("ec2:*")))["Policy"]["Arn"]
    document = policy(allow(["ec2:DescribeInstances", "s3:ListAllMyBuckets"]))
    user = new_user(document, PermissionsBoundary=boundary)
    assert user.client("ec2").describe_instances()["Reservations"] == []
    code, message = refusal(user.client("s3").list_buckets)
    assert code == "AccessDenied"
    assert "because no permissions boundary allows the s3:ListAllMyBuckets action" in message
    assert "Buckets" in new_user(document).client("s3").list_buckets()


def test_policy_variables(admin: Caller, new_user: NewUser, name: Name) -> None:
    bucket = _bucket(admin)
    user_name = name("variable")
    user = new_user(
        policy(allow("s3:PutObject", f"arn:aws:s3:::{bucket}/home/${{aws:username}}/*")), UserName=user_name
    )
    user.client("s3").put_object(Bucket=bucket, Key=f"home/{user_name}/file", Body=b"")
    assert refusal(user.client("s3").put_object, Bucket=bucket, Key="home/other/file", Body=b"")[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("operator", "key", "right", "wrong"),
    [
        ("StringEquals", "aws:PrincipalAccount", "123456789012", "210987654321"),
        ("StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
        ("StringEquals", "aws:RequestedRegion", "us-east-1", "eu-west-1"),
        ("StringLike", "aws:userid", "AIDA*", "AROA*"),
        ("StringLike", "aws:username", "user-*", "role-*"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:role/*"),
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8", "203.0.113.0/24"),
        ("Bool", "aws:SecureTransport", "true", "false"),
        ("Bool", "aws:ViaAWSService", "false", "true"),
        ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z"),
        ("NumericGreaterThan", "aws:EpochTime", "1000000000", "9000000000"),
        ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
        ("Null", "aws:TokenIssueTime", "true", "false"),
    ],
)
def test_condition_keys_of_a_user(new_user: NewUser, operator: str, key: str, right: str, wrong: str) -> None:
    held = policy(allow("s3:ListAllMyBuckets", Condition={operator: {key: right}}))
    assert "Buckets" in new_user(held).client("s3").list_buckets()
    missed = policy(allow("s3:ListAllMyBuckets", Condition={operator: {key: wrong}}))
    assert refusal(new_user(missed).client("s3").list_buckets)[0] == "AccessDenied"


def test_principal_tag(new_user: NewUser) -> None:
    document = policy(allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:PrincipalTag/Team": "blue"}}))
    blue = new_user(document, Tags=[{"Key": "team", "Value": "blue"}])
    assert "Buckets" in blue.client("s3").list_buckets()
    red = new_user(document, Tags=[{"Key": "team", "Value": "red"}])
    assert refusal(red.client("s3").list_buckets)[0] == "AccessDenied"


def test_resource_tag(admin: Caller, new_user: NewUser, name: Name) -> None:
    secrets = admin.client("secretsmanager")
    document = policy(
        allow("secretsmanager:GetSecretValue", Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}})
    )
    user = new_user(document)
    for team, allowed in (("blue", True), ("red", False)):
        arn = secrets.create_secret(Name=name("tagged"), SecretString="x", Tags=[{"Key": "team", "Value": team}])["ARN"]
        if allowed:
            assert user.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "x"
        else:
            assert refusal(user.client("secretsmanager").get_secret_value, SecretId=arn)[0] == "AccessDeniedException"


def test_bucket_policy_alone_is_enough_in_the_account(admin: Caller, new_user: NewUser) -> None:
    bucket = _bucket(admin)
    user = new_user()
    get = user.client("s3").get_object
    assert refusal(get, Bucket=bucket, Key="key")[0] == "AccessDenied"
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": user.arn})
    admin.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    assert get(Bucket=bucket, Key="key")["Body"].read() == b"text"


def test_bucket_policy_denies(admin: Caller, new_user: NewUser) -> None:
    bucket = _bucket(admin)
    user = new_user(policy(allow("s3:*")))
    get = user.client("s3").get_object
    assert get(Bucket=bucket, Key="key")["Body"].read() == b"text"
    statement = deny("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": user.arn})
    admin.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    code, message = refusal(get, Bucket=bucket, Key="key")
    assert code == "AccessDenied"
    assert "with an explicit deny in a resource-based policy" in message


def test_bucket_of_another_account_needs_both_sides(admin: Caller, partner_admin: Caller, new_user: NewUser) -> None:
    bucket = _bucket(admin)
    able = new_user(policy(allow("s3:GetObject")), owner=partner_admin)
    unable = new_user(owner=partner_admin)
    assert refusal(able.client("s3").get_object, Bucket=bucket, Key="key") == ("AccessDenied", "Access Denied")
    named = {"AWS": [able.arn, unable.arn]}
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal=named)
    admin.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    assert able.client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"text"
    assert refusal(unable.client("s3").get_object, Bucket=bucket, Key="key") == ("AccessDenied", "Access Denied")
    third = new_user(policy(allow("s3:GetObject")), owner=partner_admin)
    assert refusal(third.client("s3").get_object, Bucket=bucket, Key="key") == ("AccessDenied", "Access Denied")


def test_bucket_of_another_account_by_role(
    admin: Caller, partner_admin: Caller, new_role: NewRole, new_user: NewUser
) -> None:
    bucket = _bucket(admin)
    role = new_role(trust("210987654321"), policy(allow("s3:GetObject")), owner=partner_admin)
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": role})
    admin.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    assert partner_admin.assume(role).client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"text"
    other = new_user(policy(allow("s3:GetObject")), owner=partner_admin)
    assert refusal(other.client("s3").get_object, Bucket=bucket, Key="key")[0] == "AccessDenied"


def _get(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_anonymous_reads_what_is_public_only(admin: Caller) -> None:
    bucket = _bucket(admin)
    url = f"{admin.endpoint}/{bucket}/key"
    assert _get(url) == 403
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*")
    admin.client("s3").delete_public_access_block(Bucket=bucket)
    admin.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    assert _get(url) == 200
    assert _get(f"{admin.endpoint}/{bucket}") == 403
    assert _get(f"{admin.endpoint}/") == 403
    restricted = {
        "RestrictPublicBuckets": True,
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
    }
    admin.client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=restricted)
    assert _get(url) == 403


def test_presigned_url_is_its_signers(admin: Caller, new_user: NewUser) -> None:
    bucket = _bucket(admin)
    for user, status in ((new_user(policy(allow("s3:GetObject"))), 200), (new_user(), 403)):
        url = user.client("s3").generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"})
        assert _get(url) == status
        name, _, signature = url.rpartition("=")
        assert _get(f"{name}={signature[:-4]}0000") == 403


def test_kms_key_policy_is_needed(admin: Caller, new_user: NewUser) -> None:
    user = new_user(policy(allow("kms:DescribeKey")))
    delegating = admin.client("kms").create_key()["KeyMetadata"]["KeyId"]
    assert user.client("kms").describe_key(KeyId=delegating)["KeyMetadata"]["KeyId"] == delegating
    only = {"Effect": "Allow", "Principal": {"AWS": admin.arn}, "Action": "kms:*", "Resource": "*"}
    closed = admin.client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": only}))
    closed_id = closed["KeyMetadata"]["KeyId"]
    assert admin.client("kms").describe_key(KeyId=closed_id)["KeyMetadata"]["KeyId"] == closed_id
    assert refusal(user.client("kms").describe_key, KeyId=closed_id)[0] == "AccessDeniedException"


def test_accounts_are_apart(admin: Caller, partner_admin: Caller, name: Name) -> None:
    user_name = name("apart")
    admin.client("iam").create_user(UserName=user_name)
    assert refusal(partner_admin.client("iam").get_user, UserName=user_name)[0] == "NoSuchEntity"
    assert admin.client("iam").get_user(UserName=user_name)["User"]["Arn"].startswith("arn:aws:iam::123456789012:")


def test_inactive_key_is_no_key(admin: Caller, new_user: NewUser) -> None:
    user = new_user(policy(allow("s3:ListAllMyBuckets")))
    iam = admin.client("iam")
    iam.update_access_key(UserName=user.arn.rpartition("/")[2], AccessKeyId=user.access_key_id, Status="Inactive")
    assert refusal(user.client("s3").list_buckets)[0] == "InvalidAccessKeyId"
    assert refusal(user.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"
