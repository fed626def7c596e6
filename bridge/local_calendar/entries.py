"""Shows stored entries as the events the contract speaks of, and cleans the texts that go in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.local_calendar.busy import Occurrence
from bridge.store.sql.local_events import LocalEvent
from bridge.store.sql.local_series import Series, StoredSeries
from providers.base import DEFAULT_POLICY, Event, EventAttendee, EventDraft, EventRef, Interval
from providers.errors import EventNotFound, ProviderUnavailable

NAME = "local"

_AROUND = timedelta(days=370)  # an exception lies seldom further from the time it replaces

# No database or calendar program needs them, and some fall over them: controls but tab and newline,
# the other line breaks of Unicode, and halves of surrogate pairs.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean(text: str) -> str:
    """Return a text without what would break a line or a database."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


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


def ical_uid(event_key: str) -> str:
    """Return the iCalendar UID under which the feed shows an event."""
    return f"{event_key}@calendar-bridge"


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


def list_imported(calendar: str, near: Sequence[Occurrence], zone: ZoneInfo, window: Interval) -> list[Event]:
    """Return those occurrences that overlap the window; floating times are read in the calendar's zone."""
    found = [event_at(calendar, one, one.within(zone)) for one in near]
    return [event for event in found if event.interval.overlaps(window)]


def entry_id(ical_uid: str, recurrence: str = "") -> str:
    """Return the event id of an imported entry, or of one of its occurrences."""
    return f"ics:{recurrence}:{ical_uid}"


def uid_of(event_id: str) -> str | None:
    """Return the iCalendar UID within an imported entry's event id, None for any other id."""
    prefix, _, rest = event_id.partition(":")
    return rest.partition(":")[2] if prefix == "ics" else None


def moment_of(event_id: str) -> datetime | None:
    """Return the moment an occurrence is named by, as if in UTC; None where none is named."""
    recurrence = event_id.split(":", 2)[1]
    try:
        return datetime.fromisoformat(recurrence).replace(tzinfo=UTC)
    except ValueError:
        return None
