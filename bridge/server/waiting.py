"""A connection whose request is still arriving: what came so far, and whether it is all there.

What a request is, and where it ends, is decided by gunicorn's own parser, fed from memory, so that what was
judged and what is answered cannot differ.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import Any

from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.errors import NoMoreData
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn

from bridge.web.admission import READ_SECONDS, TOO_LARGE, Admitted, Door, Head, Refused

_END_OF_HEAD = b"\r\n\r\n"
_END_OF_CHUNKS = b"0\r\n\r\n"
_ANNOUNCING = ("CONTENT-LENGTH", "TRANSFER-ENCODING")
_LONGEST_HEAD = 32 * 1024
_PIECE = 64 * 1024
_MOST_GUESSES = 8  # at where a body of unknown length ends: each costs reading it from its beginning
_ANSWER_SECONDS = 10  # without a byte taken
_FRAMES = 2  # a chunked body in small chunks is larger than its content


class Inbox(Unreader):  # type: ignore[misc] # no types published
    """What arrived on a connection and was not parsed yet."""

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return nothing more: whatever there is stands in the buffer."""
        return b""

    @property
    def held(self) -> bytes:
        """Return what is there."""
        held: bytes = self.buf.getvalue()
        return held

    @property
    def size(self) -> int:
        """Return how much is there, without a copy of it."""
        there: int = self.buf.getbuffer().nbytes
        return there

    def add(self, data: bytes) -> None:
        """Take what arrived."""
        self.buf.seek(0, 2)
        self.buf.write(data)


class _Parser(RequestParser):  # type: ignore[misc] # no types published
    """Hands the request out that was parsed before a thread took the connection."""

    ready: Any = None

    def __next__(self) -> Any:
        ready, self.ready = self.ready, None
        return ready if ready is not None else super().__next__()


class Waiting(TConn):  # type: ignore[misc] # no types published
    """A connection, its requests one after the other; `since` is when the one that arrives was expected.

    `came_at` is when it began to arrive, `is_shed` whether it is answered without asking anybody. `accept` is
    what its sender said last of answers.
    """

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        # A caller that reads nothing must not keep the thread that answers it.
        with suppress(OSError):  # one that is gone already shows when it is read
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _ANSWER_SECONDS, 0))
        self.inbox = Inbox()
        self.parser = _Parser(cfg, sock, client)
        self.parser.unreader = self.inbox
        self.initialized = True
        self.since = self.came_at = 0.0
        self.accept = ""
        self.is_stranger, self.is_booking, self.is_shed = True, False, False
        self._request: Any = None
        self._admitted = Admitted(0)
        self._guesses = 0

    def read(self) -> bool:
        """Take what has arrived; False when the sender has gone."""
        try:
            data = self.sock.recv(_PIECE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.inbox.add(data)
        return bool(data)

    @property
    def until(self) -> float:
        """Return when its sender has to be done."""
        return self.since + (READ_SECONDS if self._request is None else self._admitted.seconds)

    @property
    def latest(self) -> float:
        """Return when a thread has to have taken it up."""
        return self.came_at + self._admitted.patience

    @property
    def has_begun(self) -> bool:
        """Tell whether some of a request is there."""
        return self._request is not None or bool(self.inbox.held)

    @property
    def has_hung_up(self) -> bool:
        """Tell whether the caller has gone: what would be booked now, nobody would hear of."""
        try:
            return not self.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def judged(self, door: Door) -> Admitted | Refused | None:
        """Return what becomes of the request; None while it is not all there.

        gunicorn's own errors are raised where it is no request.
        """
        if self._request is None:
            held = self.inbox.held
            if _END_OF_HEAD not in held:
                return TOO_LARGE if len(held) > _LONGEST_HEAD else None
            refused = self._open(door)
            if refused:
                return refused
        return self._body()

    def _open(self, door: Door) -> Refused | None:
        request = next(self.parser)
        head = _head_of(request)
        self.accept = head.header("accept") or ""
        judged = door.judge(head)
        if isinstance(judged, Refused):
            return judged
        self._request, self._admitted, self._guesses = request, judged, 0
        self.is_stranger, self.is_booking = not judged.is_signed, judged.is_booking
        if request._expected_100_continue and judged.most:  # noqa: SLF001 - what gunicorn itself goes by
            self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        request._expected_100_continue = False  # noqa: SLF001
        return None

    def _body(self) -> Admitted | Refused | None:
        most, reader = self._admitted.most, self._request.body.reader
        if not most and _has_body(reader):  # not waited for: the connection ends with the answer
            self._request.force_close()
            self._request.headers = [pair for pair in self._request.headers if pair[0] not in _ANNOUNCING]
            self._request.body = Body(LengthReader(Inbox(), 0))
        elif isinstance(reader, ChunkedReader):
            whole = self._unchunked(most)
            if not isinstance(whole, bytes):
                return whole
            self._request.body = Body(_in_memory(whole))
        elif isinstance(reader, LengthReader) and self.inbox.size < reader.length:
            return None
        self.parser.ready, self._request = self._request, None
        return self._admitted

    def _unchunked(self, most: int) -> bytes | Refused | None:
        held = self.inbox.held
        if len(held) > _FRAMES * most:
            return TOO_LARGE
        if not held.endswith(_END_OF_CHUNKS) or self._guesses >= _MOST_GUESSES:
            return None
        self._guesses += 1
        again = Inbox()
        again.add(held)
        try:
            whole: bytes = ChunkedReader(self._request, again).read(most + 1)
        except NoMoreData:
            return None
        if len(whole) > most:
            return TOO_LARGE
        self.inbox.take_buffered()
        self.inbox.add(again.held)
        return whole


def _in_memory(whole: bytes) -> LengthReader:
    inbox = Inbox()
    inbox.add(whole)
    return LengthReader(inbox, len(whole))


def _has_body(reader: Any) -> bool:
    return isinstance(reader, ChunkedReader) or (isinstance(reader, LengthReader) and reader.length > 0)


def _head_of(request: Any) -> Head:
    reader = request.body.reader
    headers: dict[str, str] = dict(request.headers)
    length = reader.length if isinstance(reader, LengthReader) else None
    return Head(request.method, request.path or "", length, lambda name: headers.get(name.upper()))
