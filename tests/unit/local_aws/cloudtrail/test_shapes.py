"""What a request says, and how much of it an event shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import botocore.session

from local_aws.cloudtrail import shapes

_SESSION = botocore.session.get_session()


def model(service: str, operation: str) -> Any:
    return _SESSION.get_service_model(service).operation_model(operation)


def test_structures_and_lists_of_the_query_protocol() -> None:
    form = {
        "Action": ["AssumeRole"],
        "Version": ["2011-06-15"],
        "RoleArn": ["arn:aws:iam::123456789012:role/reader"],
        "RoleSessionName": ["session"],
        "DurationSeconds": ["900"],
        "TokenCode": ["123456"],
        "SerialNumber": ["arn:aws:iam::123456789012:mfa/James"],
        "Tags.member.1.Key": ["Project"],
        "Tags.member.1.Value": [""],
        "Tags.member.2.Key": ["Team"],
        "Tags.member.2.Value": ["a b"],
        "TransitiveTagKeys.member.1": ["Team"],
        "PolicyArns.member.1.arn": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    }
    shape = model("sts", "AssumeRole").input_shape
    assert shapes.shown(shape, shapes.from_query(shape, form, ec2=False)) == {
        "roleArn": "arn:aws:iam::123456789012:role/reader",
        "roleSessionName": "session",
        "policyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "durationSeconds": 900,
        "tags": [{"key": "Project", "value": ""}, {"key": "Team", "value": "a b"}],
        "transitiveTagKeys": ["Team"],
        "serialNumber": "arn:aws:iam::123456789012:mfa/James",
    }


def test_ec2_has_a_protocol_of_its_own() -> None:
    form = {
        "InstanceId.1": ["i-1"],
        "InstanceId.2": ["i-2"],
        "DryRun": ["true"],
        "Filter.1.Name": ["vpc-id"],
        "Filter.1.Value.1": ["vpc-1"],
        "MaxResults": ["5"],
    }
    shape = model("ec2", "DescribeInstances").input_shape
    assert shapes.shown(shape, shapes.from_query(shape, form, ec2=True)) == {
        "instanceIds": ["i-1", "i-2"],
        "dryRun": True,
        "filters": [{"name": "vpc-id", "values": ["vpc-1"]}],
        "maxResults": 5,
    }


def test_maps_of_the_query_protocol() -> None:
    form = {"Name": ["topic"], "Attributes.entry.1.key": ["DisplayName"], "Attributes.entry.1.value": ["Topic"]}
    shape = model("sns", "CreateTopic").input_shape
    assert shapes.from_query(shape, form, ec2=False) == {"Name": "topic", "Attributes": {"DisplayName": "Topic"}}


def test_values_that_are_no_numbers_stay_as_they_are() -> None:
    shape = model("sts", "AssumeRole").input_shape
    for text in ("abc", "", "9" * 5000, "-"):
        assert shapes.from_query(shape, {"DurationSeconds": [text]}, ec2=False) == {"DurationSeconds": text}


def test_secrets_and_contents_are_left_out() -> None:
    made = model("iam", "CreateAccessKey").output_shape
    key = {
        "UserName": "James",
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "secret",
        "CreateDate": datetime(2026, 3, 4, 15, 7, 39, tzinfo=UTC),
    }
    assert shapes.shown(made, {"AccessKey": key}) == {
        "accessKey": {
            "userName": "James",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "createDate": "Mar 4, 2026, 3:07:39 PM",
        }
    }
    function = model("lambda", "CreateFunction").input_shape
    request = {"FunctionName": "f", "Code": {"ZipFile": "UEsDB"}, "Environment": {"Variables": {"KEY": "secret"}}}
    assert shapes.shown(function, request) == {"functionName": "f", "code": {}, "environment": {}}
    secret = model("secretsmanager", "CreateSecret").input_shape
    assert shapes.shown(secret, {"Name": "s", "SecretString": "secret", "SecretBinary": "c2VjcmV0"}) == {"name": "s"}
    device = model("iam", "EnableMFADevice").input_shape
    form = {"UserName": ["James"], "AuthenticationCode1": ["123456"], "AuthenticationCode2": ["654321"]}
    assert shapes.shown(device, shapes.from_query(device, form, ec2=False)) == {"userName": "James"}
    created = model("iam", "CreateVirtualMFADevice").output_shape
    seed = {"VirtualMFADevice": {"SerialNumber": "arn", "Base32StringSeed": b"SEED", "QRCodePNG": b"PNG"}}
    assert shapes.shown(created, seed) == {"virtualMFADevice": {"serialNumber": "arn"}}


def test_values_of_another_type_than_the_models_are_left_out() -> None:
    shape = model("secretsmanager", "CreateSecret").input_shape
    assert shapes.shown(shape, {"Name": "s", "Tags": "x", "AddReplicaRegions": [1]}) == {
        "name": "s",
        "addReplicaRegions": [None],
    }
    assert shapes.shown(shape, ["x"]) is None
