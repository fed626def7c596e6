"""The HTTP server: routes, faults on the wire, and what was asked.

Speaks HTTP/1.1 with keep-alive, a thread per connection.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.vendors.google.answers import Answer
from tests.vendors.google.description import Json, Query
from tests.vendors.google.faults import AFTER, Fault, Faults, Planned, refused


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in. `operation` is the API method ("events.insert") or the page ("token")."""

    verb: str
    path: str
    query: Query
    headers: dict[str, str]
    content: bytes
    operation: str = ""
    account: str | None = None

    @property
    def body(self) -> Any:
        """Return the JSON body; None when there is none."""
        return json.loads(self.content) if self.content else None

    @property
    def form(self) -> dict[str, str]:
        """Return the form in the body."""
        return dict(parse_qsl(self.content.decode(), keep_blank_values=True))

    @property
    def parameters(self) -> Json:
        """Return the query, the last of each name."""
        return dict(self.query)


Route = Callable[[Request], Answer]


class Server(ThreadingHTTPServer):
    """Serves one route function until stopped; stopping ends every connection, hung ones too."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, port: int, route: Route, identify: Callable[[Request], Request], faults: Faults
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.route = route
        self.identify = identify
        self.faults = faults
        self.latency = 0.0
        self.stopping = threading.Event()
        self.accepted = 0
        self._sockets: set[socket.socket] = set()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.02,), name="fake-google", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection, then serve it."""
        self._sockets.add(request)
        self.accepted += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._sockets.discard(request)
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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name in the base class
        """Log nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        request = self.server.identify(
            Request(
                verb=self.command,
                path=parts.path,
                query=parse_qsl(parts.query, keep_blank_values=True),
                headers={name.lower(): value for name, value in self.headers.items()},
                content=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            )
        )
        planned = None if request.operation == "control" else self.server.faults.strike(request.operation)
        if request.operation != "control" and self.server.latency:
            self.server.stopping.wait(self.server.latency)
        answer = self._answer(request, planned)
        if answer is None:
            self._hang_up()
        else:
            self._send(answer, planned)

    def _answer(self, request: Request, planned: Planned | None) -> Answer | None:
        """Return the answer to send; None ends the connection instead."""
        if planned is None:
            return self.server.route(request)
        if planned.fault not in AFTER:
            return refused(planned, self.server.stopping)
        answer = self.server.route(request)
        if planned.fault is Fault.CLOSE:
            self.server.socket.shutdown(socket.SHUT_RDWR)  # at once, though somebody is polling it
            self.server.socket.close()
        if planned.fault is Fault.TRUNCATE and not answer.encoded():
            return None
        if planned.fault in (Fault.TRUNCATE, Fault.TRICKLE):
            return answer
        return refused(planned, self.server.stopping)

    def _send(self, answer: Answer, planned: Planned | None) -> None:
        content = answer.encoded()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if planned is not None and planned.fault is Fault.TRUNCATE:
            self.wfile.write(content[: len(content) // 2])
            self._hang_up()
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

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 -- names of the base class
