"""Statements on kept busy time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from bridge.store.dialects import upsert
from bridge.store.sql.local_events import pieces
from bridge.store.statements import ask
from bridge.store.tables import busy_spans, busy_times
from providers.base import Interval
from providers.occurrence import Occurrence

_NOTHING_FITS = 60  # seconds; the shortest appointment takes as long

Run = tuple[str, bool, bool, Sequence[int]]  # status, all_day, floating, and starts and ends in turn


@dataclass(frozen=True, slots=True)
class BusySpan:
    """For which stretch a calendar's busy time is kept; with a `problem` nothing is known.

    `runs` are the kept times run together, None where an earlier version kept none.
    """

    calendar: str
    reach: Interval
    zone: str
    as_of: datetime
    problem: str | None = None
    runs: Sequence[Run] | None = ()


def spans(connection: Connection, calendars: Collection[str]) -> Mapping[str, BusySpan]:
    """Return the spans of those calendars that have one."""
    return {
        row.calendar: BusySpan(
            row.calendar, Interval(row.starts_at, row.ends_at), row.zone, row.as_of, row.problem, row.runs
        )
        for row in ask(connection, _SPANS, {"calendars": list(calendars)})
    }


class KeptRow(NamedTuple):
    """A kept busy time as it is stored, its moments as seconds since 1970."""

    start: int
    end: int
    event_id: str
    ical_uid: str
    status: str
    all_day: bool
    floating: bool

    @property
    def occurrence(self) -> Occurrence:
        """Return it with its moments."""
        start, end = (datetime.fromtimestamp(moment, UTC) for moment in (self.start, self.end))
        interval = Interval(start, end)
        return Occurrence(
            self.event_id, self.ical_uid, interval, self.status, bool(self.all_day), bool(self.floating)
        )


def within(
    connection: Connection, calendars: Collection[str], window: Interval
) -> Mapping[str, list[KeptRow]]:
    """Return each calendar's kept times that overlap the window, read as if in UTC."""
    wanted = _WITHIN.where(
        busy_times.c.calendar.in_(calendars),
        busy_times.c.starts_at < ceil(window.end.timestamp()),
        busy_times.c.ends_at > floor(window.start.timestamp()),
    )
    found: dict[str, list[KeptRow]] = {calendar: [] for calendar in calendars}
    # All at once: row by row SQLAlchemy goes to the driver for each.
    for row in connection.execute(wanted).all():
        found[row[0]].append(KeptRow._make(row[1:]))
    return found


def run_together(runs: Sequence[Run], window: Interval) -> list[KeptRow]:
    """Return the runs that overlap the window, read as if in UTC; they name no events."""
    first, last = floor(window.start.timestamp()), ceil(window.end.timestamp())
    found = []
    for status, all_day, floating, times in runs:
        starts, ends = times[::2], times[1::2]
        near = slice(bisect_right(ends, first), bisect_left(starts, last))
        found += [
            KeptRow(start, end, "", "", status, all_day, floating)
            for start, end in zip(starts[near], ends[near], strict=True)
        ]
    return found


def keep_span(connection: Connection, span: BusySpan) -> None:
    """Record for which stretch a calendar's busy time is kept from now on, with what is kept run together."""
    values = {
        "starts_at": span.reach.start,
        "ends_at": span.reach.end,
        "zone": span.zone,
        "as_of": span.as_of,
        "problem": span.problem,
        "runs": _runs(connection, span.calendar),
    }
    upsert(connection, busy_spans, {"calendar": span.calendar, **values}, then=values)


def replace_all(connection: Connection, calendar: str, times: Iterable[Occurrence]) -> None:
    """Keep these times of a calendar and no others."""
    connection.execute(delete(busy_times).where(busy_times.c.calendar == calendar))
    _add(connection, calendar, times)


def replace_of(
    connection: Connection, calendar: str, uids: Sequence[str], times: Iterable[Occurrence]
) -> None:
    """Keep these times of a calendar in place of those of some iCalendar UIDs."""
    for some in pieces(uids):
        connection.execute(
            delete(busy_times).where(busy_times.c.calendar == calendar, busy_times.c.ical_uid.in_(some))
        )
    _add(connection, calendar, times)


def _runs(connection: Connection, calendar: str) -> list[Run]:
    """Return a calendar's kept times, those of one kind run together where nothing fits between them."""
    kind = (busy_times.c.status, busy_times.c.all_day, busy_times.c.floating)
    wanted = select(*kind, busy_times.c.starts_at, busy_times.c.ends_at).where(
        busy_times.c.calendar == calendar, busy_times.c.starts_at < busy_times.c.ends_at
    )
    runs: dict[tuple[str, bool, bool], list[int]] = {}
    for status, all_day, floating, start, end in connection.execute(wanted.order_by(busy_times.c.starts_at)):
        times = runs.setdefault((status, all_day, floating), [])
        if times and start - times[-1] < _NOTHING_FITS:
            times[-1] = max(times[-1], end)
        else:
            times += (start, end)
    return [(*kind, times) for kind, times in runs.items()]


def _add(connection: Connection, calendar: str, times: Iterable[Occurrence]) -> None:
    rows = [
        {
            "calendar": calendar,
            "starts_at": floor(time.interval.start.timestamp()),
            "event_id": time.id,
            "ends_at": ceil(time.interval.end.timestamp()),
            "ical_uid": time.ical_uid,
            "status": time.status,
            "all_day": time.all_day,
            "floating": time.floating,
        }
        for time in times
    ]
    if rows:
        connection.execute(insert(busy_times), rows)


_SPANS = select(busy_spans).where(busy_spans.c.calendar.in_(bindparam("calendars", expanding=True)))
_COLUMNS = ("calendar", "starts_at", "ends_at", "event_id", "ical_uid", "status", "all_day", "floating")
_WITHIN = select(*(busy_times.c[name] for name in _COLUMNS))
