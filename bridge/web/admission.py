"""Decides by a request's head alone whether its body is read, how much of it, and for whom threads are kept.

Whoever has no signature, token, channel or session to show has nothing to send that is worth waiting for.
What is let in is checked in earnest by the endpoints; here stands only what costs nothing. They read its body
by `read_body`, whole or not at all; nothing is inflated or decoded there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from flask import Request
from werkzeug.exceptions import ClientDisconnected

from bridge.service.signing import HEADER
from bridge.web import svix
from bridge.web.errors import BodyIncomplete, BodyTooLarge
from bridge.web.signature import is_well_formed

KIB = 1024
MOST_BYTES = 64 * KIB
FORM_BYTES = 8 * KIB
WEBHOOK_BYTES = 1024 * KIB  # a call's with its transcript, which is not looked at
WEBHOOK = "/telli/webhook"
UPLOAD_BYTES = 5_000_000 + MOST_BYTES  # a file of 5 MB, and what a form adds
READ_SECONDS = 5.0  # for a whole body; telli's have a few hundred bytes
UPLOAD_SECONDS = 60.0  # for a file: 5 MB over an office's line of 1 Mbit/s

TWILIO, TWILIO_HEADER = "twilio", "x-twilio-signature"
HTML = "text/html"  # in what browsers accept; telli, calendar apps and curl do not say it
Answer = tuple[Sequence[tuple[str, str]], bytes]
_BODIES = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that is answered by the application; `is_signed`: as far as its head tells, by telli.

    `is_booking`: it asks calendars, and may wait for them as long as it can.

    Of its body `most` bytes are read, within `seconds`; with 0 none, and the connection ends with the answer.
    If it has waited for a thread for `patience` seconds, it is answered without one.
    """

    most: int
    is_signed: bool = False
    is_booking: bool = False
    seconds: float = READ_SECONDS
    patience: float = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that is answered at once, without a look at its body."""

    status: str
    body: bytes = b""


TOO_LARGE = Refused("413 Content Too Large", b'{"error": "body too large"}')
TOO_SLOW = Refused("408 Request Timeout", b'{"error": "request not sent in time"}')
TOO_MANY = Refused("503 Service Unavailable", b'{"error": "too many requests at once"}')
_UNSIGNED = Refused("401 Unauthorized", b'{"error": "invalid signature"}')
_NO_TOKEN = Refused("401 Unauthorized", b'{"error": "invalid token"}')
_NOT_HERE = Refused("404 Not Found")


@dataclass(frozen=True, slots=True)
class Head:
    """What of a request's head counts; `length` is None where the body's length is not announced."""

    method: str
    path: str
    length: int | None
    header: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in; `vendors` are those that may call because a channel can exist.

    `note_unsigned` is told which question was put to telli's endpoints without a signature. `has_signed_in`
    tells of a session's cookie whether we gave it to somebody who had signed in: only theirs may be files.
    `hears_of_calls`: telli's webhooks can be verified. `page` shows browsers, in their owners' words, why a
    request was turned away with a status; None: it has no words for that one.
    `patience` and `book_patience` are how many seconds calls may wait for a thread.
    """

    vendors: AbstractSet[str] = frozenset()
    session_cookie: str = "bridge"
    note_unsigned: Callable[[str], None] = lambda _question: None
    has_signed_in: Callable[[str], bool] = lambda _cookie: False
    hears_of_calls: bool = False
    patience: float = 1.0
    book_patience: float = 2.0
    page: Callable[[int], Answer | None] = lambda _status: None

    def judge(self, head: Head) -> Admitted | Refused:
        """Return what becomes of a request."""
        path = head.path.rstrip("/")
        if head.method not in _BODIES:
            return TOO_LARGE if head.length else Admitted(0)
        if path.endswith(("/available", "/book")) or path == "/contact-lookup":
            return self._telli(head)
        judged = self._other(head, path)
        if isinstance(judged, Admitted) and judged.most and (head.length or 0) > judged.most:
            return TOO_LARGE
        return judged

    def answer(self, refused: Refused, accept: str) -> Answer:
        """Return the headers and the body by which a request is turned away; `accept` is its own header."""
        page = self.page(int(refused.status[:3])) if HTML in accept else None
        return page or ([("Content-Type", "application/json")], refused.body)

    def _telli(self, head: Head) -> Admitted | Refused:
        if head.method != "POST":
            return Admitted(0)
        if (head.length or 0) > MOST_BYTES:  # said first, whoever it was
            return TOO_LARGE
        if is_well_formed(head.header(HEADER)):
            books = head.path.rstrip("/").endswith("/book")
            patience = self.book_patience if books else self.patience
            return Admitted(MOST_BYTES, is_signed=True, is_booking=books, patience=patience)
        self.note_unsigned(head.path.rstrip("/").rpartition("/")[2].replace("-", "_"))  # as views are called
        return _UNSIGNED

    def _other(self, head: Head, path: str) -> Admitted | Refused:
        if path == WEBHOOK:
            return self._webhook(head)
        if path.endswith("/find") or path.startswith("/tools/"):
            return self._tool(head)
        if path.startswith("/a/"):
            return Admitted(0)  # the address says it all
        if path.startswith("/notify/"):
            return self._notify(head, path.removeprefix("/notify/"))
        if cookie := self._session(head):
            is_file = path.startswith("/admin/calendars/") and path.endswith("/import")
            if is_file and self.has_signed_in(cookie):
                return Admitted(UPLOAD_BYTES, seconds=UPLOAD_SECONDS)
            return Admitted(FORM_BYTES)
        return Admitted(0)

    def _webhook(self, head: Head) -> Admitted | Refused:
        if not self.hears_of_calls:
            return _NOT_HERE
        return Admitted(WEBHOOK_BYTES) if svix.looks_signed(head.header) else _UNSIGNED

    def _tool(self, head: Head) -> Admitted | Refused:
        bears_token = (head.header("authorization") or "").lower().startswith("bearer ")
        return Admitted(MOST_BYTES, is_signed=True, patience=self.patience) if bears_token else _NO_TOKEN

    def _notify(self, head: Head, vendor: str) -> Admitted | Refused:
        if vendor not in self.vendors:
            return _NOT_HERE
        is_signed = vendor != TWILIO or bool(head.header(TWILIO_HEADER))
        return Admitted(MOST_BYTES) if is_signed else _UNSIGNED

    def _session(self, head: Head) -> str:
        """Return the session's cookie, "" where there is none."""
        cookies = [each.strip().partition("=") for each in (head.header("cookie") or "").split(";")]
        return next((value for name, _, value in cookies if name == self.session_cookie), "")


def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """Return the raw body. BodyTooLarge: it has more bytes than `most`. BodyIncomplete: it broke off."""
    # Counted as it arrives: Werkzeug and gunicorn cut a chunked body at MAX_CONTENT_LENGTH without a word,
    # and Content-Length may lie.
    announced = request.content_length or 0
    if announced > most:
        raise BodyTooLarge
    # One byte more than allowed tells a body that is too long from one that just fits; the app's own cap
    # is lifted for this request, for it would cut there.
    room = most + 1
    request.max_content_length = room + 1
    parts: list[bytes] = []
    try:
        stream = request.stream
        while room and (part := stream.read(room)):
            parts.append(part)
            room -= len(part)
    except (ClientDisconnected, OSError) as error:
        raise BodyIncomplete from error
    if not room:
        raise BodyTooLarge
    body = b"".join(parts)
    if len(body) < announced:  # gunicorn ends such a body as if it were whole
        raise BodyIncomplete
    return body
