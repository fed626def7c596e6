"""The HTTP or HTTPS server: faults on the wire, and connections that tests can end.

Speaks HTTP/1.1 with keep-alive, a thread per connection; shakes hands in that thread.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from tests.vendors.common.answers import Answer
from tests.vendors.common.certificates import Certificate
from tests.vendors.common.faults import AFTER, ENDS, GARBLES, HANGS, Fault, Faults, Planned

Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in.

    `operation` is what the fake calls it ("events.insert", "token"), `account` whose it is, `parts` what its
    route found in the path, `connection` the number of the connection that it came by.
    """

    verb: str
    path: str
    query: Query
    headers: dict[str, str]
    content: bytes
    operation: str = ""
    account: str | None = None
    parts: tuple[str, ...] = ()
    connection: int = 0

    @property
    def body(self) -> Any:
        """Return the JSON body; None when there is none."""
        return json.loads(self.content) if self.content else None

    @property
    def form(self) -> dict[str, str]:
        """Return the form in the body."""
        return dict(parse_qsl(self.content.decode(), keep_blank_values=True))

    @property
    def parameters(self) -> dict[str, str]:
        """Return the query, the last of each name."""
        return dict(self.query)


class Served(Protocol):
    """What a server asks of the fake that it serves."""

    faults: Faults

    def identify(self, request: Request) -> Request:
        """Return the request with its operation, account and parts."""

    def note(self, request: Request) -> None:
        """Remember that it was asked."""

    def at_once(self, request: Request) -> AbstractContextManager[Answer | None]:
        """Hold while a request is under way; gives the refusal if there are too many at once."""

    def respond(self, request: Request) -> Answer:
        """Do what is asked."""

    def refusal(self, planned: Planned) -> Answer:
        """Return the answer by which a fault shows; `planned` names the operation that it strikes."""

    def control(self, request: Request) -> Answer:
        """Do what a test in another process asks."""


class Server(ThreadingHTTPServer):
    """Serves one fake until stopped; stopping ends every connection, hung ones too."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, fake: Served, certificate: Certificate | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.fake = fake
        self.certificate = certificate
        self.latency = 0.0
        self.cookie: str | None = None
        self.accepted = 0
        self.stopping = threading.Event()
        self.sleep: Callable[[float], object] = self.stopping.wait
        self.numbers = count(1)
        self._sockets: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="fake", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the base address, without a slash at the end."""
        if self.certificate is None:
            return f"http://127.0.0.1:{self.server_address[1]}"
        return f"https://localhost:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection, to be encrypted with its first byte where the fake is secure."""
        sock, address = super().get_request()
        if self.certificate is not None:
            context = self.certificate.context
            sock = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self._sockets.add(sock)
        self.accepted += 1
        return sock, address

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._sockets.discard(request)
        with suppress(ssl.SSLError):
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that ended in the middle: tests do that."""

    def hang_up(self) -> None:
        """End every connection, as a server does that has waited long enough for the next request."""
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """End everything."""
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        self.hang_up()
        self.server_close()
        if self.certificate is not None:
            self.certificate.forget()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def setup(self) -> None:
        """Number the connection."""
        super().setup()
        self.number = next(self.server.numbers)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name in the base class
        """Log nothing."""

    def _serve(self) -> None:
        parts, fake = urlsplit(self.path), self.server.fake
        raw = Request(
            verb=self.command,
            path=parts.path,
            query=parse_qsl(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            content=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            connection=self.number,
        )
        if raw.path.startswith("/control/"):
            self._send(fake.control(raw), None)
            return
        request = fake.identify(raw)
        fake.note(request)
        planned = fake.faults.strike(request.operation, request.account)
        with fake.at_once(request) if planned is None else nullcontext() as refused:
            if self.server.latency:
                self.server.sleep(self.server.latency)
            answer = refused or self._answer(request, planned)
        if answer is None:
            self._end()
        else:
            self._send(answer, planned)

    def _answer(self, request: Request, planned: Planned | None) -> Answer | None:
        """Return the answer to send; None ends the connection instead."""
        fake = self.server.fake
        if planned is None:
            return fake.respond(request)
        answer = fake.respond(request) if planned.fault in AFTER else None
        if planned.fault in HANGS:
            self.server.stopping.wait(planned.seconds)
            return None
        if planned.fault is Fault.CLOSE:
            self.server.socket.shutdown(socket.SHUT_RDWR)  # at once, though somebody is polling it
            self.server.socket.close()
        if planned.fault is Fault.RESET:  # by closing with time zero to linger
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        if planned.fault in ENDS:
            return None
        if planned.fault in GARBLES:
            return answer if answer is not None and answer.encoded() else None
        return fake.refusal(replace(planned, operation=request.operation))

    def _send(self, answer: Answer, planned: Planned | None) -> None:
        content = answer.encoded()
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
            self.send_header(name, value)
        if self.server.cookie is not None:
            self.send_header("Set-Cookie", self.server.cookie)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if planned is not None and planned.fault is Fault.TRUNCATE:
            self.wfile.write(content[: len(content) // 2])
            self._end()
        elif planned is not None and planned.fault is Fault.TRICKLE:
            self._trickle(content, planned.seconds)
        else:
            self.wfile.write(content)

    def _trickle(self, content: bytes, pause: float) -> None:
        for byte in content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.stopping.wait(pause):
                return

    def _end(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 -- names of the base class
    do_REPORT = do_PROPFIND = do_MKCALENDAR = do_OPTIONS = _serve  # noqa: N815 -- CalDAV's
