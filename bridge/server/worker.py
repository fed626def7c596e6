"""The project's own kind of worker: a thread only ever sees a request that has arrived whole.

gunicorn's threads wait for their clients, so that as many slow ones as there are threads silence a server.
Here all connections wait at the one poller that gunicorn has anyway, and strangers share a few of the
threads. Chosen over another server because gunicorn's processes, signals and reloads are what the bridge
needs: of those that gather requests first, Waitress has none of them, and uvicorn asks for another Flask.
"""

from __future__ import annotations

import errno
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any

from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from bridge.server.lane import Lane
from bridge.server.waiting import Waiting
from bridge.store.patience import asked_at
from bridge.web.admission import TOO_MANY, TOO_SLOW, Door, Refused
from bridge.web.shell import CAME_AT, IS_SHED, IS_WHOLE

_LINE = 4  # so many calls wait for each thread, then the next is shed
_MOST_SHED = 256  # at once: beyond, there is no time for words
# Python's 5 ms before a busy thread lets go cost the poller that at each of its calls to the system: in a
# flood of 400 calls a second a third fewer were booked, and twice as many were answered without words.
_SWITCH_SECONDS = 0.0005
_QUARTER = 4  # of the threads answers strangers, and one is kept from bookings
_MOST_STRANGERS_WAITING = 64
_LINGER_SECONDS = 2.0  # RFC 9112, section 9.6: a connection closed at once may lose its last answer
_IN_HAND: ContextVar[Waiting] = ContextVar("in_hand")
_NO_FILES_LEFT = (errno.EMFILE, errno.ENFILE)


class BridgeWorker(ThreadWorker):  # type: ignore[misc] # no types published
    """Gathers requests at the poller, turns away what the door turns away, and hands on what is whole."""

    clock: Callable[[], float] = staticmethod(time.monotonic)

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse certificates: a handshake would be waited for in the poller."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("certificates belong to the web server in front of the bridge")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door = Door()
        self._arriving: dict[Waiting, None] = {}  # in the order in which they came
        self._lingering: deque[tuple[float, socket.socket]] = deque()
        self._calls: dict[Waiting, Future[Any]] = {}  # that have a thread or wait for one, as they came
        self._most_calls = self.cfg.threads * (1 + _LINE)
        self._shed = 0
        quarter = self.cfg.threads // _QUARTER
        self._strangers = Lane(max(1, quarter), _MOST_STRANGERS_WAITING)
        # A booking waits for vendors and its turn, for seconds where those are slow; an offer is at hand.
        most_bookings = self.cfg.threads - quarter
        self._bookings = Lane(most_bookings, most_bookings * _LINE)

    def get_thread_pool(self) -> Any:
        """Return the threads of a process that begins, and make the one that answers what is shed."""
        self._apart = ThreadPoolExecutor(1, thread_name_prefix="shedding")
        sys.setswitchinterval(_SWITCH_SECONDS)
        return super().get_thread_pool()

    def load_wsgi(self) -> None:
        """Load the application, with its door, and tell it that what it gets is whole."""
        super().load_wsgi()
        app: Any = self.app.wsgi()
        self._door = getattr(app, "extensions", {}).get("door", self._door)
        self.wsgi = partial(_answered_whole, app)

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection; when there is no room, the one that has been slow for longest goes."""
        try:
            line, client = listener.accept()
        except OSError as error:
            if error.errno in _NO_FILES_LEFT:
                self._drop_slowest()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._drop_slowest()
        self._expect(Waiting(self.cfg, line, client, listener.getsockname()))

    def enqueue_req(self, conn: Waiting) -> None:
        """Take up a kept connection whose next request begins to arrive, or has."""
        conn.sock.setblocking(False)
        self._expect(conn)

    def handle(self, conn: Waiting) -> Any:
        """Answer a request, unless its caller has gone while it waited for this thread."""
        if conn.has_hung_up:
            return False
        _IN_HAND.set(conn)
        with asked_at(conn.came_at):
            return super().handle(conn)

    def finish_request(self, conn: Waiting, fs: Any) -> None:
        """Go on with whoever waited for the thread that is free now."""
        if conn.is_shed:
            self._shed -= 1
        else:
            self._go_on_behind(conn)
            if self._calls.pop(conn, None) and fs.cancelled():
                self._refuse(conn)
                return
        if not (fs.result() if not fs.cancelled() and not fs.exception() else False):
            self._close(conn)
            return
        super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """End the connections whose time is over."""
        now = self.clock()
        if len(self._calls) > self.cfg.threads:
            for call in [each for conn, each in self._calls.items() if conn.latest <= now]:
                call.cancel()  # one that is begun goes on
        for conn in self._bookings.overdue(now):
            self._refuse(conn)
        for conn in [each for each in self._arriving if each.until <= now]:
            self._drop(conn)
        while self._lingering and self._lingering[0][0] <= now:
            self._end(self._lingering.popleft()[1])

    def _expect(self, conn: Waiting) -> None:
        conn.since = conn.came_at = self.clock()
        self._arriving[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_readable, conn))
        self._look(conn)

    def _on_readable(self, conn: Waiting, _line: socket.socket) -> None:
        self._look(conn)

    def _look(self, conn: Waiting) -> None:
        """Read what is there, and let the request in, turn it away, or go on waiting."""
        if not conn.has_begun:  # whoever connects beforehand, as proxies do, waits for nothing yet
            conn.came_at = self.clock()
        is_there = conn.read()
        try:
            judged = conn.judged(self._door)
        except (NoMoreData, StopIteration):
            self._leave(conn)
            self._close(conn)
            return
        except Exception as error:  # noqa: BLE001 - gunicorn answers each of its parser's errors in its own way
            self._leave(conn)
            self.handle_error(None, conn.sock, conn.client, error)
            self._close(conn)
            return
        if isinstance(judged, Refused):
            self._leave(conn)
            self._turn_away(conn, judged)
        elif judged:
            self._leave(conn)
            self._let_in(conn)
        elif not is_there:
            self._leave(conn)
            self._close(conn)

    def _let_in(self, conn: Waiting) -> None:
        conn.is_shed = False
        lane = self._lane_of(conn)
        if lane and lane.is_full and conn.is_stranger:
            self._turn_away(conn, TOO_MANY)
        elif not conn.is_stranger and self._is_crowded(lane):
            self._refuse(conn)
        elif lane and lane.is_taken:
            lane.waiting.append(conn)
        else:
            self._serve(conn)

    def _lane_of(self, conn: Waiting) -> Lane | None:
        """Return in which part of the threads a request is answered, None: in any."""
        if conn.is_stranger:
            return self._strangers
        return self._bookings if conn.is_booking else None

    def _is_crowded(self, lane: Lane | None) -> bool:
        is_full = lane is not None and lane.is_full
        return is_full or len(self._calls) + len(self._bookings.waiting) >= self._most_calls

    def _serve(self, conn: Waiting) -> None:
        if lane := self._lane_of(conn):
            lane.served += 1
        begun = self._begin(self.tpool, conn)
        if not conn.is_stranger:
            self._calls[conn] = begun

    def _go_on_behind(self, conn: Waiting) -> None:
        """Serve who waited for the place of one that has been answered."""
        if lane := self._lane_of(conn):
            lane.served -= 1
            if lane.waiting:
                self._serve(lane.waiting.popleft())

    def _refuse(self, conn: Waiting) -> None:
        """Have a call answered at once by the thread that asks nobody; a flood of them is not even that."""
        if self._shed >= _MOST_SHED:
            self._turn_away(conn, TOO_MANY)
            return
        conn.is_shed = True
        self._shed += 1
        self._begin(self._apart, conn)

    def _begin(self, threads: ThreadPoolExecutor, conn: Waiting) -> Future[Any]:
        begun = threads.submit(self.handle, conn)
        begun.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))
        return begun

    def _leave(self, conn: Waiting) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)

    def _drop_slowest(self) -> None:
        if self._arriving:
            self._drop(min(self._arriving, key=lambda conn: conn.until))

    def _drop(self, conn: Waiting) -> None:
        self._leave(conn)
        if conn.has_begun:
            self._turn_away(conn, TOO_SLOW)
        else:
            self._close(conn)

    def _turn_away(self, conn: Waiting, refused: Refused) -> None:
        headers, body = self._door.answer(refused, conn.accept)
        told = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = f"HTTP/1.1 {refused.status}\r\n{told}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        with suppress(OSError):  # whoever is gone, or reads nothing, misses nothing
            conn.sock.send(head.encode() + body)
        self._close(conn)

    def _close(self, conn: Waiting) -> None:
        """End a connection without waiting for its other end, as gunicorn's own way does in the poller."""
        self.nr_conns -= 1
        line = conn.sock
        try:
            line.setblocking(False)
            line.shutdown(socket.SHUT_WR)
        except OSError:
            line.close()
            return
        self._lingering.append((self.clock() + _LINGER_SECONDS, line))
        self.poller.register(line, selectors.EVENT_READ, self._on_farewell)

    def _on_farewell(self, line: socket.socket) -> None:
        with suppress(OSError):
            if line.recv(65536):
                return
        self._end(line)

    def _end(self, line: socket.socket) -> None:
        if line.fileno() >= 0:
            self.poller.unregister(line)
            line.close()


def _answered_whole(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
    conn = _IN_HAND.get()
    environ |= {IS_WHOLE: True, CAME_AT: conn.came_at, IS_SHED: conn.is_shed}
    return app(environ, start_response)
