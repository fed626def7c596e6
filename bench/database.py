"""Measures bookings while PostgreSQL hangs, is far away, is locked or fails over.

`python -m bench database` needs BRIDGE_TEST_POSTGRES_URL, as the tests do. The bridge runs in this process,
in real time, and reaches its database through the tests' proxy.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bridge.store.migrate import migrate
from tests.cast.clock import RunningClock
from tests.cast.config import Staff, salon_config
from tests.cast.salon import Salon
from tests.store.databases import PostgresServer
from tests.store.proxy import PostgresProxy

_HOSTS = tuple(Staff(name, "00:00-24:00") for name in ("anna", "ben", "cleo", "dora"))
_LOCK = "BEGIN; LOCK TABLE bookings, claims, revisions IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(12); COMMIT"


def main() -> None:
    """Print how long callers waited, and what they were told."""
    url = os.environ.get("BRIDGE_TEST_POSTGRES_URL")
    if not url:
        wide_console().print("BRIDGE_TEST_POSTGRES_URL is not set: there is nothing to measure")
        return
    table = Table(title="Callers' seconds while PostgreSQL is in trouble (deadlines: book 5, available 2.5)")
    for column in ("trouble", "/available", "told", "/book", "told"):
        table.add_column(column, justify="left" if column in ("trouble", "told") else "right")
    server = PostgresServer(url)
    for name, trouble in {
        "none": _nothing,
        "100 ms each way": _far,
        "hangs": _hanging,
        "tables locked": _locked,
        "away for 3 s": _failover,
    }.items():
        with _salon(server) as (salon, proxy):
            _warm(salon)
            with trouble(server, proxy):
                available = _timed(partial(_is_offered, salon))
            time.sleep(1)
            with trouble(server, proxy):
                booked = _timed(partial(_is_booked, salon))
        table.add_row(name, *available, *booked)
    wide_console().print(table)


@contextmanager
def _salon(server: PostgresServer) -> Iterator[tuple[Salon, PostgresProxy]]:
    with server.database() as url, tempfile.TemporaryDirectory(prefix="bridge-database-") as folder:
        migrate(url)
        with closing(PostgresProxy(url)) as proxy:
            config = salon_config(proxy.url, *_HOSTS, event_type="horizon_days = 365")
            clock = RunningClock()
            salon = Salon(config, clock=clock, around={"state_folder": lambda _file: Path(folder)})
            try:
                yield salon, proxy
            finally:
                proxy.delay = 0.0
                proxy.go_on()
                salon.bridge.stop()


def _warm(salon: Salon) -> None:
    assert salon.book("first", _start(900)).success  # noqa: S101 - nothing to measure otherwise
    salon.bridge.background.run_due()


def _is_offered(salon: Salon) -> bool:
    return bool(salon.reception.offer(salon.event_type(None)).slots)


def _is_booked(salon: Salon) -> bool:
    return salon.book("kim", _start(0)).success


def _start(number: int) -> datetime:
    first = (datetime.now(UTC) + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    return first + timedelta(minutes=30) * number


def _timed(ask: Callable[[], bool]) -> tuple[str, str]:
    began = time.perf_counter()
    try:
        told = "yes" if ask() else "no"
    except Exception as error:  # noqa: BLE001 - what it is called is what is shown
        told = type(error).__name__
    return f"{time.perf_counter() - began:.2f}", told


@contextmanager
def _nothing(_server: PostgresServer, _proxy: PostgresProxy) -> Iterator[None]:
    yield


@contextmanager
def _far(_server: PostgresServer, proxy: PostgresProxy) -> Iterator[None]:
    proxy.delay = 0.1
    yield
    proxy.delay = 0.0


@contextmanager
def _hanging(_server: PostgresServer, proxy: PostgresProxy) -> Iterator[None]:
    proxy.hang()
    yield
    proxy.go_on()


@contextmanager
def _locked(server: PostgresServer, proxy: PostgresProxy) -> Iterator[None]:
    locking = threading.Thread(target=server.execute, args=(_LOCK,), kwargs={"database": proxy.database})
    locking.start()
    time.sleep(0.5)
    yield
    locking.join()


@contextmanager
def _failover(_server: PostgresServer, proxy: PostgresProxy) -> Iterator[None]:
    proxy.go_away()
    back = threading.Timer(3.0, proxy.go_on)
    back.start()
    yield
    back.join()
