"""Reads imported entries one by one, as the contract's events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bridge.local_calendar.entries import NAME, event_at, event_of_series
from bridge.local_calendar.occurrence import Occurrence, entry_id, moment_of
from bridge.store.sql.local_series import StoredSeries
from providers.base import Event, EventRef, Interval
from providers.errors import EventNotFound, ProviderUnavailable

_AROUND = timedelta(days=370)  # an exception lies seldom further from the time it replaces


def read_imported(stored: StoredSeries | None, ref: EventRef, zone: ZoneInfo) -> Event:
    """Return an imported entry, or the one of its occurrences that `ref` names.

    EventNotFound: there is none. ProviderUnavailable: it cannot be read any more.
    """
    from bridge.local_calendar.series import UNREADABLE, expand

    if stored is None:
        raise EventNotFound(NAME, "read_event")
    series = stored.series
    try:
        near = moment_of(ref.event_id) or series.starts_at
        found = expand(series.ical, Interval(near - _AROUND, near + _AROUND), zone)
    except UNREADABLE as error:
        raise ProviderUnavailable(NAME, "read_event", "an imported entry cannot be read") from error
    for one in found:
        if one.id == ref.event_id:
            return event_at(ref.calendar, one, one.within(zone))
    if ref.event_id != entry_id(series.ical_uid):
        raise EventNotFound(NAME, "read_event")
    return event_of_series(ref.calendar, series)


def list_imported(calendar: str, near: Sequence[Occurrence], zone: ZoneInfo, window: Interval) -> list[Event]:
    """Return those occurrences that overlap the window; floating times are read in the calendar's zone."""
    found = [event_at(calendar, one, one.within(zone)) for one in near]
    return [event for event in found if event.interval.overlaps(window)]
