"""Every answer is told apart by what it proves; nothing but a denial's code is a denial."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)

from labkit.aws.answers import Denial, Kind, from_error, read_denial


def client_error(code: str, status: int = 400, message: str = "words") -> ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Operation")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, Kind.DENIED),
        ("AccessDeniedException", 400, Kind.DENIED),
        ("UnauthorizedOperation", 403, Kind.DENIED),
        ("InvalidClientTokenId", 403, Kind.CREDENTIALS),
        ("InvalidAccessKeyId", 403, Kind.CREDENTIALS),
        ("SignatureDoesNotMatch", 403, Kind.CREDENTIALS),
        ("ExpiredToken", 400, Kind.CREDENTIALS),
        ("RequestExpired", 400, Kind.CREDENTIALS),
        ("AuthFailure", 401, Kind.CREDENTIALS),
        ("RequestTimeTooSkewed", 403, Kind.CREDENTIALS),
        ("Throttling", 400, Kind.TRANSIENT),
        ("ThrottlingException", 400, Kind.TRANSIENT),
        ("SlowDown", 503, Kind.TRANSIENT),
        ("RequestLimitExceeded", 503, Kind.TRANSIENT),
        ("InternalError", 500, Kind.TRANSIENT),
        ("SomethingNobodyKnows", 502, Kind.TRANSIENT),
        ("NoSuchKey", 404, Kind.REFUSED),
        ("ValidationError", 400, Kind.REFUSED),
        ("MalformedPolicyDocument", 400, Kind.REFUSED),
        ("403", 403, Kind.REFUSED),
    ],
)
def test_a_code_proves_what_it_says_and_no_more(code: str, status: int, kind: Kind) -> None:
    assert from_error(client_error(code, status)).kind is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NoCredentialsError(), Kind.CREDENTIALS),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), Kind.TRANSIENT),
        (ConnectTimeoutError(endpoint_url="http://127.0.0.1:1"), Kind.TRANSIENT),
        (ParamValidationError(report="bad"), Kind.REFUSED),
    ],
)
def test_errors_before_any_answer(error: Exception, kind: Kind) -> None:
    assert from_error(error).kind is kind  # type: ignore[arg-type]


USER = "User: arn:aws:iam::123456789012:user/James is not authorized to perform: "


@pytest.mark.parametrize(
    ("message", "layer", "explicit", "action"),
    [
        # IAM User Guide, "Troubleshoot access denied error messages", examples in its order
        (
            USER + "s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action",
            "identity-based policy",
            False,
            "s3:ListAllMyBuckets",
        ),
        (
            USER + "iam:GetUser on resource: user James with an explicit deny in an identity-based policy",
            "identity-based policy",
            True,
            "iam:GetUser",
        ),
        (
            USER + "s3:ListBucket with an explicit deny in a service control policy: arn:aws:organizations::1:policy/x",
            "service control policy",
            True,
            "s3:ListBucket",
        ),
        (
            USER + "s3:GetObject because no permissions boundary allows the s3:GetObject action",
            "permissions boundary",
            False,
            "s3:GetObject",
        ),
        (
            USER + "s3:GetObject because no session policy allows the s3:GetObject action",
            "session policy",
            False,
            "s3:GetObject",
        ),
        (
            USER + "s3:GetObject because no service control policy allows the s3:GetObject action",
            "service control policy",
            False,
            "s3:GetObject",
        ),
        (
            USER + "secretsmanager:GetSecretValue with an explicit deny in a resource-based policy",
            "resource-based policy",
            True,
            "secretsmanager:GetSecretValue",
        ),
        (USER + "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r", None, None, "sts:AssumeRole"),
        ("Access Denied", None, None, None),
    ],
)
def test_a_denial_is_read(message: str, layer: str | None, explicit: bool | None, action: str | None) -> None:
    principal = "arn:aws:iam::123456789012:user/James" if message.startswith("User") else None
    assert read_denial(message) == Denial(layer, explicit, action, principal)
