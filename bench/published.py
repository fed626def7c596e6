"""Measures what reading a published calendar of 20,000 entries takes, at first and while nothing changes.

In the background, in this process and the one that it has the entries read by, by the wall clock and by the
time of the cores; the link lies on a server in this process. Run it with `python -m bench.published`.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bench.measure import real_clocks
from bridge.published.keeping import Publication, PublishedTime
from bridge.published.provider import PublishedCalendars
from bridge.store.engine import Store
from bridge.store.migrate import migrate
from providers.base import BusyQuery, Deadline, Interval
from providers.route import Route
from tests.local.files import calendar, entry
from tests.published.server import Link, LinkServer

ENTRIES = 20_000
_AHEAD = timedelta(days=60)
_MINUTE = timedelta(minutes=1)


def main() -> None:
    """Print the table."""
    table = Table("reading", title=f"a published calendar of {ENTRIES:,} entries")
    for column in ("wall, s", "cores, s"):
        table.add_column(column, justify="right")
    clocks = real_clocks()
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder, LinkServer() as server:
        url = f"sqlite:///{Path(folder) / 'bridge.sqlite'}"
        migrate(url)
        server.links["/a.ics"] = link = Link(_file(clocks.now()))
        with closing(Store(url)) as store:
            every = timedelta(minutes=10)
            of = Publication("a", f"{server.url}/a.ics", "UTC", _AHEAD, every, 2 * every)
            reading = PublishedTime(store, Route(is_private_allowed=True), clocks)
            calendars = PublishedCalendars(store, {"a": of}, clocks)
            query = BusyQuery("a")
            window = Interval(clocks.now(), clocks.now() + timedelta(days=14))
            table.add_row("the first time", *_taken(lambda: reading.refresh(of)))
            answer = calendars.free_busy([query], window, deadline=Deadline(5, clocks.monotonic))[query]
            if isinstance(answer, Exception) or not answer:
                raise RuntimeError(f"it was not read: {answer}")
            table.add_row("sent again, unchanged", *_taken(lambda: reading.refresh(of)))
            link.etag = '"one"'
            reading.refresh(of)
            table.add_row("not sent again (304)", *_taken(lambda: reading.refresh(of)))
    table.caption = f"the file: {len(link.content) / 1e6:.1f} MB"
    wide_console().print(table)


def _file(now: datetime) -> bytes:
    """Return entries of a minute each, two minutes apart, from today on."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [start + 2 * number * _MINUTE for number in range(ENTRIES)]
    return calendar(
        *(
            entry(
                UID=f"{number}@example.com",
                DTSTART=f"{moment:%Y%m%dT%H%M%SZ}",
                DTEND=f"{moment + _MINUTE:%Y%m%dT%H%M%SZ}",
            )
            for number, moment in enumerate(starts)
        )
    )


def _taken(work: Callable[[], object]) -> tuple[str, str]:
    """Return the seconds that work takes, by the wall clock and of the cores, its processes' too."""
    began, used = time.perf_counter(), _used()
    work()
    return f"{time.perf_counter() - began:.2f}", f"{_used() - used:.2f}"


def _used() -> float:
    found = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in found)


if __name__ == "__main__":
    main()
