"""A web server of one's own that plays what it is told to, and misbehaves on request; every request is remembered."""

import gzip
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """A request as it came."""

    path: str  # without its query
    query: dict[str, str]
    headers: dict[str, str]  # names in small letters
    at: float  # seconds of the monotonic clock


@dataclass
class Reply:
    """An answer, and how it is given."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None  # Content-Length, where it is to be another than the body's
    cut: bool = False  # the connection ends in the middle of the body
    drip: float = 0.0  # seconds between two bytes
    endless: bool = False  # the body begins again and again


Play = Callable[[Asked], Reply]


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that the other side gave up is what some tests are about; all else is told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Server:
    """The server; `play` answers each request and may be exchanged at any time."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(parts.path, query, headers, time.monotonic())
                outer.asked.append(asked)
                with suppress(BrokenPipeError, ConnectionResetError):
                    _give(self, outer.play(asked))

            def log_message(self, *_: object) -> None:
                """A test says itself what went wrong."""

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [one.path for one in self.asked]


def _give(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if reply.status != 304:
        length = 10**9 if reply.endless else len(reply.body)
        handler.send_header("Content-Length", str(length if reply.length is None else reply.length))
    handler.end_headers()
    if reply.status == 304:
        return
    if reply.endless:
        while True:
            handler.wfile.write(reply.body)
    if reply.drip:
        for at in range(len(reply.body)):
            handler.wfile.write(reply.body[at : at + 1])
            handler.wfile.flush()
            time.sleep(reply.drip)
        return
    if reply.cut:
        handler.wfile.write(reply.body[: len(reply.body) // 2])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        return
    handler.wfile.write(reply.body)


@contextmanager
def serving(play: Play) -> Iterator[Server]:
    """A server for as long as it is needed."""
    server = Server(play)
    try:
        yield server
    finally:
        server.close()


def with_etag(asked: Asked, reply: Reply) -> Reply:
    """The same with an entity tag; 304 to whoever has it already."""
    tag = f'"{hash(reply.body):x}"'
    if asked.headers.get("if-none-match") == tag:
        return Reply(status=304, headers={"ETag": tag})
    return Reply(reply.body, reply.status, {**reply.headers, "ETag": tag}, reply.length, reply.cut)


def packed(body: bytes) -> Reply:
    """A body in gzip."""
    return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})


def as_json(value: object) -> Reply:
    """A JSON answer."""
    return Reply(json.dumps(value).encode(), headers={"Content-Type": "application/json"})
