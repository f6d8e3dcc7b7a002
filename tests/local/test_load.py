"""A sample of the load that `make bench` puts on the embedded AWS: no answer is wrong."""

from __future__ import annotations

from tests.local import load
from tests.local.callers import Caller, Name


def test_sixteen_clients_at_once(admin: Caller, name: Name) -> None:
    clients = load.make_clients(admin, 16, name("load"))
    assert load.run(clients, 300) == []


def test_a_wrong_answer_would_be_seen(admin: Caller, name: Name) -> None:
    clients = load.make_clients(admin, 2, name("wrong"))
    admin.client("s3").put_object(Bucket=clients[0].bucket, Key="key", Body=b"something else")
    assert load.run(clients, 12) == ["client 0 reads b'something else'"]
