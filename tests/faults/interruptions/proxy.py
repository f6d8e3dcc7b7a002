"""A proxy between a lab's command and the embedded AWS: it counts API calls, and strikes after one of them.

The call it strikes after has been carried out; its answer has not arrived yet. That is the worst moment: something has
changed, and nobody was told.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})
_TIMEOUT_S = 60


class CountingProxy:
    """Forwards to `endpoint` (a URL on loopback). `url`: where it listens."""

    def __init__(self, endpoint: str) -> None:
        self._host = urlsplit(endpoint).netloc
        self._lock = threading.Lock()
        self._strike_at = 0
        self._strike: Callable[[], None] = lambda: None
        self.calls = 0
        self.gone = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[CountingProxy]:
        """Serve while the block runs."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def arm(self, call: int, strike: Callable[[], None]) -> None:
        """Count from nought, and call `strike` once after call number `call` (0: never)."""
        with self._lock:
            self.calls, self._strike_at, self._strike = 0, call, strike

    def disarm(self) -> None:
        """Let everything through from now on."""
        self.arm(0, lambda: None)
        self.gone.clear()

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Have a request answered, and strike if it was the one to strike after."""
        connection = http.client.HTTPConnection(self._host, timeout=_TIMEOUT_S)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            answer = response.status, response.getheaders(), response.read()
        finally:
            connection.close()
        with self._lock:
            self.calls += 1
            strikes = self.calls == self._strike_at
        if strikes:
            self._strike()
        return answer


def _handler(proxy: CountingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if proxy.gone.is_set():
                self.close_connection = True
                return
            # The Host header goes on as it is: the signature covers it.
            status, headers, answer = proxy.forward(self.command, self.path, dict(self.headers), body)
            if proxy.gone.is_set():
                self.close_connection = True
                return
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            if self.command != "HEAD" and status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer if self.command != "HEAD" else b"")

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _forward  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            # A client that was killed leaves its connection in the middle of something.
            try:
                super().handle()
            except (ConnectionError, BrokenPipeError):
                self.close_connection = True

    return Handler
