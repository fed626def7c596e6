"""Measures what a vendor's client costs a call, beside bare HTTP clients that do the same.

All ask the same canned loopback server in another process, in turns within one run, so that whatever slows
the machine slows them all, and make sorted UTC intervals of the answer.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import multiprocessing
import random
import socketserver
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, ClassVar

import requests
from rich.table import Table

from bench.console import wide_console
from providers.base import BusyAnswer, BusyQuery, CalendarProvider, Deadline, Interval
from providers.http import Clocks, session

FIRST = datetime(2026, 12, 1, tzinfo=UTC)
WINDOW = Interval(FIRST, FIRST + timedelta(days=14))
FAKE_TOKEN = "fake-access"  # noqa: S105 - plainly fake

Ask = Callable[[], object]
# Path, body, the server's own address -> the JSON to answer, or its bytes.
Answers = Callable[[str, bytes, str], object]
_WARM_UP = 50


class Token:
    """A token at hand, as in the live path."""

    def access_token(self, *, deadline: Deadline) -> str:
        """Return it."""
        return FAKE_TOKEN

    def rejected(self, token: str) -> None:
        """Never happens here."""
        raise AssertionError(token)


@dataclass(frozen=True)
class Question:
    """A free/busy question as it goes over the wire, and how its answer is read."""

    verb: str
    path: str
    headers: Mapping[str, str]
    body: object
    read: Callable[[Any], object]

    @property
    def content(self) -> bytes | None:
        """Return what is sent: bytes as they are, anything else as JSON."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()

    def understood(self, answer: bytes) -> object:
        """Return what is made of an answer: of JSON, unless bytes were sent."""
        return self.read(answer if isinstance(self.body, bytes) else json.loads(answer))


@dataclass(frozen=True)
class Canned:
    """A server that gives canned answers; `count` is how many requests it had."""

    port: int
    count: Any

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"


def options(description: str | None) -> argparse.Namespace:
    """Return what was asked for on the command line: `rounds` of calls, `busy` times in an answer."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--busy", type=int, default=40)
    return parser.parse_args()


def real_clocks() -> Clocks:
    """Return the clocks of the live path."""
    return Clocks(lambda: datetime.now(UTC), time.monotonic, time.sleep, random.random)


def asking(provider: CalendarProvider, *calendars: str) -> Ask:
    """Return the question as the bridge puts it; an answer that is an error is raised."""
    queries = [BusyQuery(calendar) for calendar in calendars]

    def ask() -> Mapping[BusyQuery, BusyAnswer]:
        answers = provider.free_busy(queries, WINDOW, deadline=Deadline(2.5, time.monotonic))
        for answer in answers.values():
            if isinstance(answer, Exception):
                raise answer
        return answers

    return ask


@contextlib.contextmanager
def canned(answers: Answers) -> Iterator[Canned]:
    """Serve these answers from another process until the end of the block; each is made once."""
    ready, theirs = multiprocessing.Pipe()
    count = multiprocessing.Value("q", 0)
    server = multiprocessing.Process(target=_serve, args=(answers, theirs, count), daemon=True)
    server.start()
    try:
        yield Canned(ready.recv(), count)
    finally:
        server.terminate()
        server.join()


def report(
    description: str | None,
    answer: Callable[[int, str, bytes, str], object],
    opened: Callable[[Canned], CalendarProvider],
    question: Question,
    asked: Mapping[str, Sequence[str]],
) -> None:
    """Print what a vendor's questions cost: requests and time of each, and the first beside bare clients.

    `answer` is given the number of busy times; `asked` are the calendars of each question.
    """
    chosen = options(description)
    with canned(partial(answer, chosen.busy)) as server:
        console = wide_console()
        console.print(_counted(server, opened, asked))
        provider = opened(server)
        name, calendars = next(iter(asked.items()))
        ours = {f"{type(provider).__name__}.free_busy": asking(provider, *calendars)}
        title = f"One free/busy call, {name}, {chosen.busy} entries"
        console.print(compared(title, server, question, ours, chosen.rounds))


def _counted(
    server: Canned, opened: Callable[[Canned], CalendarProvider], asked: Mapping[str, Sequence[str]]
) -> Table:
    """Return how many HTTP requests a question takes, and its milliseconds, the first time and the next."""
    table = Table(title="What a free/busy question takes, passwords and tokens at hand")
    for head in ("question", "requests", "ms"):
        table.add_column(head, justify="left" if head == "question" else "right")
    for name, calendars in asked.items():
        ask = asking(opened(server), *calendars)
        for when in ("the first of a process", "the next"):
            before, began = server.count.value, time.perf_counter()
            ask()
            taken = (time.perf_counter() - began) * 1000
            table.add_row(f"{name}, {when}", str(server.count.value - before), f"{taken:.0f}")
    return table


def compared(title: str, server: Canned, question: Question, ours: Mapping[str, Ask], rounds: int) -> Table:
    """Return the times of our client beside bare ones."""
    with requests.Session() as plain, session() as seam:
        asks = {
            "http.client, kept open (floor)": _bare(server, question),
            **ours,
            "requests.Session": _through(plain, server, question),
            "requests.Session, trust_env off": _through(seam, server, question),
        }
        taken = _measure(asks, rounds)
    table = Table(title=f"{title}, {rounds} rounds")
    for head in ("client", "median ms", "p90 ms", "beside requests"):
        table.add_column(head, justify="left" if head == "client" else "right")
    base = statistics.median(taken["requests.Session"])
    for name, times in taken.items():
        middle, high = statistics.median(times), statistics.quantiles(times, n=10)[8]
        table.add_row(name, f"{middle:.3f}", f"{high:.3f}", f"{middle / base:.2f}")
    return table


def _bare(server: Canned, question: Question) -> Ask:
    line = http.client.HTTPConnection("127.0.0.1", server.port)

    def ask() -> object:
        line.request(question.verb, question.path, question.content, dict(question.headers))
        return question.understood(line.getresponse().read())

    return ask


def _through(made: requests.Session, server: Canned, question: Question) -> Ask:
    url = f"{server.url}{question.path}"

    def ask() -> object:
        answer = made.request(
            question.verb, url, data=question.content, headers=dict(question.headers), timeout=2.5
        )
        return question.understood(answer.content)

    return ask


def _measure(asks: Mapping[str, Ask], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each call, all taking turns."""
    taken: dict[str, list[float]] = {name: [] for name in asks}
    for number in range(rounds + _WARM_UP):
        for name, ask in asks.items():
            begin = time.perf_counter()
            ask()
            if number >= _WARM_UP:
                taken[name].append((time.perf_counter() - begin) * 1000)
    return taken


class _Handler(socketserver.StreamRequestHandler):
    """Answers by path and body, from memory."""

    disable_nagle_algorithm = True
    answers: ClassVar[Any] = None
    base: ClassVar[str] = ""
    count: ClassVar[Any] = None
    known: ClassVar[dict[tuple[bytes, bytes], bytes]] = {}

    def handle(self) -> None:
        """Serve one connection."""
        while line := self.rfile.readline():
            path, length = line.split()[1], 0
            while (head := self.rfile.readline()) != b"\r\n":
                if head.lower().startswith(b"content-length:"):
                    length = int(head.split(b":")[1])
            key = (path, self.rfile.read(length))
            with self.count.get_lock():
                self.count.value += 1
            if key not in self.known:
                self.known[key] = self._encoded(*key)
            self.wfile.write(self.known[key])

    def _encoded(self, path: bytes, body: bytes) -> bytes:
        made = self.answers[0](path.decode(), body, self.base)
        content = made if isinstance(made, bytes) else json.dumps(made).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return head.encode() + content


def _serve(answers: Answers, ready: Connection, count: Any) -> None:
    _Handler.answers, _Handler.count = (answers,), count
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        _Handler.base = f"http://127.0.0.1:{server.server_address[1]}"
        ready.send(server.server_address[1])
        server.serve_forever()
