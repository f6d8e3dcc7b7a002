"""How a call's answer is read for its event."""

from __future__ import annotations

import pytest

from local_aws.cloudtrail import operations
from local_aws.cloudtrail.recorder import Answer

JSON = {"Content-Type": "application/x-amz-json-1.1"}
XML = {"Content-Type": "text/xml"}


def test_a_request_id_is_read_from_xml_alone() -> None:
    role = operations.named("iam", "GetRole")
    xml = b"<GetRoleResponse><ResponseMetadata><RequestId>in-xml</RequestId></ResponseMetadata></GetRoleResponse>"
    assert Answer.of(role, (200, XML, xml), "given").request_id == "in-xml"
    assert Answer.of(role, (200, XML, b"<RequestId>\xff</RequestId>"), "given").request_id == "given"
    secret = operations.named("secretsmanager", "GetSecretValue")
    body = b'{"SecretString": "<RequestId>hidden</RequestId>"}'
    assert Answer.of(secret, (200, JSON, body), "given") == Answer("given")


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"\xff\xfe", b"<a><b/></a>", b"null", "stream"])
@pytest.mark.parametrize("service", ["iam", "s3", "ec2", "lambda", "secretsmanager", "monitoring"])
def test_an_answer_in_no_protocol_is_an_error_with_its_status(service: str, body: object) -> None:
    name = {
        "iam": "CreateUser",
        "s3": "CreateBucket",
        "ec2": "RunInstances",
        "lambda": "CreateFunction",
        "secretsmanager": "CreateSecret",
        "monitoring": "PutMetricAlarm",
    }[service]
    operation = operations.named(service, name)
    for headers in (JSON, XML, {}):
        code = Answer.of(operation, (403, headers, body), "given").error_code
        assert code is not None
        assert code.removeprefix("Client.") in ("403", "UnknownError"), (code, headers)
        assert Answer.of(operation, (200, headers, body), "given").error_code is None
