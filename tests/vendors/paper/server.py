"""The vendor itself: diaries over HTTP with a name and a password, kept in memory.

GET  /diaries                      {"diaries": ["work", ...]}
GET  /diaries/<diary>              {"page": 7, "entries": [...]}: all there ever were, each with its last page
PUT  /diaries/<diary>/<id>         puts an entry; `If-Match: <page>` or `If-None-Match: *` may forbid it
"""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Entry = dict[str, Any]


class PaperServer:
    """Serves one owner's diaries on loopback; a person may turn the pages directly."""

    def __init__(self) -> None:
        self.username, self.password = "anna", "plainly fake password"
        self.diaries: dict[str, dict[str, Entry]] = {"work": {}, "home": {}}
        self.torn: set[str] = set()  # diaries that cannot be read
        self.page = 0
        self.is_down = self.refuses_next_write = self.loses_next_answer = False
        self.lock = threading.Lock()
        self._http = _Http(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def put(self, diary: str, entry_id: str, content: Entry) -> Entry:
        """Put an entry on a new page, as the vendor and as a person does."""
        self.page += 1
        self.diaries[diary][entry_id] = {**content, "id": entry_id, "page": self.page}
        return self.diaries[diary][entry_id]

    def change(self, diary: str, entry_id: str, **changes: object) -> None:
        """Change an entry as a person does."""
        with self.lock:
            self.put(diary, entry_id, {**self.diaries[diary][entry_id], **changes})

    def answer(self, verb: str, path: list[str], headers: Any, body: Entry) -> tuple[int, Entry]:
        """Return status and JSON of what one request gets."""
        credentials = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        if self.is_down:
            return 503, {}
        if headers.get("Authorization") != f"Basic {credentials}":
            return 401, {}
        match verb, path:
            case "GET", ["diaries"]:
                return 200, {"diaries": list(self.diaries)}
            case "GET", ["diaries", diary] if diary in self.torn:
                return 200, {"error": "torn"}
            case "GET", ["diaries", diary] if diary in self.diaries:
                return 200, {"page": self.page, "entries": list(self.diaries[diary].values())}
            case "PUT", ["diaries", diary, entry_id] if diary in self.diaries:
                return self._write(diary, entry_id, headers, body)
        return 404, {}

    def _write(self, diary: str, entry_id: str, headers: Any, body: Entry) -> tuple[int, Entry]:
        if self.refuses_next_write:
            self.refuses_next_write = False
            return 403, {}
        found = self.diaries[diary].get(entry_id)
        if headers.get("If-None-Match") == "*" and found is not None:
            return 412, found
        if "If-Match" in headers and headers["If-Match"] != str(found and found["page"]):
            return 412, found or {}
        return 200, self.put(diary, entry_id, body)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, paper: PaperServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.paper = paper

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name in the base class
        """Log nothing."""

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = [part for part in self.path.split("/") if part]
        paper = self.server.paper
        with paper.lock:
            status, body = paper.answer(self.command, path, self.headers, json.loads(content or b"{}"))
            is_lost = paper.loses_next_answer and self.command == "PUT"
            if is_lost:
                paper.loses_next_answer = False
        if is_lost:
            self.close_connection = True
            return
        encoded = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = do_PUT = _serve  # noqa: N815 -- names of the base class
