"""The demo's letter box: takes the mail and the webhooks that its bridge sends, and shows them on a page.

On this machine only, in memory, and nothing goes any further. Below /google it plays the vendor too.
"""

from __future__ import annotations

import html
import json
import socketserver
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from bridge.cli.demo_google import DemoGoogle

_MOST_KEPT = 200
_LONGEST_LINE, _LARGEST = 2000, 1 << 20
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # What callers said stands in it.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>The demo's letter box</title><style>body{{font-family:sans-serif;max-width:50rem;margin:2rem auto}}
article{{border:1px solid #888;border-radius:.5rem;padding:0 1rem;margin:1rem 0}}
pre{{white-space:pre-wrap}}</style>
<h1>The demo's letter box</h1>
<p>Mail and webhooks of the demo, the newest first; nothing left this machine.</p>
{parts}</html>
"""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that arrived; `about` says what and to whom."""

    about: str
    text: str


@dataclass
class LetterBox:
    """What arrived, and where."""

    mail_port: int = 0
    port: int = 0
    items: deque[Item] = field(default_factory=lambda: deque(maxlen=_MOST_KEPT))
    google: DemoGoogle = field(default_factory=DemoGoogle)

    @property
    def url(self) -> str:
        """Return the address of the page; webhooks go to the same with /webhook."""
        return f"http://127.0.0.1:{self.port}"

    def page(self) -> str:
        """Return the page."""
        shown = (
            f"<article><h2>{html.escape(item.about)}</h2><pre>{html.escape(item.text)}</pre></article>"
            for item in reversed(list(self.items))
        )
        return _PAGE.format(parts="\n".join(shown) or "<p>Nothing has arrived yet.</p>")

    def take_mail(self, content: bytes) -> None:
        """Keep a mail."""
        message = message_from_bytes(content, policy=policy.default)
        body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
        text = "\n".join(str(body.get_content()).splitlines()) if body else ""
        entries = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        text += "".join(f"\n[with a calendar entry: {part.get_param('method')}]" for part in entries)
        self.items.append(Item(f"Mail to {message['To']}: {str(message['Subject']).strip()}", text))

    def take_webhook(self, content: bytes, signature: str) -> None:
        """Keep a webhook."""
        try:
            body = json.loads(content)
            about, text = f"Webhook {body['event']}", json.dumps(body, indent=2, ensure_ascii=False)
        except (ValueError, KeyError, TypeError):
            about, text = "Webhook", content.decode("utf-8", "replace")
        self.items.append(Item(about, f"Calendly-Webhook-Signature: {signature}\n\n{text}"))


@contextmanager
def letter_box() -> Iterator[LetterBox]:
    """Serve on free ports until the end of the block."""
    box = LetterBox()
    with ExitStack() as stack:
        mail = type("_MailOfThis", (_Mail,), {"box": box})
        page = type("_PageOfThis", (_Page,), {"box": box})
        for server in (_MailServer(("127.0.0.1", 0), mail), ThreadingHTTPServer(("127.0.0.1", 0), page)):
            stack.enter_context(server)
            threading.Thread(target=server.serve_forever, name="letter-box", daemon=True).start()
            stack.callback(server.shutdown)
            box.mail_port = box.mail_port or server.server_address[1]
            box.port = server.server_address[1]
        yield box


class _MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as one sender on this machine needs."""

    box: ClassVar[LetterBox]

    def handle(self) -> None:
        """Take mail until the sender goes."""
        self._say("220 the demo's letter box")
        while line := self.rfile.readline(_LONGEST_LINE):
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                self.box.take_mail(self._content())
            if word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _content(self) -> bytes:
        lines, size = [], 0
        while (line := self.rfile.readline(_LONGEST_LINE)) not in (b".\r\n", b"") and size < _LARGEST:
            lines.append(line[1:] if line.startswith(b"..") else line)
            size += len(line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Page(BaseHTTPRequestHandler):
    """The page, and the address that webhooks are posted to."""

    box: ClassVar[LetterBox]

    def do_GET(self) -> None:
        """Show what arrived, or what Google would."""
        if self.path.startswith("/google/auth"):
            self.send_response(302)
            self.send_header("Location", self.box.google.consent(self.path))
            self.end_headers()
            return
        if self.path.startswith("/google/"):
            self._answer(*self.box.google.get(self.path.partition("?")[0]))
            return
        content = self.box.page().encode()
        self.send_response(200 if self.path == "/" else 404)
        for name, value in {**_HEADERS, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        """Keep a webhook, or answer as Google would."""
        size = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
        if self.path.startswith("/google/"):
            self._answer(*self.box.google.post(self.path.partition("?")[0], self.rfile.read(size)))
            return
        self.box.take_webhook(self.rfile.read(size), self.headers.get("Calendly-Webhook-Signature", ""))
        self.send_response(204)
        self.end_headers()

    def _answer(self, status: int, members: object) -> None:
        content = json.dumps(members).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Keep the terminal to the bridge."""
