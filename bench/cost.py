"""Counts what a booking and an offer made anew cost, with none and with many bookings there.

In this process, on embedded calendars and without background work: milliseconds of processor time,
statements (with those that begin and commit), transactions, and on PostgreSQL (BRIDGE_TEST_POSTGRES_URL, as
for the tests) how often an answer is waited for. Run it with `python -m bench.cost`; `--profile` tells where
the time of this thread goes, `--bookings 10000 1000000` whether it grows with what is over.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from rich.table import Table
from sqlalchemy import Connection, event
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or a profile."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--bookings", type=int, nargs="*", default=[0, 5_000, 20_000])
    parser.add_argument("--requests", type=int, default=120)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args(arguments)
    table = Table("database", "bookings there", "request", title="What one request costs")
    for heading in ("CPU ms", *_KINDS):
        table.add_column(heading, justify="right")
    for database in chosen.databases:
        for there in chosen.bookings:
            with _client(database, there) as (client, proxy):
                if chosen.profile:
                    _profile(client, chosen.requests)
                    continue
                for path, cells in _measured(client, proxy, chosen.requests).items():
                    table.add_row(database, f"{there:,}", path, *cells)
    wide_console().print(table)


@contextmanager
def _client(database: str, there: int) -> Iterator[tuple[FlaskClient, PostgresProxy | None]]:
    """Serve a salon that has had so many bookings, without its background work."""
    with ExitStack() as stack:
        address, proxy = None, None
        if database == "postgresql":
            server = PostgresServer(os.environ["BRIDGE_TEST_POSTGRES_URL"])
            proxy = stack.enter_context(closing(PostgresProxy(stack.enter_context(server.database()))))
            address = proxy.url
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-bench-")))
        path = make_salon(folder / "salon", busy_max_age_seconds=60, database_url=address)
        app = create_app(load_config(path, {}))
        bridge = app.extensions["bridge"]
        stack.callback(bridge.stop)
        fill(bridge, there)
        sent(app.test_client(), question(0))  # starts the background work
        bridge.background.stop(patience=10)
        yield app.test_client(), proxy


def _pairs(count: int) -> list[tuple[bytes, bytes]]:
    """Return bookings, each with the offer that is made anew after it."""
    books = bookings(count, tomorrow(datetime.now(UTC)) + timedelta(days=1))
    return [(book, question(number)) for number, book in enumerate(books)]


def _measured(client: FlaskClient, proxy: PostgresProxy | None, count: int) -> dict[str, list[str]]:
    paths = ("/book", "/available, anew")
    pairs = _pairs(_WARM_UP + 1 + count)
    for pair in pairs[:_WARM_UP]:
        for request in pair:
            sent(client, request)
    told = {}
    for path, request in zip(paths, pairs[_WARM_UP], strict=True):
        time.sleep(1)  # the journal has been written by then
        counts: Counter[str] = Counter()
        with _counting(counts, proxy):
            sent(client, request)
        told[path] = [str(counts[kind]) for kind in _KINDS]
    taken: dict[str, list[float]] = {path: [] for path in paths}
    for pair in pairs[_WARM_UP + 1 :]:
        for path, request in zip(paths, pair, strict=True):
            began = time.process_time()
            sent(client, request)
            taken[path].append((time.process_time() - began) * 1000)
    return {path: [f"{statistics.mean(taken[path]):.2f}", *told[path]] for path in paths}


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


def _profile(client: FlaskClient, count: int) -> None:
    pairs = _pairs(_WARM_UP + count)
    for place, path in enumerate(("/book", "/available, anew")):
        profile = cProfile.Profile()
        for number, pair in enumerate(pairs):
            for at, request in enumerate(pair):
                if number >= _WARM_UP and at == place:
                    profile.runcall(sent, client, request)
                else:
                    sent(client, request)
        wide_console().print(path)
        pstats.Stats(profile).sort_stats("tottime").print_stats(20)
        pairs = [(book, ask) for book, ask in _pairs(len(pairs) * 2)[len(pairs) :]]


if __name__ == "__main__":
    main()
