"""Faults of the services themselves: 500 and 503, each service with its own codes.

AWS: the services' "Common errors" (InternalFailure, ServiceUnavailable); Amazon EC2 API Reference, "Error codes"
(InternalError, Unavailable); Amazon S3 API Reference, "Error responses" (InternalError, ServiceUnavailable);
Secrets Manager API Reference (InternalServiceError).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from local_aws.asgi import Application, Receive, Scope, Send
from local_aws.faults.fault import Fault
from local_aws.faults.requests import answer_error, service_of

_INTERNAL = "We encountered an internal error. Please try again."
_AWAY = "The service is unavailable. Please try again."
_COMMON = ((500, "InternalFailure", _INTERNAL), (503, "ServiceUnavailable", _AWAY))
_ANSWERS = {
    "ec2": ((500, "InternalError", _INTERNAL), (503, "Unavailable", _AWAY)),
    "s3": ((500, "InternalError", _INTERNAL), (503, "ServiceUnavailable", _AWAY)),
    "secretsmanager": ((500, "InternalServiceError", _INTERNAL), (503, "ServiceUnavailableException", _AWAY)),
}


@dataclass(frozen=True, slots=True)
class Errors(Fault):
    """A share `rate` of the requests fails with a 5xx."""

    rate: float

    def around(self, application: Application, chance: Random) -> Application:
        async def failing(scope: Scope, receive: Receive, send: Send) -> None:
            if chance.random() >= self.rate:
                await application(scope, receive, send)
                return
            await answer_error(scope, receive, send, *chance.choice(_ANSWERS.get(service_of(scope), _COMMON)))

        return failing
