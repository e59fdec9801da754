"""A real HTTP server that stands in for a provider, and keeps what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class StandIn:
    """What the server got; ``answers`` are given instead of 200, first come first.

    An answer is a status, headers and a body; ``None`` breaks off without one.
    """

    key_header: str = "webhook-id"
    asked: list[Asked] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes] | None] = field(default_factory=list)
    url: str = ""
    server: ThreadingHTTPServer | None = None
    connections: int = 0

    def keys(self) -> list[str]:
        return [each.headers[self.key_header] for each in self.asked]

    def refuse(self, *, permanent: bool) -> None:
        said = b'{"error": "no such thing as ada@example.com or +8613800138000"}'
        self.answers.append((400 if permanent else 503, {}, said))

    def fall_silent(self) -> None:
        self.answers.append(None)

    def leave(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            stand_in.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            stand_in.asked.append(Asked(self.path, headers, body))
            answer = stand_in.answers.pop(0) if stand_in.answers else (200, {}, b"{}")
            if answer is None:
                self.close_connection = True
                return
            status, more, said = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(said)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def standing_in(key_header: str = "webhook-id") -> Iterator[StandIn]:
    stand_in = StandIn(key_header)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    server.daemon_threads = True
    server.block_on_close = False
    stand_in.server = server
    stand_in.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as server:
        yield server
