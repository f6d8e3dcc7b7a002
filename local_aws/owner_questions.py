"""What the owner of a running instance can ask it, over the private Unix socket (mode 0600).

A question is one line of JSON, `{"question": NAME, …}`; the answer is one JSON document, after which the connection
is closed. Who ends its side without a question gets the ready document; who asks what is not known gets
`{"error": TEXT}`; who says nothing at all gets no answer. A further question is a further entry of the table
that `serve` is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.decision_record import DecisionRecord

_SECONDS_TO_ASK = 2.0

Question = Mapping[str, Any]
Answer = Callable[[Question], Any]


class QuestionError(Exception):
    """A question that can't be answered; the text says why."""


def decisions(record: DecisionRecord) -> Answer:
    """Answers `{"question": "decisions", "last": N}` with the last N decisions, oldest first."""

    def answer(question: Question) -> Any:
        last = question.get("last")
        if isinstance(last, bool) or not isinstance(last, int) or last < 1:
            raise QuestionError("last has to be a whole number from 1")
        return [each.summary() for each in record.last(last)]

    return answer


async def serve(listener: socket.socket, ready_document: bytes, answers: Mapping[str, Answer]) -> asyncio.Server:
    """Answer whoever connects: the ready document, or what is asked for by a name in `answers`."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(await _answer(reader, ready_document, answers))
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    return await asyncio.start_unix_server(respond, sock=listener)


async def _answer(reader: asyncio.StreamReader, ready_document: bytes, answers: Mapping[str, Answer]) -> bytes:
    try:
        line = await asyncio.wait_for(reader.readline(), _SECONDS_TO_ASK)
        return _line(_to_question(line, answers)) if line else ready_document
    except TimeoutError:
        return b""
    # A line that is too long is a ValueError as well.
    except (QuestionError, ValueError, RecursionError) as error:
        return _line({"error": str(error)})


def _to_question(line: bytes, answers: Mapping[str, Answer]) -> Any:
    question = json.loads(line)
    name = question.get("question") if isinstance(question, dict) else None
    if not isinstance(name, str) or name not in answers:
        raise QuestionError(f"there is no such question; there are: {', '.join(answers)}")
    return answers[name](question)


def _line(document: Any) -> bytes:
    return json.dumps(document).encode() + b"\n"
