"""Sessions and clients: one per identity and service, shared, and without retries of their own.

Creating a client costs more than calling it, so they are kept. The scene and the runner retry, because they have to
count and to show what they wait for; a client that retried by itself would hide both.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from labkit.aws.answers import Answer, Kind, allowed, from_error

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 20

ASK_ONCE = Config(
    connect_timeout=CONNECT_TIMEOUT_S,
    read_timeout=READ_TIMEOUT_S,
    retries={"mode": "standard", "total_max_attempts": 1},
    # What is not valid is AWS's to say: botocore would refuse a session of 899 seconds by itself.
    parameter_validation=False,
)
# For the administrator's own work (set-up, teardown), where nothing is concluded from a single answer.
PERSIST = Config(
    connect_timeout=CONNECT_TIMEOUT_S,
    read_timeout=READ_TIMEOUT_S,
    retries={"mode": "standard", "total_max_attempts": 6},
)


@dataclass(frozen=True, repr=False)
class Credentials:
    """An access key or a session's credentials. Never printed: it has no readable form."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id[:4]}…)"


class Clients:
    """Clients for one AWS (the environment's): the administrator's, and those of given credentials."""

    def __init__(self, session: boto3.Session | None = None) -> None:
        self._session = session or boto3.Session()
        self._kept: dict[tuple[Any, ...], Any] = {}
        # Clients may be shared among threads, a session may not (Boto3 documentation, "Multithreading").
        self._making = threading.Lock()

    @property
    def region(self) -> str | None:
        """The region that the environment names, if it names one."""
        return self._session.region_name

    def client(self, service: str, credentials: Credentials | None = None, config: Config = ASK_ONCE) -> Any:
        """A client of `service` (boto3's name) with `credentials`, None: the administrator's own."""
        key = (service, credentials, id(config))
        with self._making:
            if key not in self._kept:
                self._kept[key] = self._session.client(service, config=config, **_keywords(credentials))  # type: ignore[call-overload]
            return self._kept[key]


def _keywords(credentials: Credentials | None) -> dict[str, str | None]:
    if credentials is None:
        return {}
    return {
        "aws_access_key_id": credentials.access_key_id,
        "aws_secret_access_key": credentials.secret_access_key,
        "aws_session_token": credentials.session_token,
    }


def ask(client: Any, operation: str, parameters: dict[str, Any], *, all_pages: bool = False) -> Answer:
    """Make one call and tell the answer apart.

    `operation` as AWS spells it ("ListBuckets"). `all_pages` follows the pages of a list, as the AWS CLI does.
    """
    method = xform_name(operation)
    try:
        if all_pages and client.can_paginate(method):
            return allowed(client.get_paginator(method).paginate(**parameters).build_full_result())
        return allowed(getattr(client, method)(**parameters))
    except (BotoCoreError, ClientError) as error:
        return from_error(error)
    except (ResponseParserError, HTTPError) as error:
        # Not among botocore's own errors: an answer that ends before its end, or is none of AWS's.
        return Answer(Kind.TRANSIENT, "NoConnection", f"the answer was cut off or garbled ({type(error).__name__})")
