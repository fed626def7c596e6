"""A TCP proxy before PostgreSQL that falls silent, breaks off, goes away, is slow, or loses an answer."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import URL, make_url

_COMMIT = b"COMMIT\x00"  # as psycopg sends it; the connection is not encrypted
_QUERY, _SYNC = b"Q", b"S\x00\x00\x00\x04"  # after these the server answers, not before
_EXECUTE = b"E\x00\x00\x00\x09\x00\x00\x00\x00\x00"  # a statement with values, all of its rows
_CHUNK = 65536


class PostgresProxy:
    """Passes everything on to the server of an address, until it is told otherwise."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self.database = address.database
        self._server = (address.host or "127.0.0.1", address.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = _through(address, port).render_as_string(hide_password=False)
        self.delay = 0.0  # seconds, each way
        self.commits = 0
        self.questions = 0  # how often the client waits for an answer
        self.statements = 0
        self._keeps_commit = False
        self._kept = threading.Event()
        self._lost: int | None = None
        self._sign: bytes | None = None  # that the commit to come is the one whose answer is lost
        self._last: int | None = None
        self._is_asked = False
        self._is_away_after = False
        self._is_away = False
        self._has_broken_off = threading.Event()
        self._flowing = threading.Event()
        self._flowing.set()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def hang(self) -> None:
        """Pass nothing on, but keep every connection."""
        self._flowing.clear()

    def keep_commit(self) -> None:
        """Keep the next commit from the server until it is let go, and nothing else."""
        self._keeps_commit = True
        self._kept.clear()

    def let_go_of_commit(self) -> None:
        """Let the server have the commit that was kept."""
        self._kept.set()

    def go_on(self) -> None:
        """Pass on again, what was kept first, and let connections in."""
        self._is_away = False
        self._flowing.set()

    def cut(self) -> None:
        """Break off every connection."""
        for each in tuple(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def go_away(self) -> None:
        """Break off every connection, and each new one at once."""
        self._is_away = True
        self.cut()

    def lose_answer(self, of_commit: int, *, then_away: bool = False) -> None:
        """Lose the answer of the commit of this number, counted from now, which the server carries out."""
        self.commits, self._lost, self._is_away_after = 0, of_commit, then_away

    def lose_answer_after(self, statement: str, *, then_away: bool = False) -> None:
        """Lose the answer of the commit that comes after such a statement, which the server carries out."""
        self._sign, self._is_away_after = statement.encode(), then_away

    def break_off(self, at_question: int, *, is_asked: bool, then_away: bool = False) -> None:
        """Break off at the question of this number, counted from now; the server has heard it, or has not."""
        self.questions, self._last = 0, at_question
        self._is_asked, self._is_away_after = is_asked, then_away
        self._has_broken_off.clear()

    def has_broken_off(self) -> bool:
        """Tell whether it came to that question; if not, it is not waited for any more.

        If it did, everything is broken off on return: what nobody waited for may be answered late.
        """
        self._last, is_awaited = None, self._last is not None
        return not is_awaited and self._has_broken_off.wait()

    def close(self) -> None:
        """End the proxy with all its connections."""
        self._flowing.set()
        self._kept.set()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_away:
                client.close()
                continue
            server = socket.create_connection(self._server)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.add(each)
            pair = _Pair(client, server)
            threading.Thread(target=self._questions, args=(pair,), daemon=True).start()
            threading.Thread(target=self._answers, args=(pair,), daemon=True).start()

    def _questions(self, pair: _Pair) -> None:
        with suppress(OSError):
            while chunk := self._passed(pair.client):
                self.questions += chunk.startswith(_QUERY) or _SYNC in chunk
                self.statements += chunk.startswith(_QUERY) + chunk.count(_EXECUTE)
                if self._sign and self._sign in chunk:
                    self._sign, self._lost = None, self.commits + 1
                if _COMMIT in chunk and self._keeps_commit:
                    self._keeps_commit = False
                    self._kept.wait()
                if _COMMIT in chunk:
                    self.commits += 1
                    pair.is_lost = self.commits == self._lost
                if self.questions == self._last:
                    self._last = None
                    if not self._is_asked:
                        self._break_off(pair)
                        break
                    pair.is_lost = True
                pair.server.sendall(chunk)
        self._end(pair)

    def _answers(self, pair: _Pair) -> None:
        with suppress(OSError):
            while (chunk := self._passed(pair.server)) and not pair.is_lost:
                pair.client.sendall(chunk)
        if pair.is_lost:
            self._break_off(pair)
        self._end(pair)

    def _break_off(self, pair: _Pair) -> None:
        if self._is_away_after:
            self.go_away()
        self._end(pair)
        self._has_broken_off.set()

    def _passed(self, sender: socket.socket) -> bytes:
        """Return what comes, in time, and with it what was sent in the meantime: that is on its way, too."""
        chunk = sender.recv(_CHUNK)
        self._flowing.wait()
        time.sleep(self.delay)
        with suppress(BlockingIOError):
            while more := sender.recv(_CHUNK, socket.MSG_DONTWAIT):
                chunk += more
        return chunk

    def _end(self, pair: _Pair) -> None:
        for each in (pair.client, pair.server):
            self._open.discard(each)
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@dataclass
class _Pair:
    client: socket.socket
    server: socket.socket
    is_lost: bool = False  # the next answer


def _through(address: URL, port: int) -> URL:
    return address.set(host="127.0.0.1", port=port).update_query_dict({"sslmode": "disable"})
