"""The address that a vendor calls when a calendar has changed."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import loads
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from providers.microsoft.push import Notification, read_notifications, validation_answer


class Listener(ThreadingHTTPServer):
    """The bridge's address for push messages, as the web layer serves it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[Notification] = []
        self.answers_validation = True
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/notify/microsoft"

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name in the base class
        """Log nothing."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        text = validation_answer(dict(parse_qsl(urlsplit(self.path).query)))
        if text is None:
            self.server.messages.extend(read_notifications(loads(content)))
        self.send_response(202 if text is None else 200)
        self.send_header("Content-Type", "text/plain")
        body = (text or "").encode() if self.server.answers_validation else b"something else"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
