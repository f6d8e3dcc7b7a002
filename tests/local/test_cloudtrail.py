"""What CloudTrail records: who called what, with what result.

Sources: CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element"; CloudTrail API
Reference, LookupEvents; IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail".
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tests.local.callers import REGION, Caller, Name, NewRole, NewUser, allow, policy, refusal, trust
from tests.local.stacks import Stack, resource
from tests.local.trail import found, only, records, user_name


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
