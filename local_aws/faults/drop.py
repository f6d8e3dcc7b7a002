"""Connections that are lost before the answer: every other time the request has been carried out all the same."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hypercorn.protocol.events import StreamClosed
from hypercorn.protocol.http_stream import HTTPStream

from local_aws.asgi import Application, Message, Receive, Scope, Send
from local_aws.faults.fault import Fault


@dataclass(frozen=True, slots=True)
class Drop(Fault):
    """A share `rate` of the requests loses its connection, without a byte of an answer."""

    rate: float

    def around(self, application: Application, chance: Random) -> Application:
        async def dropping(scope: Scope, receive: Receive, send: Send) -> None:
            if chance.random() >= self.rate:
                await application(scope, receive, send)
                return
            if chance.random() < 0.5:
                await application(scope, receive, _forget)
            await _close(send)

        return dropping


async def _forget(_message: Message) -> None:
    """Take an answer and keep it back."""


async def _close(send: Send) -> None:
    """Close the connection. ASGI has no message for that: `send` is a method of the server's own stream."""
    stream = getattr(send, "__self__", None)
    if not isinstance(stream, HTTPStream):
        raise TypeError("the connection can't be closed: something stands between the faults and the server")
    await stream.send(StreamClosed(stream.stream_id))
