"""Says when an embedded calendar is busy for one host. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from bridge.local_calendar.occurrence import Occurrence, blocks
from bridge.store.sql.local import Busy
from providers.base import BusyQuery, EventRef, Interval
from providers.times import busy_answer


def busy_time(
    query: BusyQuery, own: Sequence[Busy], imported: Iterable[Occurrence], window: Interval
) -> tuple[Interval, ...]:
    """Return the busy time within the window, by the query's policy, zone and exception."""
    return busy_answer([*_of_own(query, own), *_of_imported(query, imported)], window)


def _of_own(query: BusyQuery, own: Sequence[Busy]) -> Iterator[Interval]:
    if "busy" in query.policy.statuses:
        for event in own:
            if not _is(query, event.id, event.ical_uid):
                yield event.interval


def _of_imported(query: BusyQuery, imported: Iterable[Occurrence]) -> Iterator[Interval]:
    zone = ZoneInfo(query.timezone)
    for found in imported:
        if blocks(found, query.policy) and not _is(query, found.id, found.ical_uid):
            yield found.within(zone)


def _is(query: BusyQuery, event_id: str, uid: str) -> bool:
    """Tell whether this is the event to leave out; its UID names it in any calendar it was copied to."""
    without: EventRef | None = query.without
    if without is None:
        return False
    return without.ical_uid == uid or (without.event_id == event_id and without.calendar == query.calendar)
