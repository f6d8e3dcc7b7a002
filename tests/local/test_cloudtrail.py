"""LookupEvents over HTTP: who called what, with what result.

Sources: CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element"; CloudTrail API
Reference, LookupEvents; IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local.callers import REGION, Caller, Name, NewRole, NewUser, allow, policy, refusal, trust
from tests.local.signed import send_signed
from tests.local.stacks import Stack, resource

SINCE = datetime.now(UTC) - timedelta(minutes=1)


def found(reader: Caller, key: str, value: str, region: str = REGION) -> list[dict[str, Any]]:
    """What LookupEvents finds, newest first, with CloudTrailEvent read."""
    pages = reader.client("cloudtrail", region).get_paginator("lookup_events")
    events = pages.paginate(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], StartTime=SINCE)
    return [{**event, "CloudTrailEvent": json.loads(event["CloudTrailEvent"])} for event in events.search("Events")]


def records(reader: Caller, key: str, value: str) -> list[dict[str, Any]]:
    """The events themselves."""
    return [event["CloudTrailEvent"] for event in found(reader, key, value)]


def only(events: Iterable[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one event of that name."""
    (event,) = [event for event in events if event["eventName"] == name]
    return event


def user_name(user: Caller) -> str:
    return user.arn.rpartition("/")[2]


def test_a_users_call(admin: Caller, new_user: NewUser) -> None:
    user = new_user(policy(allow("s3:ListAllMyBuckets")))
    answer = user.client("s3").list_buckets()
    (event,) = [event for event in found(admin, "Username", user_name(user)) if event["EventName"] == "ListBuckets"]
    record = event["CloudTrailEvent"]
    assert record["userIdentity"] == {
        "type": "IAMUser",
        "principalId": admin.client("iam").get_user(UserName=user_name(user))["User"]["UserId"],
        "arn": user.arn,
        "accountId": "123456789012",
        "accessKeyId": user.access_key_id,
        "userName": user_name(user),
    }
    assert {name: record[name] for name in record if name not in ("userIdentity", "eventTime", "eventID")} == {
        "eventVersion": "1.11",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "awsRegion": REGION,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": record["userAgent"],
        "requestParameters": {"Host": user.endpoint.removeprefix("http://")},
        "responseElements": None,
        "requestID": answer["ResponseMetadata"]["RequestId"],
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
    }
    assert record["userAgent"].startswith("Boto3/")
    assert (event["EventId"], event["AccessKeyId"], event["ReadOnly"], event["Resources"]) == (
        record["eventID"],
        user.access_key_id,
        "true",
        [],
    )
    assert event["EventTime"] == datetime.fromisoformat(record["eventTime"])


def test_a_role_session_is_joined_with_the_call_that_gave_it(
    admin: Caller, new_user: NewUser, new_role: NewRole, name: Name
) -> None:
    user = new_user()
    session_name = name("session")
    role = new_role(trust(user.arn), policy(allow("iam:GetRole")), Path="/team/")
    session = user.assume(role, RoleSessionName=session_name, DurationSeconds=900)
    role_name = role.rpartition("/")[2]
    role_id = session.client("iam").get_role(RoleName=role_name)["Role"]["RoleId"]

    assumed = only(records(admin, "Username", user_name(user)), "AssumeRole")
    assert assumed["requestParameters"] == {
        "roleArn": role,
        "roleSessionName": session_name,
        "durationSeconds": 900,
    }
    expiration = datetime.strptime(
        assumed["responseElements"]["credentials"].pop("expiration"), "%b %d, %Y, %I:%M:%S %p"
    ).replace(tzinfo=UTC)
    began = datetime.fromisoformat(assumed["eventTime"])
    assert timedelta(seconds=900) <= expiration - began <= timedelta(seconds=902)
    session_arn = f"arn:aws:sts::123456789012:assumed-role/{role_name}/{session_name}"
    assert assumed["responseElements"] == {
        "credentials": {"accessKeyId": session.access_key_id},
        "assumedRoleUser": {"assumedRoleId": f"{role_id}:{session_name}", "arn": session_arn},
    }
    assert assumed["resources"] == [{"accountId": "123456789012", "type": "AWS::IAM::Role", "ARN": role}]
    assert assumed["readOnly"] is True
    assert "sharedEventID" not in assumed

    done = only(records(admin, "AccessKeyId", session.access_key_id), "GetRole")
    assert done["userIdentity"] == {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{session_name}",
        "arn": session_arn,
        "accountId": "123456789012",
        "accessKeyId": session.access_key_id,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": role,
                "accountId": "123456789012",
                "userName": role_name,
            },
            "attributes": {"creationDate": assumed["eventTime"], "mfaAuthenticated": "false"},
        },
    }
    assert [record["eventName"] for record in records(admin, "Username", session_name)] == ["GetRole"]
    assert only(records(admin, "ResourceName", session.access_key_id), "AssumeRole") == only(
        records(admin, "ResourceName", role), "AssumeRole"
    )


def test_a_session_shows_its_source_identity(admin: Caller, new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(user.arn, ["sts:AssumeRole", "sts:SetSourceIdentity"]))
    session = user.assume(role, SourceIdentity="James")
    assert session.arn
    called = only(records(admin, "AccessKeyId", session.access_key_id), "GetCallerIdentity")
    assert called["userIdentity"]["sessionContext"]["sourceIdentity"] == "James"
    assumed = only(records(admin, "Username", user_name(user)), "AssumeRole")
    assert assumed["requestParameters"]["sourceIdentity"] == "James"
    assert assumed["responseElements"]["sourceIdentity"] == "James"


def test_a_role_assumed_across_accounts_is_an_event_in_both(
    admin: Caller, partner_admin: Caller, new_user: NewUser, new_role: NewRole
) -> None:
    user = new_user(policy(allow("sts:AssumeRole")))
    closed = new_role(trust("210987654321"), owner=partner_admin)
    role = new_role(trust(user.arn), owner=partner_admin)
    session = user.assume(role)
    refusal(user.client("sts").assume_role, RoleArn=closed, RoleSessionName="session")

    denied, here = [r for r in records(admin, "Username", user_name(user)) if r["eventName"] == "AssumeRole"]
    there, _created = found(partner_admin, "ResourceName", role)
    assert there.keys().isdisjoint({"Username", "AccessKeyId"})
    there = there["CloudTrailEvent"]
    assert there["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": here["userIdentity"]["principalId"],
        "accountId": "123456789012",
    }
    assert there["sharedEventID"] == here["sharedEventID"]
    assert there["eventID"] != here["eventID"]
    assert (here["recipientAccountId"], there["recipientAccountId"]) == ("123456789012", "210987654321")
    same = ("requestParameters", "responseElements", "requestID", "resources", "eventTime")
    assert {key: here[key] for key in same} == {key: there[key] for key in same}
    assert here["responseElements"]["credentials"]["accessKeyId"] == session.access_key_id

    assert denied["errorCode"] == "AccessDenied"
    assert "sharedEventID" not in denied
    assert [r["eventName"] for r in records(partner_admin, "ResourceName", closed)] == ["CreateRole"]


def test_a_federated_user_and_a_users_session(admin: Caller, new_user: NewUser, name: Name) -> None:
    everything = policy(allow("*"))
    user = new_user(everything)
    sts = user.client("sts")
    federated_name = name("fed")
    federated = user.with_credentials(sts.get_federation_token(Name=federated_name, Policy=everything)["Credentials"])
    session = user.with_credentials(sts.get_session_token()["Credentials"])
    assert federated.arn
    assert session.arn
    own = records(admin, "Username", user_name(user))
    issued = only(own, "GetFederationToken")
    assert issued["responseElements"]["federatedUser"]["arn"] == federated.arn
    assert issued["responseElements"]["credentials"]["accessKeyId"] == federated.access_key_id
    by_session = [r for r in own if r["userIdentity"]["accessKeyId"] == session.access_key_id]
    as_user = only(by_session, "GetCallerIdentity")["userIdentity"]
    assert (as_user["type"], as_user["arn"]) == ("IAMUser", user.arn)
    created = only(own, "GetSessionToken")["eventTime"]
    assert as_user["sessionContext"] == {"attributes": {"creationDate": created, "mfaAuthenticated": "false"}}

    as_federated = records(admin, "Username", federated_name)[0]["userIdentity"]
    assert (as_federated["type"], as_federated["arn"]) == ("FederatedUser", federated.arn)
    assert as_federated["sessionContext"]["sessionIssuer"] == {
        "type": "IAMUser",
        "principalId": as_user["principalId"],
        "arn": user.arn,
        "accountId": "123456789012",
        "userName": user_name(user),
    }


def test_refused_calls_say_why(admin: Caller, new_user: NewUser, new_role: NewRole) -> None:
    user = new_user()
    role = new_role(trust(admin.arn))
    refusals = {
        "AssumeRole": refusal(user.client("sts").assume_role, RoleArn=role, RoleSessionName="session"),
        "ListBuckets": refusal(user.client("s3").list_buckets),
        "CreateBucket": refusal(user.client("s3").create_bucket, Bucket="refused"),
        "DescribeInstances": refusal(user.client("ec2").describe_instances),
        "ListUsers": refusal(user.client("iam").list_users),
        "GetSecretValue": refusal(user.client("secretsmanager").get_secret_value, SecretId="x"),
        "ListStacks": refusal(user.client("cloudformation").list_stacks),
        "ListFunctions20150331": refusal(user.client("lambda").list_functions),
        "LookupEvents": refusal(user.client("cloudtrail").lookup_events),
    }
    seen = records(admin, "Username", user_name(user))
    for name, (code, message) in refusals.items():
        event = only(seen, name)
        # EC2 says in its events whose fault it was; the others have the code that the caller saw.
        assert event["errorCode"] == (f"Client.{code}" if name == "DescribeInstances" else code)
        assert event["errorMessage"] == message
        assert "not authorized" in message
        assert event["responseElements"] is None
    assert {event["eventSource"] for event in seen} == {
        f"{service}.amazonaws.com"
        for service in ("cloudformation", "cloudtrail", "ec2", "iam", "lambda", "s3", "secretsmanager", "sts")
    }


def test_an_error_has_the_name_of_its_exception(admin: Caller, new_user: NewUser) -> None:
    user = new_user(policy(allow("iam:*")))
    assert refusal(user.client("iam").get_role, RoleName="nobody")[0] == "NoSuchEntity"
    event = only(records(admin, "Username", user_name(user)), "GetRole")
    assert event["errorCode"] == "NoSuchEntityException"
    assert event["requestParameters"] == {"roleName": "nobody"}


def test_calls_without_a_right_signature_are_nobodys(admin: Caller, new_user: NewUser) -> None:
    user = new_user(policy(allow("iam:ListUsers")))
    forger = Caller(user.endpoint, user.access_key_id, "wrong")
    assert refusal(forger.client("iam").list_users)[0] == "SignatureDoesNotMatch"
    assert records(admin, "AccessKeyId", user.access_key_id) == []
    user.client("iam").list_users()
    assert [r["eventName"] for r in records(admin, "AccessKeyId", user.access_key_id)] == ["ListUsers"]


def test_data_events_are_not_in_the_history(admin: Caller, new_user: NewUser, name: Name) -> None:
    user = new_user(policy(allow("s3:*")))
    s3, bucket = user.client("s3"), name("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"x")
    s3.get_object(Bucket=bucket, Key="a/b")
    s3.head_object(Bucket=bucket, Key="a/b")
    s3.list_objects_v2(Bucket=bucket)
    s3.list_objects(Bucket=bucket)
    s3.head_bucket(Bucket=bucket)
    document = {"Version": "2012-10-17", "Statement": [{**allow("s3:GetObject", "*"), "Principal": {"AWS": user.arn}}]}
    document["Statement"][0]["Resource"] = f"arn:aws:s3:::{bucket}/*"  # type: ignore[index]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    s3.get_bucket_policy(Bucket=bucket)
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a/b"}]})
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    s3.delete_bucket(Bucket=bucket)
    events = records(admin, "ResourceName", bucket)[::-1]
    assert [event["eventName"] for event in events] == [
        "CreateBucket",
        "PutBucketPolicy",
        "GetBucketPolicy",
        "PutBucketPublicAccessBlock",
        "DeleteBucket",
    ]
    assert events[1]["requestParameters"] == {
        "bucketName": bucket,
        "policy": "",
        "bucketPolicy": document,
        "Host": user.endpoint.removeprefix("http://"),
    }


def test_no_secret_is_shown(admin: Caller, new_user: NewUser, new_role: NewRole, name: Name) -> None:
    user = new_user(policy(allow("*")))
    iam, secrets, role = user.client("iam"), user.client("secretsmanager"), new_role(trust(user.arn))
    other, word = name("other"), "correct-Horse-7-battery"
    iam.create_user(UserName=other)
    key = iam.create_access_key(UserName=other)["AccessKey"]
    iam.create_login_profile(UserName=other, Password=word)
    secret = secrets.create_secret(Name=name("secret"), SecretString=word)["ARN"]
    secrets.get_secret_value(SecretId=secret)
    session = user.assume(role)
    federated = user.client("sts").get_federation_token(Name="Bob")["Credentials"]
    body = json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}, "Parameters": {"P": {"Type": "String"}}})
    user.client("cloudformation").create_stack(
        StackName=name("stack"),
        TemplateBody=body,
        Parameters=[{"ParameterKey": "P", "ParameterValue": word}],
    )
    seen = records(admin, "Username", user_name(user))
    assert only(seen, "CreateAccessKey")["responseElements"]["accessKey"]["accessKeyId"] == key["AccessKeyId"]
    assert only(seen, "CreateLoginProfile")["requestParameters"] == {"userName": other}
    assert only(seen, "GetSecretValue")["requestParameters"] == {"secretId": secret}
    assert only(seen, "CreateStack")["requestParameters"]["parameters"] == [{"parameterKey": "P"}]
    text = json.dumps(seen)
    for secret_value in (
        word,
        key["SecretAccessKey"],
        session.secret_access_key,
        session.session_token,
        federated["SecretAccessKey"],
        federated["SessionToken"],
        user.secret_access_key,
    ):
        assert secret_value
        assert secret_value not in text


def test_what_cloudformation_calls_for_a_stack(admin: Caller, new_user: NewUser, name: Name) -> None:
    user = new_user(policy(allow(["cloudformation:*", "iam:CreateUser", "iam:GetUser"])))
    made, stack = name("made"), Stack(name("stack"), user, admin)
    assert stack.create({"User": resource("IAM::User", UserName=made, Path="/team/")}) == "CREATE_COMPLETE"
    created = only(records(admin, "ResourceName", made), "CreateUser")
    assert created["userIdentity"]["arn"] == user.arn
    service = "cloudformation.amazonaws.com"
    assert created["userIdentity"]["invokedBy"] == created["sourceIPAddress"] == created["userAgent"] == service
    assert created["requestParameters"]["path"] == "/team/"
    assert created["responseElements"]["user"]["arn"] == f"arn:aws:iam::123456789012:user/team/{made}"

    assert stack.delete() == "DELETE_FAILED"
    refused = only(records(admin, "ResourceName", made), "DeleteUser")
    assert refused["errorCode"] == "AccessDenied"
    assert "iam:DeleteUser" in refused["errorMessage"]


def test_only_who_may_looks_up(new_user: NewUser) -> None:
    assert new_user(policy(allow("cloudtrail:LookupEvents"))).client("cloudtrail").lookup_events()["Events"]
    code, message = refusal(new_user(policy(allow("cloudtrail:List*"))).client("cloudtrail").lookup_events)
    assert code == "AccessDeniedException"
    assert "cloudtrail:LookupEvents" in message


def test_an_account_sees_its_own_events_and_a_region_those_of_the_region(
    admin: Caller, partner_admin: Caller, new_user: NewUser
) -> None:
    user = new_user(policy(allow("*")))
    user.client("sts", "eu-west-1").get_caller_identity()
    user.client("iam", "eu-west-1").list_users()
    assert [e["EventName"] for e in found(admin, "Username", user_name(user), "eu-west-1")] == ["GetCallerIdentity"]
    # IAM is global: its events are in one region.
    assert "ListUsers" in [e["EventName"] for e in found(admin, "Username", user_name(user))]
    assert found(partner_admin, "Username", user_name(user)) == []


def test_the_filters(admin: Caller, new_user: NewUser, name: Name) -> None:
    own_name, made = name("caller"), name("made")
    user = new_user(policy(allow("*")), UserName=own_name)
    user.client("iam").create_role(RoleName=made, AssumeRolePolicyDocument=trust("123456789012"))
    user.client("iam").get_role(RoleName=made)
    user.client("ec2").describe_vpcs()
    mine = {event["EventId"]: event["EventName"] for event in found(admin, "Username", own_name)}

    def names(key: str, value: str) -> list[str]:
        return [event["EventName"] for event in found(admin, key, value) if event["EventId"] in mine]

    assert names("EventName", "CreateRole") == ["CreateRole"]
    assert names("EventSource", "iam.amazonaws.com") == ["GetRole", "CreateRole"]
    assert names("ReadOnly", "false") == ["CreateRole"]
    assert names("ReadOnly", "true") == ["DescribeVpcs", "GetRole"]
    assert names("ResourceName", f"arn:aws:iam::123456789012:role/{made}") == ["CreateRole"]
    assert names("ResourceName", made) == ["GetRole", "CreateRole"]
    assert names("ResourceType", "AWS::IAM::Role") == ["GetRole", "CreateRole"]
    assert names("AccessKeyId", user.access_key_id) == list(mine.values())
    for event_id, event_name in mine.items():
        assert names("EventId", event_id) == [event_name]
    assert names("EventName", "createrole") == []


def test_the_time_range(admin: Caller, new_user: NewUser) -> None:
    user = new_user()
    begin = datetime.now(UTC)
    assert user.arn
    lookup = admin.client("cloudtrail").lookup_events
    mine = [{"AttributeKey": "Username", "AttributeValue": user_name(user)}]
    hour = timedelta(hours=1)
    assert len(lookup(LookupAttributes=mine, StartTime=begin)["Events"]) == 2
    assert len(lookup(LookupAttributes=mine, StartTime=begin, EndTime=begin + hour)["Events"]) == 2
    assert lookup(LookupAttributes=mine, StartTime=begin + hour)["Events"] == []
    assert lookup(LookupAttributes=mine, EndTime=begin - hour)["Events"] == []
    assert refusal(lookup, StartTime=begin, EndTime=begin - hour)[0] == "InvalidTimeRangeException"


def test_pages(admin: Caller, new_user: NewUser) -> None:
    user = new_user()
    for _ in range(5):
        user.client("sts").get_caller_identity()
    lookup = admin.client("cloudtrail").lookup_events
    mine = [{"AttributeKey": "Username", "AttributeValue": user_name(user)}]
    whole = [event["EventId"] for event in lookup(LookupAttributes=mine)["Events"]]
    first = lookup(LookupAttributes=mine, MaxResults=4)
    user.client("sts").get_caller_identity()  # what comes in between is not on the next page
    second = lookup(LookupAttributes=mine, MaxResults=4, NextToken=first["NextToken"])
    assert [event["EventId"] for event in first["Events"] + second["Events"]] == whole
    assert len(first["Events"]) == 4
    assert "NextToken" not in second
    for token, attributes in (("nonsense", mine), (first["NextToken"], [])):
        assert refusal(lookup, LookupAttributes=attributes, NextToken=token)[0] == "InvalidNextTokenException"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"EventCategory": "nonsense"}, "InvalidEventCategoryException"),
        ({"LookupAttributes": [{"AttributeKey": "Nonsense", "AttributeValue": "x"}]}, "InvalidLookupAttributes"),
        ({"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "x"}]}, "InvalidLookupAttributes"),
        ({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2}, "InvalidLookupAttributes"),
    ],
)
def test_wrong_parameters(admin: Caller, parameters: dict[str, Any], code: str) -> None:
    assert refusal(admin.client("cloudtrail").lookup_events, **parameters)[0].startswith(code)


def test_insights_are_none(admin: Caller) -> None:
    assert admin.client("cloudtrail").lookup_events(EventCategory="insight")["Events"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "SerializationException"),
        (b'{"LookupAttributes": "x"}', "SerializationException"),
        (b'{"LookupAttributes": ["x"]}', "SerializationException"),
        (b'{"LookupAttributes": [{"AttributeKey": [], "AttributeValue": []}]}', "SerializationException"),
        (b'{"StartTime": "x"}', "InvalidTimeRangeException"),
        (b'{"StartTime": NaN, "EndTime": Infinity}', "InvalidTimeRangeException"),
        (b'{"NextToken": []}', "SerializationException"),
        (b'{"MaxResults": true}', "InvalidMaxResultsException"),
    ],
)
def test_a_body_of_the_wrong_shape(admin: Caller, body: bytes, code: str) -> None:
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
    }
    status, text = send_signed(admin, "cloudtrail", "POST", "/", body, headers)
    assert (status, json.loads(text)["__type"]) == (400, code)
