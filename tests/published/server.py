"""The server of a published link: it says what a test has put there, as calendars' servers and proxies do."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_BROWSER = re.compile(r"\(.+\).* Chrome/\d\d")


@dataclass
class Link:
    """What lies at one path; with an `etag` whoever has it already gets a 304.

    `promised` is the Content-Length where it is not the true one; one that `hangs` says nothing; `meanwhile`
    is what happens before it answers. Some of Microsoft's tenants show theirs to `only_browsers`.
    """

    content: bytes = b""
    status: int = 200
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None
    hangs: bool = False
    meanwhile: Callable[[], object] = bool
    only_browsers: bool = False


class LinkServer:
    """Serves links on loopback, and remembers what it was asked."""

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()
        self._http = _Http(self)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, served: LinkServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.served = served

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name in the base class
        """Log nothing."""

    def do_GET(self) -> None:
        served = self.server.served
        served.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        link = served.links.get(self.path, Link(status=404))
        if link.only_browsers and not _BROWSER.search(self.headers["User-Agent"]):
            link = Link(status=302, headers={"Location": "/owa/auth/errorfe.aspx?httpCode=500"})
        if link.hangs:
            served.over.wait()
            return
        link.meanwhile()
        is_known = bool(link.etag) and self.headers.get("If-None-Match") == link.etag
        body = b"" if is_known else link.content
        self.send_response(304 if is_known else link.status)
        told = {"ETag": link.etag} if link.etag else {}
        for name, value in {**told, **link.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if link.promised is None else link.promised))
        self.end_headers()
        self.wfile.write(body)
