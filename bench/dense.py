"""Measures what 20,000 imported entries of one host add to an offer that is made anew.

In this process, by the time of the core that it takes; "first" is the first of a bridge that was just opened.
Dense entries overlap in the hours of work; sparse ones lie apart as many as can, one minute in every two.
Run it with `python -m bench.dense`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bench.salon import make_salon
from bridge.parts import Bridge
from bridge.store.sql import busy_times
from bridge.store.sql.local_series import busy_name
from providers.base import Interval
from providers.occurrence import Occurrence
from tests.cast.reading import load_config

ENTRIES = 20_000
TARGET_MS = 20.0  # more than with none
_DAYS = 14  # as far as callers may book
_A_DAY = ENTRIES // _DAYS + 1
_APART = timedelta(seconds=25)
_MINUTE = timedelta(minutes=1)
_KINDS = ("none", "dense", "sparse")


def main() -> None:
    """Print the table."""
    table = Table("entries", title=f"/available anew, ten hosts, one with {ENTRIES:,} entries")
    for column in ("first, ms", "then, ms", "more than with none, ms"):
        table.add_column(column, justify="right")
    none = 0.0
    for kind in _KINDS:
        with _filled(kind) as path:
            times = _measured(path)
        median = statistics.median(times[1:])
        none = none or median
        table.add_row(
            kind, f"{times[0]:.1f}", f"{median:.1f}", f"{median - none:.1f} (target {TARGET_MS:.0f})"
        )
    wide_console().print(table)


def _measured(path: Path) -> list[float]:
    """Return the milliseconds of 21 offers, each made anew."""
    bridge = Bridge(load_config(path, {}))
    event_type = bridge.reception.event_type(None)
    times = []
    for _ in range(21):
        began = time.process_time()
        told = bridge.reception.offer(event_type)
        times.append((time.process_time() - began) * 1000)
        if not told.is_complete:
            raise RuntimeError("a calendar did not answer")
    bridge.stop()
    return times


@contextmanager
def _filled(kind: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder:
        path = make_salon(Path(folder) / "salon", busy_max_age_seconds=0)
        bridge = Bridge(load_config(path, {}))
        if kind != "none":
            _fill(bridge, kind)
        bridge.stop()
        yield path


def _fill(bridge: Bridge, kind: str) -> None:
    """Keep the entries as an import would, which takes half a minute of a core to read them."""
    name = busy_name(next(iter(bridge.config.hosts)))
    with bridge.store.write() as connection:
        busy_times.replace_all(connection, name, _entries(bridge.context.now(), kind))
        span = busy_times.spans(connection, [name])[name]
        busy_times.keep_span(connection, span)


def _entries(now: datetime, kind: str) -> Iterator[Occurrence]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(ENTRIES):
        day, place = divmod(number, _A_DAY)
        opened = midnight + timedelta(days=day, hours=8)
        busy = Interval(opened + place * _APART, opened + place * _APART + 5 * _MINUTE)
        if kind == "sparse":  # two at a time
            start = midnight + number // 2 * 2 * _MINUTE
            busy = Interval(start, start + _MINUTE)
        yield Occurrence(f"ics::{number}", f"{number}", busy, "busy")


if __name__ == "__main__":
    main()
