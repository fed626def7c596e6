"""Shows stored entries as the events the contract speaks of, and cleans the texts that go in."""

from __future__ import annotations

import re
from dataclasses import replace

from bridge.local_calendar.occurrence import Occurrence, entry_id
from bridge.store.sql.local_events import LocalEvent
from bridge.store.sql.local_series import Series
from providers.base import DEFAULT_POLICY, Event, EventAttendee, EventDraft, EventRef, Interval

NAME = "local"

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
