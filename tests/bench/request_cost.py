"""What a request costs on the embedded AWS, against stock MiniStack with AUTH=true.

Each request is signed once and sent again and again over one connection, in turns to the one and to the other, so
that what the client does costs next to nothing and whatever else the machine does meets both.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.bench import servers
from tests.bench.figures import Figure
from tests.bench.servers import Server
from tests.local.callers import allow, make_role, make_user, policy, trust
from tests.local.signed import FORM, signature

_ROUNDS = 20
_IN_A_ROW = 25
_VERSIONS = {"sts": "2011-06-15", "iam": "2010-05-08"}
_BUCKET, _USER, _ROLE = "bench-bucket", "bench-user", "bench-role"


@dataclass(frozen=True)
class _Sent:
    """A signed request, and the connection that it goes over."""

    connection: http.client.HTTPConnection
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def seconds(self) -> float:
        """How long a few of them take."""
        started = time.perf_counter()
        for _ in range(_IN_A_ROW):
            self.connection.request(self.method, self.target, body=self.body, headers=dict(self.headers))
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                sys.exit(f"{self.method} {self.target} was answered {answer.status}: {text[:500]!r}")
        return time.perf_counter() - started


def figures() -> Iterator[Figure]:
    """One for each request, and one for all of them."""
    with servers.embedded_aws() as ours, servers.stock_ministack() as theirs:
        pairs = {what: (sent, _requests(theirs)[what]) for what, sent in _requests(ours).items()}
        mine, others = [], []
        for what, (here, there) in pairs.items():
            taken = [(here.seconds(), there.seconds()) for _ in range(_ROUNDS)]
            a, b = (statistics.median(each) for each in zip(*taken, strict=True))
            mine.append(a)
            others.append(b)
            print(f"  {what:<28} {1000 * a / _IN_A_ROW:6.2f} ms, stock {1000 * b / _IN_A_ROW:6.2f} ms", flush=True)
        yield Figure("a request, against stock MiniStack with AUTH=true", sum(mine) / sum(others), 1.5, "times")


def _requests(server: Server) -> dict[str, _Sent]:
    role = _set_up(server)
    calls = {
        "sts:GetCallerIdentity": ("sts", "POST", "/", "Action=GetCallerIdentity"),
        "sts:AssumeRole": ("sts", "POST", "/", f"Action=AssumeRole&RoleArn={role}&RoleSessionName=bench"),
        "iam:GetUser": ("iam", "POST", "/", f"Action=GetUser&UserName={_USER}"),
        "iam:ListRoles": ("iam", "POST", "/", "Action=ListRoles"),
        "s3:ListBuckets": ("s3", "GET", "/", ""),
        "s3:ListObjectsV2": ("s3", "GET", f"/{_BUCKET}?list-type=2", ""),
        "s3:GetObject": ("s3", "GET", f"/{_BUCKET}/key", ""),
    }
    return {what: _signed(server, *call) for what, call in calls.items()}


def _set_up(server: Server) -> str:
    admin = server.admin
    existing = {user["UserName"] for user in admin.client("iam").list_users()["Users"]}
    if _USER in existing:
        return str(admin.client("iam").get_role(RoleName=_ROLE)["Role"]["Arn"])
    admin.client("s3").create_bucket(Bucket=_BUCKET)
    admin.client("s3").put_object(Bucket=_BUCKET, Key="key", Body=b"text")
    make_user(admin, _USER, policy(allow("s3:*")))
    return make_role(admin, _ROLE, trust(servers.HOME), policy(allow("s3:*")))


def _signed(server: Server, service: str, method: str, target: str, form: str) -> _Sent:
    body = f"{form}&Version={_VERSIONS[service]}".encode() if form else b""
    headers = FORM if form else {}
    signed = signature(server.admin, service, method, target, body, headers)
    connection = http.client.HTTPConnection(urlsplit(server.admin.endpoint).netloc, timeout=20)
    return _Sent(connection, method, target, signed, body)
