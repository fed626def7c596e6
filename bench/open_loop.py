"""Sends requests at the moments they are due, answered or not: callers do not wait for each other.

Each has a connection of its own, and hangs up when nobody has answered in time. From a process of its own,
with raw sockets and one `epoll`, so that the measuring costs little beside what is measured.
"""

from __future__ import annotations

import errno
import heapq
import multiprocessing
import resource
import select
import socket
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import perf_counter

_END_OF_HEAD = b"\r\n\r\n"
_STARTED = (0, errno.EINPROGRESS)


@dataclass(frozen=True, slots=True)
class Due:
    """A request to a port, so many seconds after the beginning."""

    at: float
    port: int
    request: bytes


@dataclass(slots=True)
class Told:
    """What came of the request of that number: `status` 0 is none in time, -1 a connection that broke."""

    number: int
    sent_at: float
    seconds: float
    status: int = 0
    body: bytes = b""


@dataclass(slots=True)
class _Call:
    number: int
    sent_at: float
    line: socket.socket
    unsent: bytes
    answer: bytearray = field(default_factory=bytearray)


def send(due: Iterable[Due], *, patience: float) -> list[Told]:
    """Send all from another process, and return what came of each, by number."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_run, args=(there, sorted(due, key=lambda each: each.at), patience))
    process.start()
    there.close()
    told: list[Told] = here.recv()
    process.join()
    return sorted(told, key=lambda each: each.number)


def _run(pipe: Connection, due: Sequence[Due], patience: float) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    pipe.send(_Sender(due, patience).run())


class _Sender:
    def __init__(self, due: Sequence[Due], patience: float) -> None:
        self._due = deque(enumerate(due))
        self._patience = patience
        self._poll = select.epoll()
        self._calls: dict[int, _Call] = {}
        self._ends: list[tuple[float, int, int]] = []
        self._told: list[Told] = []
        self._began = perf_counter()

    def run(self) -> list[Told]:
        while self._due or self._calls:
            now = self._now()
            while self._due and self._due[0][1].at <= now:
                self._begin(*self._due.popleft())
            while self._ends and self._ends[0][0] <= now:
                _, file, number = heapq.heappop(self._ends)
                if file in self._calls and self._calls[file].number == number:
                    self._end(self._calls[file], 0)
            for file, _ in self._poll.poll(self._pause()):
                self._go_on(self._calls[file])
        return self._told

    def _now(self) -> float:
        return perf_counter() - self._began

    def _pause(self) -> float:
        moments = [each[0] for each in self._ends[:1]] + [each.at for _, each in [*self._due][:1]]
        return max(0.0, min(moments) - self._now()) if moments else 1.0

    def _begin(self, number: int, due: Due) -> None:
        line = socket.socket()
        line.setblocking(False)
        started = line.connect_ex(("127.0.0.1", due.port))
        call = _Call(number, self._now(), line, due.request)
        self._calls[line.fileno()] = call
        self._poll.register(line, select.EPOLLOUT)
        heapq.heappush(self._ends, (call.sent_at + self._patience, line.fileno(), number))
        if started not in _STARTED:
            self._end(call, -1)

    def _go_on(self, call: _Call) -> None:
        try:
            if call.unsent:
                call.unsent = call.unsent[call.line.send(call.unsent) :]
                if not call.unsent:
                    self._poll.modify(call.line, select.EPOLLIN)
                return
            part = call.line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            self._end(call, -1)
            return
        call.answer += part
        status, body = _whole(bytes(call.answer))
        if status or not part:
            self._end(call, status or -1, body)

    def _end(self, call: _Call, status: int, body: bytes = b"") -> None:
        self._told.append(Told(call.number, call.sent_at, self._now() - call.sent_at, status, body))
        del self._calls[call.line.fileno()]
        with suppress(OSError):
            self._poll.unregister(call.line)
        call.line.close()


def _whole(answer: bytes) -> tuple[int, bytes]:
    """Return the status and the body of an answer, 0 while it is not all there."""
    head, found, body = answer.partition(_END_OF_HEAD)
    lengths = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    length = int(next(lengths, b":0").split(b":")[1])
    return (int(head.split()[1]), body) if found and len(body) >= length else (0, b"")
