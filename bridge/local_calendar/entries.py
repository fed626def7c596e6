"""Shows stored entries as the events the contract speaks of, and drafts as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bridge.local_calendar.entry_names import NAME, entry_id, moment_of
from bridge.store.sql.busy_times import KeptRow
from bridge.store.sql.local_events import LocalEvent
from bridge.store.sql.local_series import Series, StoredSeries
from providers.base import Event, EventAttendee, EventDraft, EventRef, Interval
from providers.busy_policy import DEFAULT_POLICY
from providers.cleaning import clean
from providers.errors import EventNotFound, ProviderUnavailable
from providers.occurrence import Occurrence

_AROUND = timedelta(days=370)  # an exception lies seldom further from the time it replaces


def clean_draft(draft: EventDraft) -> EventDraft:
    """Return a draft whose texts are fit to be kept."""
    return replace(
        draft,
        title=clean(draft.title),
        description=clean(draft.description),
        location=clean(draft.location),
        attendees=tuple(
            EventAttendee(clean(attendee.email), clean(attendee.name)) for attendee in draft.attendees
        ),
        private={clean(name): clean(value) for name, value in draft.private.items()},
    )


def event_of(found: LocalEvent) -> Event:
    """Return an event the bridge made."""
    ref = EventRef(found.calendar, found.id, str(found.version), found.ical_uid)
    return Event(
        ref=ref,
        interval=found.draft.interval,
        cancelled=found.cancelled,
        blocks=not found.cancelled,
        booking_id=found.booking_id,
        event_key=found.id,
    )


def event_at(calendar: str, found: Occurrence, interval: Interval) -> Event:
    """Return an imported entry at one of its times."""
    ref = EventRef(calendar, found.id, ical_uid=found.ical_uid)
    return Event(ref=ref, interval=interval, blocks=DEFAULT_POLICY.blocks(found.status))


def event_of_series(calendar: str, found: Series) -> Event:
    """Return an imported entry as a whole: from its first start to its last end, if it has one."""
    ref = EventRef(calendar, entry_id(found.ical_uid), ical_uid=found.ical_uid)
    # The import writes this line in this way, and no other line can look like it.
    cancelled = found.ical.count("\nSTATUS:CANCELLED\r") == found.ical.count("\nBEGIN:VEVENT\r")
    interval = Interval(found.starts_at, found.ends_at or found.starts_at)
    return Event(ref=ref, interval=interval, cancelled=cancelled, blocks=not cancelled)


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


def list_imported(calendar: str, near: Sequence[KeptRow], zone: ZoneInfo, window: Interval) -> list[Event]:
    """Return those occurrences that overlap the window; floating times are read in the calendar's zone."""
    known = [row.occurrence for row in near]
    found = [event_at(calendar, one, one.within(zone)) for one in known]
    return [event for event in found if event.interval.overlaps(window)]
