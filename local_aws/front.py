"""What a request meets before MiniStack's application: the layers that have no place inside it."""

from __future__ import annotations

import logging

from local_aws import control_endpoints, request_context
from local_aws.asgi import Application, Message, Receive, Scope, Send, answer
from local_aws.faults.catalogue import Faults

_LOG = logging.getLogger("local_aws")


def build(application: Application, faults: Faults) -> Application:
    """MiniStack's application with its control endpoints closed, its failures answered, and the faults around it."""
    closed = control_endpoints.close(request_context.keeping_headers(application))
    served = faults.start(_answer_failures(closed))

    async def by_type(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await served(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            # No lab needs web sockets, and MiniStack lets some of them in without a signature.
            await send({"type": "websocket.close", "code": 1008})

    return by_type


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _answer_failures(application: Application) -> Application:
    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await application(scope, receive, watched)
        except Exception:
            _LOG.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await answer(send, 500, "application/json", b'{"__type": "InternalFailure", "message": ""}')

    return answered
