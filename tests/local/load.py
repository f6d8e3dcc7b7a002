"""Many clients at once: each assumes its own role again and again and asks S3, and every answer has to be its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tests.local.callers import Caller, allow, make_role, make_user, policy, trust

_CALLS_OF_A_ROUND = 6


@dataclass(frozen=True)
class Client:
    """A user that may assume one role; the role may read one bucket."""

    number: int
    user: Caller
    role: str
    foreign_role: str
    bucket: str

    @property
    def text(self) -> bytes:
        return f"text of {self.number}".encode()

    def round(self) -> Iterator[str]:
        """Six calls; yields what was wrong with their answers."""
        yield from _refused("ListBuckets as the user", self.user.client("s3").list_buckets)
        yield from _refused(
            "AssumeRole of another's role",
            partial(self.user.client("sts").assume_role, RoleArn=self.foreign_role, RoleSessionName="load"),
        )
        name = f"load-{self.number}"
        session = self.user.assume(self.role, RoleSessionName=name)
        arn = session.arn
        if not arn.endswith(f"/{name}"):
            yield f"client {self.number} is {arn}"
        s3 = session.client("s3")
        found = s3.get_object(Bucket=self.bucket, Key="key")["Body"].read()
        if found != self.text:
            yield f"client {self.number} reads {found!r}"
        yield from _refused("PutObject in the session", partial(s3.put_object, Bucket=self.bucket, Key="k", Body=b""))


def make_clients(admin: Caller, count: int, prefix: str) -> list[Client]:
    """So many users, roles and buckets, under names that begin with `prefix`."""
    users = [make_user(admin, f"{prefix}-user-{number}") for number in range(count)]
    buckets = [f"{prefix}-bucket-{number}" for number in range(count)]
    roles = []
    for number, (user, bucket) in enumerate(zip(users, buckets, strict=True)):
        admin.client("s3").create_bucket(Bucket=bucket)
        admin.client("s3").put_object(Bucket=bucket, Key="key", Body=f"text of {number}".encode())
        reads = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
        roles.append(make_role(admin, f"{prefix}-role-{number}", trust(user.arn), reads))
    foreign = [*roles[1:], roles[0]]
    made = zip(itertools.count(), users, roles, foreign, buckets)
    return [Client(*each) for each in made]


def run(clients: list[Client], calls: int) -> list[str]:
    """Make at least so many calls, all clients at once; returns what was wrong, empty if nothing."""
    rounds = -(-calls // (_CALLS_OF_A_ROUND * len(clients)))
    with ThreadPoolExecutor(len(clients)) as pool:
        return [wrong for found in pool.map(partial(_several, rounds), clients) for wrong in found]


def _several(rounds: int, client: Client) -> list[str]:
    return [wrong for _ in range(rounds) for wrong in client.round()]


def _refused(what: str, call: Callable[..., Any]) -> Iterator[str]:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            yield f"{what}: {error}"
    else:
        yield f"{what} was allowed"
