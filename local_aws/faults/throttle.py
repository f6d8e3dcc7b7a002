"""Throttling: requests refused for their rate, each service with its own code.

AWS: the services' "Common errors" (Throttling, ThrottlingException); Amazon EC2 API Reference, "Error codes"
(RequestLimitExceeded); Amazon S3 API Reference, "Error responses" (SlowDown); Lambda (TooManyRequestsException).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from local_aws.asgi import Application, Receive, Scope, Send
from local_aws.faults.fault import Fault
from local_aws.faults.requests import answer_error, service_of

_QUERY = (400, "Throttling", "Rate exceeded")
_JSON = (400, "ThrottlingException", "Rate exceeded")
_ANSWERS = {
    **dict.fromkeys(
        ("autoscaling", "cloudformation", "elasticloadbalancing", "iam", "monitoring", "rds", "sns"), _QUERY
    ),
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "lambda": (429, "TooManyRequestsException", "Rate exceeded"),
    "s3": (503, "SlowDown", "Please reduce your request rate."),
    "sts": _QUERY,
}


@dataclass(frozen=True, slots=True)
class Throttle(Fault):
    """A share `rate` of the requests is throttled."""

    rate: float

    def around(self, application: Application, chance: Random) -> Application:
        async def throttled(scope: Scope, receive: Receive, send: Send) -> None:
            if chance.random() >= self.rate:
                await application(scope, receive, send)
                return
            await answer_error(scope, receive, send, *_ANSWERS.get(service_of(scope), _JSON))

        return throttled
