"""Answers that come late."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random

from local_aws.asgi import Application, Receive, Scope, Send
from local_aws.faults.fault import Fault


@dataclass(frozen=True, slots=True)
class Slow(Fault):
    """A share `rate` of the requests is answered late, by up to `seconds`."""

    rate: float
    seconds: float

    def around(self, application: Application, chance: Random) -> Application:
        async def late(scope: Scope, receive: Receive, send: Send) -> None:
            if chance.random() < self.rate:
                await asyncio.sleep(chance.uniform(0, self.seconds))
            await application(scope, receive, send)

        return late
