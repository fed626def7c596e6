"""Loads a server from a process of its own: kept connections, each with one request under way.

Raw sockets and one `epoll`, so that the measuring costs little beside what is measured.
"""

from __future__ import annotations

import multiprocessing
import select
import socket
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing.connection import Connection
from time import perf_counter, process_time

CONNECTIONS = 16
_END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Result:
    """What came of one load; `latencies` are seconds, `client_share` is of one core.

    `server_cpu` is the processor time, in seconds, that the server took for it.
    """

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: int = 0
    client_share: float = 0.0
    server_cpu: float = 0.0

    @property
    def per_second(self) -> float:
        """Return good answers per second."""
        return (len(self.latencies) - self.failures) / self.seconds

    @property
    def cpu_microseconds(self) -> float:
        """Return the server's processor time for one request."""
        return self.server_cpu / len(self.latencies) * 1e6

    def percentile(self, percent: int) -> float:
        """Return the latency, in milliseconds, that so many percent stay below."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


def load(port: int, requests: Sequence[bytes], *, wanted: bytes, seconds: float = 0.0) -> Result:
    """Send the requests over and over for so many seconds, or each of them once, from another process.

    An answer without `wanted` in it is a failure.
    """
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_run, args=(there, port, requests, wanted, seconds))
    process.start()
    there.close()
    result: Result = here.recv()
    process.join()
    return result


@dataclass
class _Line:
    socket: socket.socket
    answer: bytes = b""
    sent_at: float = 0.0


def _run(pipe: Connection, port: int, requests: Sequence[bytes], wanted: bytes, seconds: float) -> None:
    lines = [_Line(socket.create_connection(("127.0.0.1", port))) for _ in range(CONNECTIONS)]
    for line in lines:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    todo = cycle(requests) if seconds else iter(requests)
    result = Result()
    cpu, began = process_time(), perf_counter()
    _exchange(lines, islice(todo, 10_000_000), wanted, began + seconds if seconds else None, result)
    result.seconds = perf_counter() - began
    result.client_share = (process_time() - cpu) / result.seconds
    for line in lines:
        line.socket.close()
    pipe.send(result)


def _exchange(
    lines: Sequence[_Line], todo: islice[bytes], wanted: bytes, until: float | None, result: Result
) -> None:
    poll = select.epoll()
    by_number = {line.socket.fileno(): line for line in lines}
    busy = 0
    for number, line in by_number.items():
        poll.register(number, select.EPOLLIN)
        busy += _send_next(line, todo)
    while busy:
        for number, _ in poll.poll():
            line = by_number[number]
            if not _is_whole(line):
                continue
            now = perf_counter()
            result.latencies.append(now - line.sent_at)
            result.failures += wanted not in line.answer
            busy -= 1
            if until is None or now < until:
                busy += _send_next(line, todo)


def _send_next(line: _Line, todo: islice[bytes]) -> int:
    """Send one more request; return how many were sent."""
    request = next(todo, None)
    if request is None:
        return 0
    line.answer, line.sent_at = b"", perf_counter()
    line.socket.sendall(request)
    return 1


def _is_whole(line: _Line) -> bool:
    """Read what is there; tell whether the answer has come in whole."""
    part = line.socket.recv(65536)
    if not part:
        raise ConnectionError("the server closed a kept connection")
    line.answer += part
    head, found, body = line.answer.partition(_END_OF_HEAD)
    if not found:
        return False
    length = next(
        int(text.split(b":")[1])
        for text in head.split(b"\r\n")
        if text.lower().startswith(b"content-length:")
    )
    return len(body) >= length
