"""Counts who waits for a vendor in twenty minutes of calls: ten Google hosts with 100 busy times each.

Two bridges on one database stand for two processes; the clock is put forward between the calls, one every ten
seconds. Run: python -m bench.warm [--latency 0.1]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bridge.store.migrate import migrate
from tests.cast.at_vendors import google_section
from tests.cast.clock import RunningClock, tomorrow_at
from tests.cast.config import Staff, read_toml, salon_toml
from tests.cast.salon import Salon
from tests.vendors.google import FakeGoogle

HOSTS, BUSY_TIMES = 10, 100
CALLS, EVERY_SECONDS = 120, 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.warm", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.1)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        google = stack.enter_context(FakeGoogle())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-bench-")))
        salons = _two(google, folder)
        for salon in salons:
            stack.callback(salon.bridge.stop)
            salon.bridge.connections.keep_fresh()
        google.set_latency(chosen.latency)
        waited, taken = _twenty_minutes(salons, google)
        ahead = len(google.requests) - sum(waited)
    table = Table(
        title=f"{CALLS} calls in 20 minutes, 2 processes, {chosen.latency * 1000:.0f} ms a question"
    )
    headings = (
        "calls that asked a vendor",
        "their questions",
        "asked ahead",
        "median ms",
        "slowest ms",
        "CPU ms",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    told = [1000 * seconds for seconds, _ in taken]
    cpu = statistics.mean(1000 * spent for _, spent in taken)
    counts = [sum(map(bool, waited)), sum(waited), ahead]
    table.add_row(*map(str, counts), *(f"{each:.1f}" for each in (statistics.median(told), max(told), cpu)))
    wide_console().print(table)


def _twenty_minutes(salons: list[Salon], google: FakeGoogle) -> tuple[list[int], list[tuple[float, float]]]:
    """Return of each call how often it asked, how long it took and its processor time, in seconds."""
    waited, taken = [], []
    google.requests.clear()
    for number in range(CALLS):
        salon = salons[number % 2]
        began, spent, before = time.perf_counter(), time.thread_time(), len(google.requests)
        if not salon.reception.offer(salon.event_type(None)).slots:
            raise SystemExit("nothing was offered: the figures would mean nothing")
        taken.append((time.perf_counter() - began, time.thread_time() - spent))
        waited.append(len(google.requests) - before)
        time.sleep(0.2)  # what is written behind the answer has been written by then
        salon.clock.turn(seconds=EVERY_SECONDS)
        salons[1].bridge.background.run_due()
    return waited, taken


def _two(google: FakeGoogle, folder: Path) -> list[Salon]:
    dice, staff = random.Random("busy times"), []  # noqa: S311 - made-up meetings
    for number in range(HOSTS):
        address = f"host{number}@example.com"
        google.add_account(address)
        staff.append(Staff(f"host{number}", "00:00-24:00", calendar=f"google:{address}/primary"))
        for place in dice.sample(range(14 * 48), BUSY_TIMES):
            start = tomorrow_at(0) + timedelta(minutes=30) * place
            google.add_event(address, start, start + timedelta(minutes=20))
    url = f"sqlite:///{folder / 'bridge.db'}"
    migrate(url)
    patient = "deadline_seconds = 10"
    config = read_toml(salon_toml(url, *staff, bridge=patient, rest=google_section(google, folder)), folder)
    clock = RunningClock()
    return [Salon(config, clock=clock) for _ in range(2)]


if __name__ == "__main__":
    main()
