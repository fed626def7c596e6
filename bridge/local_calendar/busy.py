"""Says when an embedded calendar is busy for one host. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from bridge.local_calendar.occurrence import Occurrence
from bridge.store.sql.local_events import Busy
from providers.base import BusyQuery, Interval
from providers.times import busy_answer


def busy_time(
    query: BusyQuery, own: Sequence[Busy], imported: Iterable[Occurrence], window: Interval
) -> tuple[Interval, ...]:
    """Return the busy time within the window, by the query's policy, zone and exception."""
    return busy_answer([*_of_own(query, own), *_of_imported(query, imported)], window)


def _of_own(query: BusyQuery, own: Sequence[Busy]) -> Iterator[Interval]:
    if "busy" in query.policy.statuses:
        for event in own:
            if not _is_left_out(query, event.id, event.ical_uid):
                yield event.interval


def _of_imported(query: BusyQuery, imported: Iterable[Occurrence]) -> Iterator[Interval]:
    zone = ZoneInfo(query.timezone)
    for found in imported:
        counts = query.policy.blocks(found.status, is_all_day=found.all_day)
        if counts and not _is_left_out(query, found.id, found.ical_uid):
            yield found.within(zone)


def _is_left_out(query: BusyQuery, event_id: str, uid: str) -> bool:
    # Here an id is one calendar's own, while Google's copies of an event in other calendars share it.
    is_elsewhere = query.without is not None and query.without.calendar != query.calendar
    return query.leaves_out(None if is_elsewhere else event_id, uid)
