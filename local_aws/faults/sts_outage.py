"""STS is away for some time: every request to it is answered with ServiceUnavailable.

AWS: AWS STS API Reference, "Common errors".
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random

from local_aws.asgi import Application, Receive, Scope, Send
from local_aws.faults.fault import Fault
from local_aws.faults.requests import answer_error, service_of


@dataclass(frozen=True, slots=True)
class StsOutage(Fault):
    """STS is away from `after` seconds on, counted from the start, for `lasts` seconds."""

    after: float
    lasts: float

    def around(self, application: Application, chance: Random) -> Application:
        begins = time.monotonic() + self.after

        async def away(scope: Scope, receive: Receive, send: Send) -> None:
            if service_of(scope) == "sts" and 0 <= time.monotonic() - begins < self.lasts:
                await answer_error(scope, receive, send, 503, "ServiceUnavailable", "Service is unavailable")
            else:
                await application(scope, receive, send)

        return away
