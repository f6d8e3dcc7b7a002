"""What each service answers to a caller without permission: code, status, the action, the resource and the reason.

Sources: IAM User Guide, troubleshoot_access-denied; each service's own messages as AWS sends them.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.callers import Caller, NewRole, NewUser, allow, deny, policy, refusal, trust

ACCOUNT = "123456789012"
REGION = "us-east-1"


@pytest.fixture(scope="module")
def bucket(admin: Caller) -> str:
    name = f"refusals-{uuid.uuid4().hex[:12]}"
    admin.client("s3").create_bucket(Bucket=name)
    admin.client("s3").put_object(Bucket=name, Key="key", Body=b"text")
    return name


@pytest.fixture(scope="module")
def things(admin: Caller, bucket: str) -> dict[str, str]:
    """What the calls below name in braces."""
    secret = admin.client("secretsmanager").create_secret(Name=f"refusals-{uuid.uuid4().hex}", SecretString="text")
    queue = admin.client("sqs").create_queue(QueueName="refusals")["QueueUrl"]
    key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    admin.client("dynamodb").create_table(TableName="refusals", AttributeDefinitions=attributes, **key)
    return {"bucket": bucket, "secret": secret["ARN"], "queue": queue}


# Service, operation, parameters, code, status, the action as the message spells it, the resource as it shows it.
CALLS: list[tuple[str, str, dict[str, Any], str, int, str, str]] = [
    ("s3", "list_buckets", {}, "AccessDenied", 403, "s3:ListAllMyBuckets", ""),
    ("s3", "list_objects_v2", {"Bucket": "{bucket}"}, "AccessDenied", 403, "s3:ListBucket", '"arn:aws:s3:::{bucket}"'),
    (
        "s3",
        "get_object",
        {"Bucket": "{bucket}", "Key": "key"},
        "AccessDenied",
        403,
        "s3:GetObject",
        '"arn:aws:s3:::{bucket}/key"',
    ),
    ("ec2", "describe_instances", {}, "UnauthorizedOperation", 403, "ec2:DescribeInstances", ""),
    (
        "sts",
        "get_access_key_info",
        {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "AccessDenied",
        403,
        "sts:GetAccessKeyInfo",
        "",
    ),
    (
        "sts",
        "get_federation_token",
        {"Name": "Bob"},
        "AccessDenied",
        403,
        "sts:GetFederationToken",
        f"arn:aws:sts::{ACCOUNT}:federated-user/Bob",
    ),
    ("iam", "list_users", {}, "AccessDenied", 403, "iam:ListUsers", f"arn:aws:iam::{ACCOUNT}:user/"),
    ("iam", "create_user", {"UserName": "x"}, "AccessDenied", 403, "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"),
    (
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "{secret}"},
        "AccessDeniedException",
        400,
        "secretsmanager:GetSecretValue",
        "{secret}",
    ),
    ("secretsmanager", "list_secrets", {}, "AccessDeniedException", 400, "secretsmanager:ListSecrets", ""),
    ("cloudformation", "describe_stacks", {}, "AccessDenied", 403, "cloudformation:DescribeStacks", ""),
    (
        "cloudformation",
        "create_stack",
        {"StackName": "s", "TemplateBody": "{{}}"},
        "AccessDenied",
        403,
        "cloudformation:CreateStack",
        f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/s/*",
    ),
    ("lambda", "list_functions", {}, "AccessDeniedException", 403, "lambda:ListFunctions", "*"),
    (
        "lambda",
        "invoke",
        {"FunctionName": "f"},
        "AccessDeniedException",
        403,
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
    ),
    (
        "dynamodb",
        "list_tables",
        {},
        "AccessDeniedException",
        400,
        "dynamodb:ListTables",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/*",
    ),
    (
        "dynamodb",
        "scan",
        {"TableName": "refusals"},
        "AccessDeniedException",
        400,
        "dynamodb:Scan",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/refusals",
    ),
    (
        "sqs",
        "receive_message",
        {"QueueUrl": "{queue}"},
        "AccessDenied",
        403,
        "sqs:receivemessage",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:refusals",
    ),
    ("sns", "list_topics", {}, "AuthorizationError", 403, "SNS:ListTopics", f"arn:aws:sns:{REGION}:{ACCOUNT}:*"),
    ("cloudtrail", "lookup_events", {}, "AccessDeniedException", 400, "cloudtrail:LookupEvents", ""),
]
NAMES = [f"{call[0]}-{call[1]}" for call in CALLS]


def _answer(caller: Caller, call: tuple[Any, ...], things: dict[str, str]) -> tuple[str, int, str]:
    service, operation, parameters = call[:3]
    given = {name: value.format(**things) for name, value in parameters.items()}
    with pytest.raises(ClientError) as caught:
        getattr(caller.client(service), operation)(**given)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


@pytest.fixture(scope="module")
def boundary(admin: Caller) -> str:
    """A policy that allows none of the calls."""
    document = policy(allow("sts:GetCallerIdentity"))
    made = admin.client("iam").create_policy(PolicyName="refusals", PolicyDocument=document)
    return str(made["Policy"]["Arn"])


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
@pytest.mark.parametrize(
    ("documents", "bounded", "reason"),
    [
        ((), False, "because no identity-based policy allows the {action} action"),
        ((policy(allow("*")), policy(deny("*"))), False, "with an explicit deny in an identity-based policy"),
        ((policy(allow("*")),), True, "because no permissions boundary allows the {action} action"),
    ],
    ids=["no-allow", "deny", "boundary"],
)
def test_refusals(
    new_user: NewUser,
    things: dict[str, str],
    boundary: str,
    call: tuple[Any, ...],
    documents: tuple[str, ...],
    bounded: bool,
    reason: str,
) -> None:
    user = new_user(*documents, **({"PermissionsBoundary": boundary} if bounded else {}))
    code, status, action, resource = call[3:]
    lead = "You are not authorized to perform this operation. " if call[0] == "ec2" else ""
    shown = f" on resource: {resource.format(**things)}" if resource else ""
    expected = f"{lead}User: {user.arn} is not authorized to perform: {action}{shown} {reason.format(action=action)}"
    assert _answer(user, call, things) == (code, status, expected)


def test_the_same_calls_are_allowed_to_whoever_may(admin: Caller, things: dict[str, str]) -> None:
    for call in CALLS:
        if call[1] in ("list_buckets", "get_object", "list_users", "get_secret_value", "list_tables", "list_topics"):
            given = {name: value.format(**things) for name, value in call[2].items()}
            assert getattr(admin.client(call[0]), call[1])(**given)


def test_a_session_is_refused_by_its_own_name(new_user: NewUser, new_role: NewRole, things: dict[str, str]) -> None:
    user = new_user()
    session = user.assume(new_role(trust(user.arn), policy(allow("*"))), Policy=policy(allow("ec2:*")))
    code, _, message = _answer(session, CALLS[0], things)
    assert (code, message) == (
        "AccessDenied",
        f"User: {session.arn} is not authorized to perform: s3:ListAllMyBuckets "
        "because no session policy allows the s3:ListAllMyBuckets action",
    )
    assert ":assumed-role/" in session.arn


def _encoded(caller: Caller) -> str:
    code, message = refusal(caller.client("ec2").create_vpc, CidrBlock="10.0.0.0/16")
    assert code == "UnauthorizedOperation"
    lead, _, encoded = message.partition(". Encoded authorization failure message: ")
    assert lead.startswith(f"You are not authorized to perform this operation. User: {caller.arn} is not authorized")
    assert len(encoded) >= 100
    return encoded


def test_ec2s_encoded_messages(new_user: NewUser, partner_admin: Caller) -> None:
    refused, reader = (
        new_user(policy(deny("ec2:*", Sid="NoVpcs"))),
        new_user(policy(allow("sts:DecodeAuthorizationMessage"))),
    )
    encoded = _encoded(refused)
    assert "NoVpcs" not in encoded
    decode = reader.client("sts").decode_authorization_message
    decoded = json.loads(decode(EncodedMessage=encoded)["DecodedMessage"])
    assert (decoded["allowed"], decoded["explicitDeny"]) == (False, True)
    assert decoded["matchedStatements"]["items"] == [{"statementId": "NoVpcs", "effect": "DENY"}]
    context = decoded["context"]
    assert (context["principal"]["arn"], context["action"]) == (refused.arn, "ec2:CreateVpc")
    assert context["principal"]["id"].startswith("AIDA")
    keys = {item["key"]: item["values"]["items"] for item in context["conditions"]["items"]}
    assert keys["aws:RequestedRegion"] == [{"value": "us-east-1"}]
    assert json.loads(decode(EncodedMessage=_encoded(new_user()))["DecodedMessage"])["explicitDeny"] is False
    assert refusal(refused.client("sts").decode_authorization_message, EncodedMessage=encoded)[0] == "AccessDenied"
    invalid = ("InvalidAuthorizationMessageException", "Message is not valid")
    assert refusal(decode, EncodedMessage="x") == invalid
    assert refusal(partner_admin.client("sts").decode_authorization_message, EncodedMessage=encoded) == invalid
    assert refusal(decode, EncodedMessage="")[0] == "ValidationError"
