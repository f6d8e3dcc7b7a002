"""Requests are told apart by the models that the SDKs make them from."""

from __future__ import annotations

import re

import botocore.session
import pytest

from local_aws.cloudtrail import operations

_SESSION = botocore.session.get_session()


def requests(service: str) -> list[tuple[str, str, str, dict[str, list[str]]]]:
    """Operation, method, path and query of a request for each operation of a service that speaks REST."""
    model = _SESSION.get_service_model(service)
    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        path, _, fixed = operation.http["requestUri"].partition("?")
        query = {pair.partition("=")[0]: [pair.partition("=")[2]] for pair in fixed.split("&") if pair}
        for member in operation.input_shape.required_members if operation.input_shape else ():
            serialization = operation.input_shape.members[member].serialization
            if serialization.get("location") == "querystring":
                query[serialization["name"]] = ["x"]
        found.append((name, operation.http["method"], re.sub(r"\{[^}]+\}", "x", path), query))
    return found


def test_each_operation_of_lambda_is_found() -> None:
    for name, method, path, query in requests("lambda"):
        found = operations.find("lambda", method, path, {}, query, query)
        if name in ("Invoke", "InvokeAsync", "InvokeWithResponseStream"):
            assert found is None, name
        else:
            assert found is not None, name
            assert found.model.name == name


# Two operations with one address: the deprecated one, or one that only a header tells from the other.
SAME_ADDRESS = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}


def test_each_operation_of_s3_on_a_bucket_is_found() -> None:
    seen = set()
    for name, method, path, query in requests("s3"):
        found = operations.find("s3", method, path, {}, query, query)
        if "x/x" in path or name in operations._DATA_EVENTS["s3"]:
            assert found is None, name
        elif name != "ListDirectoryBuckets":  # the address of ListBuckets, on a host of its own
            assert found is not None, name
            assert SAME_ADDRESS.get(found.model.name, found.model.name) == SAME_ADDRESS.get(name, name)
            seen.add(found.event_name)
    assert {"ListBuckets", "CreateBucket", "GetBucketPolicy", "GetBucketPublicAccessBlock"} < seen
    assert {"PutBucketLifecycle", "GetBucketNotification"} < seen


@pytest.mark.parametrize(
    ("service", "name", "event_name", "read_only"),
    [
        ("sts", "AssumeRole", "AssumeRole", True),
        ("sts", "GetCallerIdentity", "GetCallerIdentity", True),
        ("iam", "GetUser", "GetUser", True),
        ("iam", "CreateUser", "CreateUser", False),
        ("iam", "ListAccessKeys", "ListAccessKeys", True),
        ("s3", "GetPublicAccessBlock", "GetBucketPublicAccessBlock", True),
        ("ec2", "DescribeInstances", "DescribeInstances", True),
        ("ec2", "RunInstances", "RunInstances", False),
        ("lambda", "CreateFunction", "CreateFunction20150331", False),
        ("lambda", "GetFunction", "GetFunction20150331v2", True),
        ("lambda", "ListTags", "ListTags20170331", True),
        ("secretsmanager", "GetSecretValue", "GetSecretValue", True),
    ],
)
def test_names_and_kinds(service: str, name: str, event_name: str, read_only: bool) -> None:
    operation = operations.named(service, name)
    assert (operation.event_name, operation.read_only) == (event_name, read_only)


def test_by_the_names_of_the_other_protocols() -> None:
    query = operations.find("iam", "POST", "/", {}, {}, {"Action": ["CreateRole"]})
    target = operations.find("secretsmanager", "POST", "/", {"x-amz-target": "secretsmanager.ListSecrets"}, {}, {})
    assert query is not None
    assert target is not None
    assert (query.event_name, target.event_name) == ("CreateRole", "ListSecrets")
    for service, headers, parameters in (
        ("iam", {}, {"Action": ["NoSuchOperation"]}),
        ("iam", {}, {}),
        ("secretsmanager", {"x-amz-target": "secretsmanager.Nonsense"}, {}),
        ("sqs", {"x-amz-target": "AmazonSQS.SendMessage"}, {}),
        ("no such service", {}, {"Action": ["CreateRole"]}),
    ):
        assert operations.find(service, "POST", "/", headers, {}, parameters) is None


def test_a_name_does_not_hide_a_call_by_address() -> None:
    query = {"Action": ["Nonsense"]}
    found = operations.find("s3", "DELETE", "/bucket", {"x-amz-target": "x.Nonsense"}, query, query)
    assert found is not None
    assert (found.event_name, found.labels) == ("DeleteBucket", {"Bucket": "bucket"})
