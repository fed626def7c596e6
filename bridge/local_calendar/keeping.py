"""Keeps worked out when imported entries take place, for the time that callers may book and some beyond.

The import works out what it brings; here that is continued as time goes on, and made anew when a calendar's
zone changed. What cannot be worked out makes a calendar unknown, and its owner is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridge.local_calendar.apart import Limits, TooSlow, read_all
from bridge.local_calendar.reading import ZONES_REACH, Order
from bridge.local_calendar.unusable import Unusable
from bridge.store.engine import Store
from bridge.store.sql import busy_times, local_series, revisions
from bridge.store.sql.busy_times import BusySpan
from bridge.store.sql.local_series import busy_name
from providers.base import Interval
from providers.occurrence import Occurrence

KEEP_BUSY_TIME = "keep_busy_time"
_EVERY = timedelta(hours=1)
_PAST = timedelta(days=32)
_BEYOND = timedelta(days=90)
_RENEWED_AT = timedelta(days=30)  # of what lies beyond; so a calendar is worked out anew every two months
_MOST = 200_000  # occurrences of one calendar


@dataclass(frozen=True)
class ImportedTime:
    """The busy time of the embedded calendars' imports; `ahead` is how far callers may book."""

    store: Store
    zones: Mapping[str, str]
    ahead: timedelta
    limits: Limits = field(default_factory=Limits)

    def reach(self, calendar: str, span: BusySpan | None, now: datetime) -> BusySpan:
        """Return for which stretch to work out: the one that is kept already if it will do, or a new one."""
        if span is not None and self._will_do(calendar, span, now):
            return replace(span, as_of=now)
        return BusySpan(busy_name(calendar), reach_from(now, self.ahead), self.zones[calendar], now)

    def keep(self, calendar: str, now: datetime, *, anew: bool = False) -> None:
        """Work out what is missing of a calendar, or all of it, if anything was imported into it."""
        name = busy_name(calendar)
        with self.store.read() as connection:
            span = busy_times.spans(connection, [name]).get(name)
            if span is None or (self._will_do(calendar, span, now) and not anew):
                return
            wanted = self.reach(calendar, None, now)
            mark = local_series.last_change(connection, calendar)
            around = Interval(wanted.reach.start - ZONES_REACH, wanted.reach.end + ZONES_REACH)
            stored = local_series.within(connection, calendar, around)
        orders = [
            Order(one.series.ical_uid, one.series.ical, one.series.ical.count("\nBEGIN:VEVENT"))
            for one in stored
        ]
        found, problem = worked_out(orders, wanted, self.limits)
        with self.store.write_alone() as connection:
            if local_series.last_change(connection, calendar) != mark:
                return  # imported meanwhile: the next round reads that too
            busy_times.replace_all(connection, name, found)
            busy_times.keep_span(connection, replace(wanted, problem=problem))
            revisions.count(connection, revisions.IMPORTED)

    def _will_do(self, calendar: str, span: BusySpan, now: datetime) -> bool:
        return will_do(span, now, self.ahead, self.zones[calendar])


def reach_from(now: datetime, ahead: timedelta) -> Interval:
    """Return for which stretch busy time is worked out where callers may book so far ahead."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - _PAST
    return Interval(start, start + _PAST + ahead + _BEYOND)


def will_do(span: BusySpan, now: datetime, ahead: timedelta, zone: str) -> bool:
    """Tell whether what is kept reaches far enough for some weeks, with its days in this zone (IANA)."""
    is_long = span.reach.start <= now and now + ahead + _RENEWED_AT <= span.reach.end
    return is_long and span.zone == zone and span.runs is not None


def import_chores(
    imported: ImportedTime, now: Callable[[], datetime]
) -> Mapping[str, Callable[[str], timedelta]]:
    """Return what to do for the one kind of job: to work out what is missing, of all calendars."""

    def keep(_subject: str) -> timedelta:
        for calendar in imported.zones:
            imported.keep(calendar, now())
        return _EVERY

    return {KEEP_BUSY_TIME: keep}


def worked_out(
    orders: Sequence[Order], wanted: BusySpan, limits: Limits
) -> tuple[Sequence[Occurrence], str | None]:
    """Return when the entries take place, or why nobody knows."""
    try:
        told = read_all(orders, wanted.reach, wanted.zone, limits)
    except TooSlow as error:
        return (), f"its entries take too long to read: {error}"
    found: list[Occurrence] = []
    for order, read in zip(orders, told, strict=True):
        if isinstance(read, Unusable):
            return (), f"its entry {order.uid} cannot be read: {read}"
        found += read.found
    return (found, None) if len(found) <= _MOST else ((), "its entries take place too often")
