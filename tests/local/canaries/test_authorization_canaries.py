"""Stock MiniStack still gets this wrong. A test that fails here says that a module of local_aws can go."""

from __future__ import annotations

import re
import urllib.request
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from tests.local.callers import Caller, Name, allow, make_role, make_user, policy, refusal, trust
from tests.local.signed import FORM, send, send_signed, signature, unsigned_token


def _status(method: str, url: str, headers: dict[str, str] | None = None) -> int:
    request = urllib.request.Request(url, method=method, headers=headers or {})  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.parametrize("key", ["test", "123456789012"])
def test_administrators_magic_keys(stock: str, key: str) -> None:
    assert Caller(stock, key, "wrong").arn.endswith(":root")


def test_control_endpoints_open(stock: str) -> None:
    assert _status("GET", f"{stock}/_ministack/ready") == 200
    assert _status("POST", f"{stock}/_ministack/config") == 200
    assert _status("PUT", f"{stock}/latest/api/token") == 200


def test_unique_ids_in_hexadecimal(stock_admin: Caller, name: Name) -> None:
    iam = stock_admin.client("iam")
    user_name = name("ids")
    ids = [iam.create_user(UserName=user_name)["User"]["UserId"]]
    ids += [iam.create_access_key(UserName=user_name)["AccessKey"]["AccessKeyId"] for _ in range(3)]
    assert not all(re.fullmatch(r"A[A-Z]{3}[A-Z2-7]{16,17}", each) for each in ids)


def test_authorization_policy_variables(stock_admin: Caller, name: Name) -> None:
    user_name = name("variable")
    condition = {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::000000000000:user/${aws:username}"}}
    user = make_user(stock_admin, user_name, policy(allow("s3:ListAllMyBuckets", Condition=condition)))
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"


def test_authorization_list_buckets_on_all_buckets(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("lister"), policy(allow("s3:ListAllMyBuckets", "arn:aws:s3:::*")))
    assert refusal(user.client("s3").list_buckets)[0] == "AccessDenied"


def test_callers_role_arn_in_principal_arn(stock_admin: Caller, name: Name) -> None:
    condition = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}
    user = make_user(stock_admin, name("arn"), policy(allow("sts:AssumeRole")))
    role = make_role(
        stock_admin, name("arn"), trust(user.arn), policy(allow("s3:ListAllMyBuckets", Condition=condition))
    )
    assert refusal(user.assume(role).client("s3").list_buckets)[0] == "AccessDenied"


def test_refusals_blame_the_identity_policy(stock_admin: Caller, name: Name) -> None:
    boundary = stock_admin.client("iam").create_policy(PolicyName=name("b"), PolicyDocument=policy(allow("ec2:*")))
    user = make_user(stock_admin, name("bounded"), policy(allow("s3:*")), PermissionsBoundary=boundary["Policy"]["Arn"])
    assert "permissions boundary" not in refusal(user.client("s3").list_buckets)[1]


def test_role_sessions_named_user_refused(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("named"))
    role = make_role(stock_admin, name("named"), trust(user.arn))
    assert refusal(user.client("sts").assume_role, RoleArn=role, RoleSessionName="session")[0] == "AccessDenied"


def test_role_sessions_no_limit_on_durations(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("long"), policy(allow("sts:AssumeRole")))
    role = make_role(stock_admin, name("long"), trust(user.arn))
    assert user.assume(role, DurationSeconds=43200)


def test_mfa_codes_ignored(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("code"))
    assert user.client("sts").get_session_token(SerialNumber="arn:aws:iam::000000000000:mfa/x", TokenCode="123456")


def test_token_calls_federation_decided_on_everything(stock_admin: Caller, name: Name) -> None:
    resource = "arn:aws:sts::*:federated-user/Bob"
    user = make_user(stock_admin, name("bob"), policy(allow("sts:GetFederationToken", resource)))
    assert refusal(user.client("sts").get_federation_token, Name="Bob")[0] == "AccessDenied"


def test_token_limits_session_token_calls_iam(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("token"), policy(allow("iam:ListUsers")))
    session = user.with_credentials(user.client("sts").get_session_token()["Credentials"])
    assert session.client("iam").list_users()["Users"]


def test_token_service_believes_any_token(stock_admin: Caller, name: Name) -> None:
    host = f"{name('idp')}.example.com"
    provider = stock_admin.client("iam").create_open_id_connect_provider(
        Url=f"https://{host}", ClientIDList=["x"], ThumbprintList=["0" * 40]
    )["OpenIDConnectProviderArn"]
    role = make_role(stock_admin, name("web"), trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity"))
    token = unsigned_token(host)
    answer = stock_admin.client("sts").assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="session", WebIdentityToken=token
    )
    assert answer["Credentials"]


def test_unambiguous_requests_body_wins(stock_admin: Caller, name: Name) -> None:
    user_name = name("smuggled")
    user = make_user(stock_admin, name("lister"), policy(allow("iam:ListUsers")))
    send_signed(user, "iam", "POST", "/?Action=ListUsers", f"Action=CreateUser&UserName={user_name}".encode(), FORM)
    assert stock_admin.client("iam").get_user(UserName=user_name)


def test_own_user_is_root(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("own"), policy(allow("iam:GetUser")))
    assert user.client("iam").get_user()["User"]["UserName"] == "root"


def test_iam_service_without_paths(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("reader"), policy(allow("iam:GetRole", "arn:aws:iam::*:role/team/*")))
    role_name = name("role")
    make_role(stock_admin, role_name, trust(user.arn), Path="/team/")
    assert refusal(user.client("iam").get_role, RoleName=role_name)[0] == "AccessDenied"


def test_signatures_beyond_ascii_fail(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("signer"))
    headers = signature(user, "iam", "GET", "/?Action=ListUsers")
    headers["Authorization"] = re.sub("Signature=.*", "Signature=\xff", headers["Authorization"])
    assert send(user.endpoint, "GET", "/?Action=ListUsers", headers)[0] == 500


def test_settled_decisions_foreign_bucket_by_role(stock: str, stock_admin: Caller, name: Name) -> None:
    bucket = f"{name('bucket')}-{stock.rpartition(':')[2]}"
    stock_admin.client("s3").create_bucket(Bucket=bucket)
    partner = Caller(stock, "210987654321", "test")
    user = make_user(partner, name("foreigner"), policy(allow("s3:ListBucket")))
    statement = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal={"AWS": user.arn})
    stock_admin.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    assert refusal(user.client("s3").list_objects_v2, Bucket=bucket)[0] == "AccessDenied"


def test_authorization_unknown_operation_goes_on(stock_admin: Caller, name: Name) -> None:
    """It reaches the service, which finds no such operation."""
    status, text = send_signed(make_user(stock_admin, name("nobody")), "iam", "POST", "/", b"")
    assert (status, "InvalidAction" in text) == (400, True)


def test_rest_requests_name_in_the_query_wins(stock_admin: Caller, name: Name) -> None:
    bucket = name("smuggled")
    stock_admin.client("s3").create_bucket(Bucket=bucket)
    user = make_user(stock_admin, name("lister"), policy(allow("s3:ListAllMyBuckets")))
    assert send_signed(user, "s3", "DELETE", f"/{bucket}?Action=ListAllMyBuckets", b"", {})[0] == 204


def test_cloudtrail_records_nothing(stock_admin: Caller) -> None:
    stock_admin.client("iam").list_users()
    assert stock_admin.client("cloudtrail").lookup_events()["Events"] == []


def test_access_key_index_walks_through_all_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, where nothing of MiniStack is replaced."""
    from ministack.core import iam_evaluator
    from ministack.services import iam

    class Walked(Exception):  # noqa: N818
        pass

    def walk(_keys: object) -> None:
        raise Walked

    monkeypatch.setattr(type(iam._access_keys), "to_dict", walk)
    with pytest.raises(Walked):
        iam_evaluator.find_iam_access_key_account("AKIAIOSFODNN7EXAMPLE")


def test_loopback_sftp_listens_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, where nothing of MiniStack is replaced."""
    from ministack.services import transfer

    monkeypatch.delenv("SFTP_HOST", raising=False)
    assert transfer._bind_host() == "0.0.0.0"  # noqa: S104


def test_refusals_of_json_services_with_403(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("nobody"))
    with pytest.raises(ClientError) as caught:
        user.client("secretsmanager").list_secrets()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_encoded_messages_missing(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("nobody"), policy(allow("sts:*")))
    assert (
        "Encoded authorization failure message"
        not in refusal(user.client("ec2").create_vpc, CidrBlock="10.0.0.0/16")[1]
    )
    assert refusal(user.client("sts").decode_authorization_message, EncodedMessage="x")[0] == "InvalidAction"


def test_json_requests_that_are_no_objects_fail(stock_admin: Caller, name: Name) -> None:
    user = make_user(stock_admin, name("garbler"), policy(allow("secretsmanager:*")))
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.ListSecrets"}
    assert send_signed(user, "secretsmanager", "POST", "/", b"[]", headers)[0] == 500
