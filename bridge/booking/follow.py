"""Follows what people do in their calendars: their calendar wins.

A moved event moves its booking here; deleted ones are deletions.py's.
"""

from __future__ import annotations

from bridge.booking import ledger
from bridge.booking.calendar import BookingCalendar
from bridge.booking.context import BookingContext
from bridge.booking.deletions import follow_deletions
from bridge.errors import SlotTaken
from bridge.model import CalendarName
from bridge.store.sql import cursors
from providers.base import Deadline, Event


def follow_calendar(context: BookingContext, name: CalendarName, deadline: Deadline) -> None:
    """Read what changed in a calendar and let the bookings follow. OutcomeUnknown: it did not answer.

    What cannot be followed yet is read again the next time.
    """
    calendar = context.calendar(name, deadline)
    with context.store.read() as connection:
        cursor = cursors.get(connection, name)
    changes = calendar.changes(cursor)
    ours = [event for event in changes.events if event.booking_id and not event.cancelled]
    followed = [_follow_event(context, calendar, event) for event in ours]
    # The cursor stays where something is under way: what is read past once is never reported again.
    is_done = follow_deletions(context, calendar, changes) and all(followed)
    if is_done:
        with context.store.write() as connection:
            cursors.put(connection, name, changes.cursor, context.now())


def _follow_event(context: BookingContext, calendar: BookingCalendar, event: Event) -> bool:
    """Move the event's booking along, if it is elsewhere; False when it has to be looked at again."""
    with context.store.read() as connection:
        found = ledger.at_rest(connection, event.booking_id or "")
    if isinstance(found, ledger.Unsettled):
        return False
    if found is None or (found.write.calendar, found.write.event_id) != (calendar.name, event.ref.event_id):
        return True
    if event.interval == found.booking.interval:
        return True
    # The listing may be older than a move of our own: what counts is the event as it is now.
    event = calendar.read(event.ref)
    if event.cancelled or event.interval == found.booking.interval:
        return not event.cancelled
    return _move_along(context, found, event)


def _move_along(context: BookingContext, found: ledger.Resting, event: Event) -> bool:
    """Let the booking follow its event; False when it changed meanwhile and must be looked at again."""
    try:
        return ledger.follow_move(context, found, event, is_claimed=True)
    except SlotTaken:
        context.alerts.alert(
            f"overlap:{found.booking.id}",
            "An appointment was moved in {calendar} to where there is another one. Please look at both.",
            calendar=found.write.calendar,
        )
    try:
        return ledger.follow_move(context, found, event, is_claimed=False)
    except SlotTaken:
        # The caller has another appointment at that very time; the owner was told, nothing can follow.
        return True
