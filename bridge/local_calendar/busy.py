"""Says when an embedded calendar is busy: by what the bridge wrote, and by what was imported.

Keeps when imported entries take place, so that a free/busy costs no parsing; decides how much is worked
out at once. What it keeps bears the mark of the last import, and it never answers from before that.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.store.sql import local_series
from bridge.store.sql.local_events import Busy
from providers.base import BusyQuery, Interval
from providers.intervals import busy_answer
from providers.times import instant

_KEPT_SPANS = 3  # of one calendar: the offer's, and what is moved far ahead
_ZONES_REACH = timedelta(days=1)  # floating times are kept as if in UTC; no zone is further away
_AHEAD = timedelta(days=45)  # so that the span need not be worked out anew every day
_TOO_LONG_TO_KEEP = timedelta(days=800)
_MOST = 200_000  # occurrences of one calendar in one span


class Unreadable(Exception):
    """An imported entry cannot be read any more, so nobody knows when its calendar is busy."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which an imported entry takes place; `status` is one of Graph's words.

    The interval of a `floating` one is its wall-clock time, written as if it were UTC.
    """

    id: str
    ical_uid: str
    interval: Interval
    status: str
    all_day: bool = False
    floating: bool = False

    def within(self, zone: ZoneInfo) -> Interval:
        """Return when it takes place for somebody in this zone."""
        if not self.floating:
            return self.interval
        start, end = (moment.replace(tzinfo=None) for moment in self.interval)
        return Interval(instant(start, zone), instant(end, zone, is_end=end > start))


def busy_time(
    query: BusyQuery, own: Sequence[Busy], imported: Iterable[Occurrence], window: Interval
) -> tuple[Interval, ...]:
    """Return the busy time within the window, by the query's policy, zone and exception."""
    policy, zone, without = query.policy, ZoneInfo(query.timezone), query.without
    written = own if "busy" in policy.statuses else ()
    busy = [event.interval for event in written if not (without and _is_left_out(query, event))]
    busy += [
        found.within(zone)
        for found in imported
        if policy.blocks(found.status, is_all_day=found.all_day)
        and not (without and _is_left_out(query, found))
    ]
    return busy_answer(busy, window)


def _is_left_out(query: BusyQuery, found: Busy | Occurrence) -> bool:
    # Here an id is one calendar's own, while Google's copies of an event in other calendars share it.
    is_elsewhere = query.without is not None and query.without.calendar != query.calendar
    return query.leaves_out(None if is_elsewhere else found.id, found.ical_uid)


@dataclass(frozen=True, slots=True)
class _Span:
    """What takes place within a stretch of time, by start; none lasts longer than `longest`."""

    mark: int
    reach: Interval
    found: tuple[Occurrence, ...]
    starts: tuple[datetime, ...]
    longest: timedelta

    def near(self, wanted: Interval) -> Sequence[Occurrence]:
        """Return what may overlap a stretch."""
        first = bisect_left(self.starts, wanted.start - self.longest)
        return self.found[first : bisect_left(self.starts, wanted.end)]


class KeptOccurrences:
    """When the imported entries of each calendar take place. Safe to share between threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._spans: dict[str, tuple[_Span, ...]] = {}
        self._lock = threading.Lock()

    def near(
        self, connection: Connection, calendar: str, zone: ZoneInfo, *, mark: int, window: Interval
    ) -> Sequence[Occurrence]:
        """Return what may overlap the window, floating times in any zone. Unreadable: nobody knows."""
        if mark == 0:
            return ()
        wanted = Interval(window.start - _ZONES_REACH, window.end + _ZONES_REACH)
        span = self._kept(calendar, mark, wanted)
        if span is None:
            with self._lock:  # who comes second finds it done
                span = self._kept(calendar, mark, wanted)
                if span is None:
                    span = self._work_out(connection, calendar, zone, mark, wanted)
                    self._keep(calendar, span)
        return span.near(wanted)

    def _kept(self, calendar: str, mark: int, wanted: Interval) -> _Span | None:
        spans = self._spans.get(calendar, ())
        return next((span for span in spans if span.mark == mark and span.reach.covers(wanted)), None)

    def _keep(self, calendar: str, span: _Span) -> None:
        if span.reach.end - span.reach.start > _TOO_LONG_TO_KEEP:
            return
        others = [other for other in self._spans.get(calendar, ()) if other.mark == span.mark]
        self._spans[calendar] = (span, *others)[:_KEPT_SPANS]

    def _work_out(
        self, connection: Connection, calendar: str, zone: ZoneInfo, mark: int, wanted: Interval
    ) -> _Span:
        reach = Interval(wanted.start, wanted.end + _AHEAD)
        expanded = islice(_expanded(connection, calendar, zone, reach), self._most + 1)
        found = sorted(expanded, key=lambda one: one.interval)
        if len(found) > self._most:
            raise Unreadable("the imported entries take place too often")
        longest = max((one.interval.end - one.interval.start for one in found), default=timedelta(0))
        return _Span(mark, reach, tuple(found), tuple(one.interval.start for one in found), longest)


def _expanded(connection: Connection, calendar: str, zone: ZoneInfo, reach: Interval) -> Iterator[Occurrence]:
    from bridge.local_calendar.series import UNREADABLE, expand

    for stored in local_series.within(connection, calendar, reach):
        try:
            yield from expand(stored.series.ical, reach, zone)
        except UNREADABLE as error:
            raise Unreadable(f"an imported entry cannot be read: {type(error).__name__}") from error
