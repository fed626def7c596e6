"""Counts what a booking and an offer made anew cost, with none and with many bookings there.

In this process, on embedded calendars and without background work: milliseconds of processor time (on
PostgreSQL the server's beside it), statements (with those that begin and commit), transactions, and on
PostgreSQL (BRIDGE_TEST_POSTGRES_URL, as for the tests) how often an answer is waited for. The fillings of one
database are asked in turns, so that what else the machine does falls on all alike. Run it with
`python -m bench.cost`; `--profile` tells where the time of this thread goes, `--bookings 10000 1000000`
whether it grows with what is over.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from flask.testing import FlaskClient
from rich.table import Table
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import Engine

from bench.console import wide_console
from bench.past import fill
from bench.salon import bookings, make_salon, question, tomorrow
from bench.walk import sent
from bridge.app import create_app
from tests.cast.reading import load_config
from tests.store.databases import PostgresServer
from tests.store.proxy import PostgresProxy

_WARM_UP = 40  # PostgreSQL's driver prepares what comes again and again: one more round trip, once
_KINDS = ("statements", "transactions", "round trips")
_PATHS = ("/book", "/available, anew")
_Taken = dict[str, list[float]]  # milliseconds of each request, by path


@dataclass(frozen=True)
class Served:
    """A salon with so many bookings there; `url` is its database's where that is PostgreSQL."""

    there: int
    config: Path
    url: str | None
    client: FlaskClient
    ours: _Taken = field(default_factory=lambda: defaultdict(list))
    servers: _Taken = field(default_factory=lambda: defaultdict(list))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or a profile."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--bookings", type=int, nargs="*", default=[0, 5_000, 20_000])
    parser.add_argument("--requests", type=int, default=120)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args(arguments)
    table = Table("database", "bookings there", "request", title="What one request costs: medians")
    for heading in ("CPU ms", "server's", *_KINDS):
        table.add_column(heading, justify="right")
    for database in chosen.databases:
        with ExitStack() as stack:
            salons = [_served(stack, database, there) for there in chosen.bookings]
            if chosen.profile:
                for each in salons:
                    _profile(each, chosen.requests)
                continue
            _take_turns(salons, chosen.requests)
            for each in salons:
                counts = _counted(each)
                for path in _PATHS:
                    server = f"{statistics.median(each.servers[path]):.2f}" if each.url else ""
                    cells = [f"{statistics.median(each.ours[path]):.2f}", server]
                    cells += [str(counts[path][kind]) for kind in _KINDS]
                    table.add_row(database, f"{each.there:,}", path, *cells)
    wide_console().print(table)


def _served(stack: ExitStack, database: str, there: int) -> Served:
    """Serve a salon that has had so many bookings, without its background work."""
    url = None
    if database == "postgresql":
        server = PostgresServer(os.environ["BRIDGE_TEST_POSTGRES_URL"])
        url = stack.enter_context(server.database())
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-bench-")))
    path = make_salon(folder / "salon", busy_max_age_seconds=60, database_url=url)
    return Served(there, path, url, _client(stack, path, there))


def _client(stack: ExitStack, config: Path, there: int = 0) -> FlaskClient:
    app = create_app(load_config(config, {}))
    bridge = app.extensions["bridge"]
    stack.callback(bridge.stop)
    if there:
        fill(bridge, there)
    sent(app.test_client(), question(0))  # starts the background work
    bridge.background.stop(patience=10)
    return app.test_client()


def _pairs(count: int) -> list[tuple[bytes, bytes]]:
    """Return bookings, each with the offer that is made anew after it."""
    books = bookings(count, tomorrow(datetime.now(UTC)) + timedelta(days=1))
    return [(book, question(number)) for number, book in enumerate(books)]


def _take_turns(salons: Sequence[Served], count: int) -> None:
    """Ask all salons the same in turns, and note what each request took."""
    with ExitStack() as stack:
        watches = [stack.enter_context(_server_watch(each.url)) for each in salons]
        for number, pair in enumerate(_pairs(_WARM_UP + count)):
            turns = list(zip(salons, watches, strict=True))
            for salon, watch in turns[:: 1 if number % 2 else -1]:
                for path, request in zip(_PATHS, pair, strict=True):
                    servers, began = watch(), time.process_time()
                    sent(salon.client, request)
                    ours = time.process_time() - began
                    if number >= _WARM_UP:
                        salon.ours[path].append(ours * 1000)
                        salon.servers[path].append((watch() - servers) * 1000)


@contextmanager
def _server_watch(url: str | None) -> Iterator[Callable[[], float]]:
    """Yield what tells the processor seconds of a database's processes; its server is on this machine."""
    if not url:
        yield lambda: 0.0
        return
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        asked = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

        def taken() -> float:
            found = (Path(f"/proc/{pid}/schedstat") for (pid,) in connection.execute(asked))
            return sum(int(each.read_text().split()[0]) for each in found) / 1e9

        yield taken


def _counted(salon: Served) -> Mapping[str, Counter[str]]:
    """Return what one request of each kind asks of the database."""
    counts: dict[str, Counter[str]] = {path: Counter() for path in _PATHS}
    with ExitStack() as stack:
        proxy, client = None, salon.client
        if salon.url:
            proxy = stack.enter_context(closing(PostgresProxy(salon.url)))
            text = salon.config.read_text(encoding="utf-8").replace(salon.url, proxy.url)
            salon.config.write_text(text, encoding="utf-8")
            client = _client(stack, salon.config)
        pairs = _pairs(len(salon.ours["/book"]) + 2 * _WARM_UP + 1)[-_WARM_UP - 1 :]
        for pair in pairs[:-1]:
            for request in pair:
                sent(client, request)
        for path, request in zip(_PATHS, pairs[-1], strict=True):
            time.sleep(1)  # the journal has been written by then
            with _counting(counts[path], proxy):
                sent(client, request)
    return counts


@contextmanager
def _counting(counts: Counter[str], proxy: PostgresProxy | None) -> Iterator[None]:
    def asked(text: str) -> None:
        counts["statements"] += not text.startswith("--")  # what a trigger does

    def begun(connection: Connection) -> None:
        counts["transactions"] += 1
        if not proxy:  # SQLAlchemy does not hear of every statement
            driver: Any = connection.connection.driver_connection
            driver.set_trace_callback(asked)

    event.listen(Engine, "begin", begun, insert=True)
    before = (proxy.questions, proxy.statements) if proxy else (0, 0)
    yield
    if proxy:
        counts["round trips"] = proxy.questions - before[0]
        counts["statements"] = proxy.statements - before[1]
    event.remove(Engine, "begin", begun)


def _profile(salon: Served, count: int) -> None:
    pairs, client = _pairs(_WARM_UP + count), salon.client
    for place, path in enumerate(_PATHS):
        profile = cProfile.Profile()
        for number, pair in enumerate(pairs):
            for at, request in enumerate(pair):
                if number >= _WARM_UP and at == place:
                    profile.runcall(sent, client, request)
                else:
                    sent(client, request)
        wide_console().print(path, f"{salon.there:,} there")
        pstats.Stats(profile).sort_stats("tottime").print_stats(20)
        pairs = [(book, ask) for book, ask in _pairs(len(pairs) * 2)[len(pairs) :]]


if __name__ == "__main__":
    main()
