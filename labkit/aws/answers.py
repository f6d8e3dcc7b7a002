"""What AWS answered to one call, told apart by what it proves.

A denial is only what says so with a denial's code. Credentials that are not valid, throttles, faults of
the service and lost connections are answers of their own kinds and prove nothing about permissions.
Codes: IAM User Guide, "Troubleshoot access denied error messages"; the services' "Common errors" pages;
EC2 API Reference, "Error codes"; S3 API Reference, "Error responses".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    TokenRetrievalError,
)


class Kind(StrEnum):
    """What an answer is good for."""

    ALLOWED = "allowed"
    DENIED = "denied"
    REFUSED = "refused"  # authorized or not checked, but refused for another reason (NoSuchKey, ValidationError …)
    CREDENTIALS = "credentials not valid"  # not valid (yet), or not here: the region, the account
    TRANSIENT = "transient"


@dataclass(frozen=True)
class Denial:
    """What a denial says of itself; None where the message does not say.

    `layer`: the layer of policies ("identity-based policy"); `explicit`: whether a Deny statement
    did it (else: no Allow); `action` and `principal` (an ARN) as the message names them.
    """

    layer: str | None = None
    explicit: bool | None = None
    action: str | None = None
    principal: str | None = None


@dataclass(frozen=True)
class Answer:
    """One answer of AWS. `data` is the parsed response of an allowed call; `metadata`: its request id, headers …"""

    kind: Kind
    code: str = ""
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    denial: Denial = Denial()
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else str(self.message or self.kind)


# EC2 alone answers a denied call with a code of its own; S3, IAM, STS and CloudFormation say AccessDenied, the JSON
# services AccessDeniedException.
DENIAL_CODES = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized"}
)
CREDENTIAL_CODES = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "NotSignedUp",
        "OptInRequired",
        "PendingVerification",
        "RegionDisabledException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "SubscriptionRequiredException",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
TRANSIENT_CODES = frozenset(
    {
        "EC2ThrottledException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "InternalServiceErrorException",
        "InternalServiceException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceFailure",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        "Unavailable",
    }
)

_NO_ALLOW = re.compile(r"because no (?P<layer>[\w -]+?)(?: policies| policy)? allows? the", re.IGNORECASE)
_EXPLICIT = re.compile(r"with an explicit deny in (?:an? |the )?(?P<layer>[\w -]+?)(?=[:.,;(]|$)", re.IGNORECASE)
_ACTION = re.compile(r"not authorized to perform: (?P<action>[\w-]+:\w+)")
_PRINCIPAL = re.compile(r"User: (?P<principal>arn:\S+) is not authorized")


def allowed(data: Mapping[str, Any]) -> Answer:
    """The answer of a call that went through."""
    return Answer(Kind.ALLOWED, data=data, metadata=data.get("ResponseMetadata", {}))


def from_error(error: BotoCoreError | ClientError) -> Answer:
    """Tell an error of botocore apart by what it proves."""
    if isinstance(error, ClientError):
        return _from_client_error(error)
    if isinstance(error, NoCredentialsError | PartialCredentialsError | CredentialRetrievalError | TokenRetrievalError):
        return Answer(Kind.CREDENTIALS, "NoCredentials", _one_line(str(error)))
    if isinstance(error, ParamValidationError):
        return Answer(Kind.REFUSED, "ParamValidation", _one_line(str(error)))
    if isinstance(error, ConnectionError | HTTPClientError):
        return Answer(Kind.TRANSIENT, "NoConnection", _one_line(str(error)))
    return Answer(Kind.TRANSIENT, type(error).__name__, _one_line(str(error)))


def _from_client_error(error: ClientError) -> Answer:
    code = error.response.get("Error", {}).get("Code", "")
    message = _one_line(error.response.get("Error", {}).get("Message", ""))
    metadata: Mapping[str, Any] = error.response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode", 0)
    if code in DENIAL_CODES:
        return Answer(Kind.DENIED, code, message, denial=read_denial(message), metadata=metadata)
    if code in CREDENTIAL_CODES:
        return Answer(Kind.CREDENTIALS, code, message)
    if code in TRANSIENT_CODES or status >= 500 or status == 429:
        return Answer(Kind.TRANSIENT, code, message)
    return Answer(Kind.REFUSED, code, message)


def read_denial(message: str) -> Denial:
    """Read out of an access-denied message what it says: layer, explicit or not, action, principal.

    IAM User Guide, "Troubleshoot access denied error messages" lists the forms; newer ones append the
    policy's ARN, so only the stable middle is matched.
    """
    action = _ACTION.search(message)
    principal = _PRINCIPAL.search(message)
    layer, explicit = None, None
    if found := _EXPLICIT.search(message):
        layer, explicit = found["layer"], True
    elif found := _NO_ALLOW.search(message):
        layer, explicit = found["layer"], False
    return Denial(
        layer=_layer(layer) if layer else None,
        explicit=explicit,
        action=action["action"] if action else None,
        principal=principal["principal"] if principal else None,
    )


def _layer(words: str) -> str:
    """The layer in one spelling: AWS writes "identity-based" and "identity-based policy" alike."""
    name = words.strip().lower()
    if name.endswith("boundary"):
        return "permissions boundary"
    return name if name.endswith("policy") else f"{name} policy"


def _one_line(text: str) -> str:
    """The text in one line, with nothing in it that a terminal would obey."""
    shown = (
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in " ".join(text.split())
    )
    return "".join(shown)
