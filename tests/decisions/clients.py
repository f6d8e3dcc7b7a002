"""Clients of an AWS that many callers share: to make one costs more than its call does."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials

from tests.local.callers import REGION, Caller

_OPTIONS: dict[str, Any] = {
    "retries": {"total_max_attempts": 1},
    "s3": {"addressing_style": "path"},
    "parameter_validation": False,
    "user_agent": "DecisionTable/1.0",
}


class Clients:
    """Clients that sign with the keys of whoever they were last asked for. For one thread."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._keys = _Keys("", "")
        self._session = botocore.session.Session()
        self._session.register_component("credential_provider", _Provider(self._keys))
        self._made: dict[tuple[str, bool], Any] = {}

    def of(self, caller: Caller | None, service: str) -> Any:
        """The client of a service, for this caller until the next is asked for; unsigned for None."""
        if caller is not None:
            self._keys.current = ReadOnlyCredentials(
                caller.access_key_id, caller.secret_access_key, caller.session_token
            )
        made = (service, caller is not None)
        if made not in self._made:
            options = _OPTIONS if caller is not None else {**_OPTIONS, "signature_version": UNSIGNED}
            self._made[made] = self._session.create_client(
                service, region_name=REGION, endpoint_url=self._endpoint, config=Config(**options)
            )
        return self._made[made]


class _Keys(Credentials):
    current: ReadOnlyCredentials

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return self.current


class _Provider:
    def __init__(self, keys: Credentials) -> None:
        self._keys = keys

    def load_credentials(self) -> Credentials:
        return self._keys
