"""Unsigned, malformed, ambiguous and forged requests: an error of AWS's kind, never an allow, never a 500."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.local.callers import Caller, NewUser, allow, deny, policy, refusal
from tests.local.signed import FORM, Answer, send, send_signed, signature

EXAMPLE_KEY = "AKIAIOSFODNN7EXAMPLE"


def _refused(answer: Answer) -> str:
    """The error code of an answer that has to be a refusal."""
    status, text = answer
    assert 400 <= status < 500, answer
    code = re.search(r"<Code>(\w+)</Code>|\"__type\": ?\"(\w+)\"", text)
    assert code, text
    return code[1] or code[2]


def _users(admin: Caller) -> set[str]:
    return {user["UserName"] for user in admin.client("iam").list_users()["Users"]}


def test_closed_endpoints(admin: Caller) -> None:
    admin.client("s3").create_bucket(Bucket="still-there-after-reset")
    for method, path in (
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/ready"),
        ("GET", "/_ministack/lambda-code/123456789012/us-east-1/function"),
        ("GET", "/_ministack/ses/messages"),
        ("GET", "/_ministack/sqs/messages"),
        ("PUT", "/_ministack/cfn-response/token"),
        ("POST", "/_ministack/rds/iam-auth"),
        ("POST", "/_ministack"),
        ("GET", "/_localstack/health"),
        ("GET", "/_localstack/init"),
        ("GET", "/health"),
        ("POST", "/%5Fministack/reset"),
    ):
        assert send(admin.endpoint, method, path, {})[0] == 404, path
    names = {bucket["Name"] for bucket in admin.client("s3").list_buckets()["Buckets"]}
    assert "still-there-after-reset" in names
    assert send(admin.endpoint, "GET", "/_ministack/health", {})[0] == 200


@pytest.mark.parametrize(
    "path", ["/latest/meta-data/iam/security-credentials/", "/v2/credentials/x", "/latest/api/token"]
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_no_instance_metadata(admin: Caller, method: str, path: str) -> None:
    status, text = send(admin.endpoint, method, path, {})
    assert 400 <= status < 500
    assert "AccessKeyId" not in text


def test_web_sockets_are_refused(admin: Caller) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": "mqtt",
        "Host": "data.iot.us-east-1.localhost",
    }
    assert send(admin.endpoint, "GET", "/mqtt", upgrade)[0] == 403


@pytest.mark.parametrize("key", ["test", "123456789012", "210987654321", "000000000000", EXAMPLE_KEY, "AKIA", "x"])
@pytest.mark.parametrize("secret", ["test", ""])
def test_no_magic_keys(admin: Caller, key: str, secret: str) -> None:
    caller = Caller(admin.endpoint, key, secret)
    for service, target, body, code in (
        ("sts", "/", b"Action=GetCallerIdentity&Version=2011-06-15", "InvalidClientTokenId"),
        ("iam", "/", b"Action=ListUsers&Version=2010-05-08", "InvalidClientTokenId"),
        ("s3", "/", b"", "InvalidAccessKeyId"),
        ("ec2", "/", b"Action=DescribeInstances&Version=2016-11-15", "AuthFailure"),
    ):
        assert _refused(send_signed(caller, service, "POST" if body else "GET", target, body)) == code


def test_a_wrong_secret_is_a_wrong_signature(admin: Caller) -> None:
    caller = Caller(admin.endpoint, admin.access_key_id, "EXAMPLESECRET")
    assert refusal(caller.client("sts").get_caller_identity)[0] == "SignatureDoesNotMatch"
    assert refusal(caller.client("iam").list_users)[0] == "SignatureDoesNotMatch"
    assert refusal(caller.client("s3").list_buckets)[0] == "SignatureDoesNotMatch"
    assert refusal(caller.client("ec2").describe_instances)[0] == "AuthFailure"


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_unsigned(admin: Caller, service: str) -> None:
    action = {"iam": "ListUsers", "sts": "GetSessionToken"}[service]
    host = {"Host": f"{service}.us-east-1.amazonaws.com"}
    body = f"Action={action}".encode()
    assert _refused(send(admin.endpoint, "POST", "/", {**FORM, **host}, body)) == "MissingAuthenticationToken"
    assert _refused(send(admin.endpoint, "GET", f"/?Action={action}", host)) == "MissingAuthenticationToken"


def _json(target: str) -> dict[str, str]:
    return {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}


def _scope(key: str, service: str) -> str:
    return f"{key}/{datetime.now(UTC):%Y%m%d}/us-east-1/{service}/aws4_request"


# Besides IAM, STS and S3: a call that the administrator may make, by its body and headers.
OTHER_SERVICES = {
    "ec2": (b"Action=DescribeInstances&Version=2016-11-15", FORM),
    "cloudformation": (b"Action=ListStacks&Version=2010-05-15", FORM),
    "sns": (b"Action=ListTopics&Version=2010-03-31", FORM),
    "secretsmanager": (b"{}", _json("secretsmanager.ListSecrets")),
    "dynamodb": (b"{}", _json("DynamoDB_20120810.ListTables")),
    "sqs": (b"{}", _json("AmazonSQS.ListQueues")),
}

AUTHORIZATIONS = [
    "Bearer {key}",
    "Basic {key}",
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256 Credential={scope}",
    "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host",
    "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=",
    "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00",
    "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=, Signature=00",
    "AWS4-HMAC-SHA256 Credential={key}, SignedHeaders=host, Signature=00",
    "AWS4-HMAC-SHA256 Credential={key}/x/{service}/, SignedHeaders=host, Signature=00",
    "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00",
    "AWS4-HMAC-SHA512 Credential={scope}, SignedHeaders=host, Signature=00",
    "AWS4-ECDSA-P256-SHA256 Credential={scope}, SignedHeaders=host, Signature=00",
    "AWS {key}:00",
    "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=\xff\xfe",
]


@pytest.mark.parametrize("authorization", AUTHORIZATIONS)
@pytest.mark.parametrize("service", ["iam", "sts", "s3"])
def test_malformed_authorization(admin: Caller, service: str, authorization: str) -> None:
    """With the administrator's own key id, which is no secret."""
    filled = authorization.format(key=admin.access_key_id, scope=_scope(admin.access_key_id, service), service=service)
    host = f"{service}.us-east-1.amazonaws.com"
    headers = {**FORM, "Host": host, "Authorization": filled, "X-Amz-Date": f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"}
    if service == "s3":
        status, _ = send(admin.endpoint, "GET", "/", headers)
        assert 400 <= status < 500
    else:
        action = {"iam": "ListUsers", "sts": "GetFederationToken&Name=Bob"}[service]
        _refused(send(admin.endpoint, "POST", "/", headers, f"Action={action}".encode()))


@pytest.mark.parametrize("authorization", AUTHORIZATIONS)
@pytest.mark.parametrize("service", OTHER_SERVICES)
def test_malformed_authorization_elsewhere(admin: Caller, service: str, authorization: str) -> None:
    body, headers = OTHER_SERVICES[service]
    assert send_signed(admin, service, "POST", "/", body, headers)[0] == 200
    filled = authorization.format(key=admin.access_key_id, scope=_scope(admin.access_key_id, service), service=service)
    unsigned = {
        **headers,
        "Host": f"{service}.us-east-1.amazonaws.com",
        "Authorization": filled,
        "X-Amz-Date": f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
    }
    _refused(send(admin.endpoint, "POST", "/", unsigned, body))


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic x"])
@pytest.mark.parametrize("target", ["/", "/bucket-of-forgeries", "/bucket-of-forgeries/key"])
@pytest.mark.parametrize("parts", [1, 2, 3, 4, 5, 6])
def test_forged_query_signatures(admin: Caller, authorization: str, target: str, parts: int) -> None:
    s3 = admin.client("s3")
    s3.create_bucket(Bucket="bucket-of-forgeries")
    s3.put_object(Bucket="bucket-of-forgeries", Key="key", Body=b"secret text")
    forged = [
        ("X-Amz-Credential", _scope(admin.access_key_id, "s3")),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Signature", "0" * 64),
        ("X-Amz-Date", f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"),
        ("X-Amz-Expires", "600"),
        ("X-Amz-SignedHeaders", "host"),
    ][:parts]
    headers = {"Authorization": authorization} if authorization else {}
    status, text = send(admin.endpoint, "GET", f"{target}?{urlencode(forged)}", headers)
    assert 400 <= status < 500, text
    assert "secret text" not in text
    status, text = send(admin.endpoint, "GET", f"{target}?AWSAccessKeyId={admin.access_key_id}&Signature=00", headers)
    assert 400 <= status < 500, text


def test_a_signature_for_s3_is_none_for_iam(admin: Caller) -> None:
    """A URL presigned for S3 by someone who may list users does not list them."""
    url = admin.client("s3").generate_presigned_url("list_buckets")
    target = f"/?{urlsplit(url).query}&Action=ListUsers"
    _refused(send(admin.endpoint, "POST", target, {**FORM, "Host": "iam.amazonaws.com"}))


@pytest.mark.parametrize(
    ("target", "body", "headers"),
    [
        ("/?Action=ListUsers", "Action=CreateUser&UserName={new}", FORM),
        ("/?Action=ListUsers", "Action=CreateUser&UserName={new}", {"Content-Type": "text/plain"}),
        ("/", "Action=ListUsers&Action=CreateUser&UserName={new}", FORM),
        ("/", "Action=&Action=CreateUser&UserName={new}", FORM),
        ("/", "Action=CreateUser&UserName={new}", {"Content-Type": "text/plain"}),
        ("/", "Action=CreateUser&UserName={new}", {"Content-Type": "multipart/form-data"}),
        (
            "/?Action=ListUsers",
            '{{"UserName": "{new}"}}',
            {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "IAM.CreateUser"},
        ),
        (
            "/",
            '{{"UserName": "{new}"}}',
            {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "IAM.CreateUser"},
        ),
        ("/", "Action=CreateUser&UserName=allowed&UserName={new}", FORM),
        ("/?UserName=allowed", "Action=CreateUser&UserName={new}", FORM),
        ("/", "Action=CreateUser&UserName=&UserName={new}", FORM),
    ],
)
def test_what_is_authorized_is_what_is_done(
    admin: Caller, new_user: NewUser, target: str, body: str, headers: Mapping[str, str]
) -> None:
    may_create = "arn:aws:iam::123456789012:user/allowed"
    caller = new_user(policy(allow("iam:ListUsers"), allow("iam:CreateUser", may_create), allow("iam:Unknown*")))
    new = f"smuggled-{caller.access_key_id}"
    answer = send_signed(caller, "iam", "POST", target, body.format(new=new).encode(), headers)
    assert 400 <= answer[0] < 500, answer
    assert new not in _users(admin)
    assert "allowed" not in _users(admin)
    assert send_signed(caller, "iam", "POST", "/", b"Action=ListUsers&Version=2010-05-08")[0] == 200


@pytest.mark.parametrize(
    ("method", "target", "body", "headers"),
    [
        ("DELETE", "/{bucket}?Action=ListAllMyBuckets", b"", {}),
        ("DELETE", "/{bucket}", b"", {"X-Amz-Target": "S3.ListAllMyBuckets"}),
        ("DELETE", "/{bucket}", b"Action=ListAllMyBuckets", FORM),
        ("DELETE", "/{bucket}", b"tagging=", FORM),
        ("PUT", "/{bucket}/key", b"acl=", FORM),
        ("PUT", "/{bucket}/key?Action=ListAllMyBuckets", b"x", {}),
        ("PUT", "/{bucket}?policy&tagging", b"{policy}", {}),
        ("PUT", "/{bucket}?tagging&policy", b"{policy}", {}),
    ],
)
def test_a_call_of_s3_is_what_its_address_says(
    admin: Caller, new_user: NewUser, method: str, target: str, body: bytes, headers: Mapping[str, str]
) -> None:
    may = ["s3:ListAllMyBuckets", "s3:PutBucketTagging", "s3:PutObjectAcl"]
    caller = new_user(policy(allow(may)))
    s3, bucket = admin.client("s3"), f"address-{caller.access_key_id}".lower()
    s3.create_bucket(Bucket=bucket)
    document = policy(allow("s3:*", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": caller.arn}))
    body = body.replace(b"{policy}", document.encode())
    refused = _refused(send_signed(caller, "s3", method, target.format(bucket=bucket), body, headers))
    assert refused == ("InvalidArgument" if "&" in target else "AccessDenied")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "NoSuchBucketPolicy"
    # The same from someone who may: the names that mean nothing are not in the way.
    if "&" not in target:
        assert send_signed(admin, "s3", method, target.format(bucket=bucket), body, headers)[0] in (200, 204)


def test_a_call_of_lambda_is_what_its_address_says(new_user: NewUser) -> None:
    caller = new_user(policy(allow("lambda:ListFunctions")))
    function = "/2015-03-31/functions/function"
    for target, headers in (
        (f"{function}?Action=ListFunctions", {}),
        (function, {"X-Amz-Target": "Lambda.ListFunctions"}),
    ):
        assert _refused(send_signed(caller, "lambda", "DELETE", target, b"", headers)) == "AccessDeniedException"
    assert send_signed(caller, "lambda", "GET", "/2015-03-31/functions/", b"", {})[0] == 200


def test_an_unknown_operation_is_for_those_who_may_do_all(new_user: NewUser, admin: Caller) -> None:
    some = new_user(policy(allow(["iam:List*", "iam:Get*"])))
    assert _refused(send_signed(some, "iam", "POST", "/", b"")) == "AccessDenied"
    assert _refused(send_signed(admin, "iam", "POST", "/", b"")) == "InvalidAction"


def test_an_object_may_look_like_a_request(admin: Caller) -> None:
    s3 = admin.client("s3")
    s3.create_bucket(Bucket="bucket-of-forms")
    s3.put_object(Bucket="bucket-of-forms", Key="form", Body=b"Action=a&Action=b")
    assert s3.get_object(Bucket="bucket-of-forms", Key="form")["Body"].read() == b"Action=a&Action=b"


BODIES = [
    b"",
    b"\xff\xfe\x00",
    b"Action",
    b"Action=",
    b"Action=%00",
    b"Action=%ff%fe",
    b"Action=AssumeRole",
    b"Action=AssumeRole&RoleArn=%00&RoleSessionName=%00",
    b"Action=AssumeRole&RoleArn=" + b"x" * 100_000,
    b"Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=x&DurationSeconds=1e9",
    b"Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=xx&DurationSeconds=%D9%A1",
    b"Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=xx&DurationSeconds=" + b"9" * 5000,
    b"Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=xx&Policy=" + b"[" * 2000,
    b"Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=xx&Tags.member.1.Key=",
    b"Action=AssumeRole&RoleArn=" + quote("arn:aws:iam::123456789012:role/Jürgen<&>").encode() + b"&RoleSessionName=xx",
    b"Action=GetSessionToken&DurationSeconds=-1",
    b"Action=GetSessionToken&DurationSeconds=x",
    b"Action=GetFederationToken",
    b"Action=GetFederationToken&Name=%3C%3E",
    b"Action=GetFederationToken&Name=Bob&Policy={",
    b"Action=GetFederationToken&Name=Bob&Policy=" + b'{"a":' * 300,
    b"Action=AssumeRoleWithSAML",
    b"Action=AssumeRoleWithWebIdentity",
    b"Action=NoSuchAction",
    b"Action=../../etc/passwd",
]


@pytest.mark.parametrize("body", BODIES)
def test_malformed_calls_of_sts(admin: Caller, body: bytes) -> None:
    _refused(send_signed(admin, "sts", "POST", "/", body))


DEEP = b"[" * 100_000, b'{"a":' * 20_000, b'{"Statement":' + b"[" * 50_000


@pytest.mark.parametrize("document", [*DEEP, b"%FF%FE", b"null", b"5", b'"text"', b"%00", b"x" * 1_000_000])
@pytest.mark.parametrize(
    "call",
    [
        b"Action=CreatePolicy&PolicyName=malformed&PolicyDocument=",
        b"Action=CreateRole&RoleName=malformed&AssumeRolePolicyDocument=",
        b"Action=PutUserPolicy&UserName=lab-administrator&PolicyName=malformed&PolicyDocument=",
        b"Action=CreateStack&StackName=malformed&TemplateBody=",
    ],
)
def test_policies_that_are_none(admin: Caller, call: bytes, document: bytes) -> None:
    service = "cloudformation" if b"Stack" in call else "iam"
    _refused(send_signed(admin, service, "POST", "/", call + document))
    iam = admin.client("iam")
    assert "malformed" not in {policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]}
    assert "malformed" not in {role["RoleName"] for role in iam.list_roles()["Roles"]}
    assert "malformed" not in iam.list_user_policies(UserName="lab-administrator")["PolicyNames"]


@pytest.mark.parametrize("document", [*DEEP, b"\xff", b"null", b"5", b"{"])
def test_bucket_policies_that_are_none(admin: Caller, document: bytes) -> None:
    s3 = admin.client("s3")
    s3.create_bucket(Bucket="bucket-of-policies")
    _refused(send_signed(admin, "s3", "PUT", "/bucket-of-policies?policy", document, {}))
    assert refusal(s3.get_bucket_policy, Bucket="bucket-of-policies")[0] == "NoSuchBucketPolicy"


@pytest.mark.parametrize("name", ["Jürgen", "😀", "a b", "a\x00b", "\u202e", "a/b", "", "x" * 129, "<&>", "%"])
def test_names_that_are_none(admin: Caller, name: str) -> None:
    iam, sts = admin.client("iam"), admin.client("sts")
    role = {"RoleArn": "arn:aws:iam::123456789012:role/some", "RoleSessionName": name}
    assert refusal(iam.create_user, UserName=name)[0] == "ValidationError"
    assert refusal(iam.create_role, RoleName=name, AssumeRolePolicyDocument="{}")[0] == "ValidationError"
    assert refusal(iam.get_user, UserName=name or "a b")[0] == "ValidationError"
    assert refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName=name.ljust(1, " ") * 4)[0] == "ValidationError"
    assert refusal(sts.assume_role, **role)[0] == "ValidationError"
    assert refusal(sts.get_federation_token, Name=name)[0] == "ValidationError"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"SecretId": 5, "TableName": 5, "QueueNamePrefix": 5, "Name": {}}',
        b'{"SecretId": [], "TableName": {}, "QueueNamePrefix": [], "Name": ["x"]}',
    ],
)
@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("secretsmanager", "secretsmanager.GetSecretValue"),
        ("dynamodb", "DynamoDB_20120810.GetItem"),
        ("sqs", "AmazonSQS.ListQueues"),
        ("ssm", "AmazonSSM.GetParameter"),
    ],
)
def test_json_that_is_no_request(admin: Caller, service: str, target: str, body: bytes) -> None:
    assert _refused(send_signed(admin, service, "POST", "/", body, _json(target))) == "SerializationException"
    plain = _json(target) | {"Content-Type": "text/plain"}
    _refused(send_signed(admin, service, "POST", "/", body, plain))


@pytest.mark.parametrize(
    "given", ["", "RoleArn={role}&PrincipalArn={provider}", "RoleArn={role}&PrincipalArn={provider}&SAMLAssertion=PHg+"]
)
def test_saml_is_refused(admin: Caller, given: str) -> None:
    account = "arn:aws:iam::123456789012:"
    body = "Action=AssumeRoleWithSAML&Version=2011-06-15&" + given.format(
        role=f"{account}role/some", provider=f"{account}saml-provider/some"
    )
    host = {**FORM, "Host": "sts.us-east-1.amazonaws.com"}
    expected = "InvalidIdentityToken" if "SAMLAssertion" in given else "ValidationError"
    assert _refused(send(admin.endpoint, "POST", "/", host, body.encode())) == expected
    assert _refused(send_signed(admin, "sts", "POST", "/", body.encode())) == expected


def test_a_body_that_ends_early(admin: Caller) -> None:
    body = b"Action=GetSessionToken&Version=2011-06-15"
    headers = signature(admin, "sts", "POST", "/", body)
    assert send(admin.endpoint, "POST", "/", headers, body)[0] == 200
    _refused(send(admin.endpoint, "POST", "/", headers, body[:-4]))


def test_a_denial_is_not_lifted_by_spelling(new_user: NewUser) -> None:
    user = new_user(policy(allow("*"), deny("iam:ListUsers")))
    assert send_signed(user, "iam", "POST", "/", b"Action=ListRoles&Version=2010-05-08")[0] == 200
    for action in ("ListUsers", "listusers", "LISTUSERS", " ListUsers", "ListUsers ", "ListUsers%00"):
        answer = send_signed(user, "iam", "POST", "/", f"Action={action}&Version=2010-05-08".encode())
        _refused(answer)
