"""Asks a served bridge of two workers, from outside, while its database or a vendor is in trouble.

`python -m bench trouble`. What concerns PostgreSQL needs BRIDGE_TEST_POSTGRES_URL, as the tests do.
"""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.console import wide_console
from bench.servers import Server, serving
from bridge.model import BookingState
from bridge.service.signing import HEADER, sign
from bridge.store.engine import Store
from bridge.store.migrate import migrate
from bridge.store.sql import bookings
from tests.cast.at_vendors import vendors_toml
from tests.cast.config import API_KEY, Staff, salon_toml
from tests.store.databases import PostgresServer
from tests.store.proxy import PostgresProxy
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.microsoft import FakeMicrosoft

_SECONDS = 20.0
_CALLERS = 2
_CUT_EVERY = 0.5
_KILL_EVERY = 1.5
_SLOW_SECONDS = 1.5
_FAR_AHEAD = "horizon_days = 365"
_STAFF = tuple(Staff(name, "00:00-24:00") for name in ("anna", "ben", "cleo", "dora"))
_TOLD_FAILED = timedelta(seconds=61)  # by then what was told to have failed is undone


@dataclass
class Told:
    """What callers were told, by their number, and after how many seconds."""

    server: Server
    success: dict[int, bool] = field(default_factory=dict)
    slowest: float = 0.0
    numbers: Iterator[int] = field(default_factory=count)

    def book(self, number: int | None = None) -> bool:
        """Book, and ask again where no answer comes."""
        number = next(self.numbers) if number is None else number
        body = json.dumps(
            {"contact_id": f"caller-{number}", "start_iso": _start(number).isoformat()}
        ).encode()
        began = time.perf_counter()
        answer: Mapping[str, Any] = {}
        while not answer:
            with suppress(OSError, http.client.HTTPException):  # its worker was killed
                answer = _post(self.server.port, body)
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.success[number] = answer["status"] == "success"
        return self.success[number]

    def row(self, trouble: str, url: str) -> tuple[str, ...]:
        """Return what the table shows, and whether the database agrees with what was told."""
        with closing(Store(url)) as store, store.read() as connection:
            kept = [each.contact.contact_id for each in bookings.listed(connection, states=[_CONFIRMED])]
        wrong = sum((f"caller-{number}" in kept) is not told for number, told in self.success.items())
        doubled = len(kept) - len(set(kept))
        booked = sum(self.success.values())
        refused = len(self.success) - booked
        return trouble, str(booked), str(refused), f"{self.slowest:.2f}", f"{wrong} / {doubled}"


_CONFIRMED = str(BookingState.CONFIRMED)


def main() -> None:
    """Print how many callers were booked, how long they waited, and whether they were told the truth."""
    table = Table(title=f"Two workers in trouble, {_CALLERS} callers at a time (deadline 5 s)")
    for column in ("trouble", "booked", "refused", "slowest s", "told wrongly / doubled"):
        table.add_column(column, justify="left" if column == "trouble" else "right")
    if postgres := os.environ.get("BRIDGE_TEST_POSTGRES_URL"):
        table.add_row(*_cut(PostgresServer(postgres)))
    for row in (*_at_a_file(), _hanging(), _slow()):
        table.add_row(*row)
    wide_console().print(table)


def _cut(postgres: PostgresServer) -> tuple[str, ...]:
    with _served() as (_, serve), postgres.database() as url, closing(PostgresProxy(url)) as proxy:
        migrate(url)
        told = serve(salon_toml(proxy.url, *_STAFF, event_type=_FAR_AHEAD))
        with _again_and_again(proxy.cut, _CUT_EVERY):
            _many(told)
        time.sleep(_TOLD_FAILED.total_seconds())
        return told.row(f"PostgreSQL's connections cut every {_CUT_EVERY} s", url)


def _at_a_file() -> Iterator[tuple[str, ...]]:
    with _served() as (folder, serve):
        url = f"sqlite:///{folder}/bridge.db"
        told = serve(salon_toml(url, *_STAFF, event_type=_FAR_AHEAD))
        for seconds in (2, 9):
            told.success, told.slowest = {}, 0.0
            with _locked(folder / "bridge.db", seconds):
                told.book()
            yield told.row(f"SQLite's file locked for {seconds} s", url)
        told.success, told.slowest = {}, 0.0
        _limit(told.server, 1)
        told.book()
        _limit(told.server, resource.RLIM_INFINITY)
        yield told.row("no room on the disk", url)
        told.success, told.slowest = {}, 0.0

        def kill() -> None:
            os.kill(told.server.workers()[0], signal.SIGKILL)

        with _again_and_again(kill, _KILL_EVERY):
            _many(told)
        time.sleep(_TOLD_FAILED.total_seconds())
        yield told.row(f"a worker killed every {_KILL_EVERY} s, callers ask again", url)


def _hanging() -> tuple[str, ...]:
    with _at_both() as (told, url, google, _microsoft):
        google.fail_next(Fault.HANG, times=None)
        for _ in range(12):
            told.book()
        return told.row("one of two vendors hangs", url)


def _slow() -> tuple[str, ...]:
    with _at_both() as (told, url, google, microsoft):
        google.set_latency(_SLOW_SECONDS)
        microsoft.set_latency(_SLOW_SECONDS)
        for _ in range(6):
            told.book()
        return told.row(f"both vendors take {_SLOW_SECONDS} s for each request", url)


@contextmanager
def _at_both() -> Iterator[tuple[Told, str, FakeGoogle, FakeMicrosoft]]:
    with FakeGoogle() as google, FakeMicrosoft() as microsoft, _served() as (folder, serve):
        url = f"sqlite:///{folder}/bridge.db"
        told = serve(
            vendors_toml(url, folder, google=google, microsoft=microsoft, bridge="", event_type=_FAR_AHEAD)
        )
        yield told, url, google, microsoft


@contextmanager
def _served() -> Iterator[tuple[Path, Callable[[str], Told]]]:
    """Yield a folder, and what serves a configuration there and books until all workers have."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-trouble-")))

        def serve(config: str) -> Told:
            (folder / "config.toml").write_text(config)
            options = ["-w", "2"]
            server = serving("wsgi:app", config=folder / "config.toml", options=options)
            told = Told(stack.enter_context(server))
            for number in range(900, 908):
                told.book(number)
            told.success, told.slowest = {}, 0.0
            return told

        yield folder, serve


def _many(told: Told) -> None:
    """Let callers book one after the other, a few at a time."""
    until = time.perf_counter() + _SECONDS

    def call() -> None:
        while time.perf_counter() < until:
            told.book()

    callers = [threading.Thread(target=call) for _ in range(_CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


@contextmanager
def _again_and_again(work: Callable[[], object], seconds: float) -> Iterator[None]:
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(seconds):
            work()

    going = threading.Thread(target=go_on, daemon=True)
    going.start()
    yield
    stop.set()
    going.join()


@contextmanager
def _locked(file: Path, seconds: float) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        until = threading.Timer(seconds, partial(other.execute, "ROLLBACK"))
        until.start()
        yield
        until.join()


def _limit(server: Server, size: int) -> None:
    """Let no file of the workers grow beyond a size."""
    for worker in server.workers():
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _start(number: int) -> datetime:
    first = (datetime.now(UTC) + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    return first + timedelta(minutes=30) * number


def _post(port: int, body: bytes) -> Mapping[str, Any]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        headers = {"content-type": "application/json", HEADER: sign(body, API_KEY)}
        line.request("POST", "/cut/book", body, headers)
        answer: Mapping[str, Any] = json.loads(line.getresponse().read())
        return answer
