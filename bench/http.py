"""Measures `/available` and `/book` under gunicorn, beside the least that a Flask endpoint can do.

All servers run with the project's own settings and are loaded in turns within one run, so that whatever
slows the machine slows them all. Run it with `python -m bench.http`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bench.load import CONNECTIONS, Result, load
from bench.salon import BUSY_TIMES, HOSTS, bookings, make_salon, question, tomorrow
from bench.servers import Server, serving

TARGET = 0.5  # of the bare endpoint's throughput
BARE, KEPT, FRESH = "bare Flask endpoint", "/available, kept offer", "/available, made anew each time"
_OFFERED = b'{"available":[{'


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.http", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each server in each round")
    parser.add_argument("--bookings", type=int, default=800)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder, ExitStack() as stack:
        bare = make_salon(Path(folder) / "bare", busy_max_age_seconds=60)  # which no request of it reads
        kept = make_salon(Path(folder) / "kept", busy_max_age_seconds=60)
        fresh = make_salon(Path(folder) / "fresh", busy_max_age_seconds=0)
        servers = {
            BARE: stack.enter_context(serving("bench.bare:app", config=bare)),
            KEPT: stack.enter_context(serving("wsgi:app", config=kept)),
            FRESH: stack.enter_context(serving("wsgi:app", config=fresh)),
        }
        results = measure_available(servers, rounds=chosen.rounds, seconds=chosen.seconds)
        console = wide_console()
        console.print(_available_table(results))
        booked = measure_bookings(servers[KEPT], chosen.bookings)
        console.print(_booking_table(booked, chosen.bookings))


def measure_available(
    servers: Mapping[str, Server], *, rounds: int, seconds: float
) -> dict[str, list[Result]]:
    """Load one server after the other, round by round."""
    requests = [question(number) for number in range(64)]
    results: dict[str, list[Result]] = {name: [] for name in servers}
    for server in servers.values():
        load(server.port, requests, wanted=_OFFERED, seconds=0.5)
    for _ in range(rounds):
        for name, server in servers.items():
            results[name].append(_loaded(server, requests, _OFFERED, seconds))
    return results


def measure_bookings(server: Server, count: int) -> Result:
    """Book so many different slots for so many callers, once each."""
    requests = bookings(count, tomorrow(datetime.now(UTC)))
    return _loaded(server, requests, b'"status":"success"')


def _loaded(server: Server, requests: Sequence[bytes], wanted: bytes, seconds: float = 0.0) -> Result:
    before = server.cpu_seconds()
    result = load(server.port, requests, wanted=wanted, seconds=seconds)
    result.server_cpu = server.cpu_seconds() - before
    return result


def _available_table(results: Mapping[str, Sequence[Result]]) -> Table:
    title = f"HTTP, {CONNECTIONS} kept connections, {HOSTS} hosts with {BUSY_TIMES} busy times each"
    table = _table(
        title, "requests/s", "of bare", "lowest", "highest", "p50 ms", "p99 ms", "CPU µs", "client's core"
    )
    bare = statistics.median(each.per_second for each in results[BARE])
    for name, rounds in results.items():
        speeds = [each.per_second for each in rounds]
        target = f" (target {TARGET:.0%})" if name == KEPT else ""
        table.add_row(
            _named(name, rounds),
            f"{statistics.median(speeds):,.0f}",
            f"{statistics.median(speeds) / bare:.0%}{target}",
            f"{min(speeds):,.0f}",
            f"{max(speeds):,.0f}",
            *(f"{statistics.median(each.percentile(p) for each in rounds):.2f}" for p in (50, 99)),
            f"{statistics.median(each.cpu_microseconds for each in rounds):,.0f}",
            f"{statistics.median(each.client_share for each in rounds):.0%}",
        )
    return table


def _booking_table(result: Result, count: int) -> Table:
    table = _table(
        f"/book, {CONNECTIONS} at a time, each another slot and caller",
        "booked/s",
        "p50 ms",
        "p99 ms",
        "CPU µs",
    )
    cells = (result.per_second, result.percentile(50), result.percentile(99), result.cpu_microseconds)
    table.add_row(_named(f"{count} bookings", [result]), *(f"{cell:,.1f}" for cell in cells))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table("load", title=title)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _named(name: str, rounds: Sequence[Result]) -> str:
    failures = sum(each.failures for each in rounds)
    return f"{name} ({failures} FAILED)" if failures else name


if __name__ == "__main__":
    main()
