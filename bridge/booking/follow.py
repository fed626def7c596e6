"""Follows what people do in their calendars: their calendar wins.

A moved event moves its booking here; deleted ones are deletions.py's.
"""

from __future__ import annotations

from dataclasses import replace

from bridge.booking import calendar as vendor
from bridge.booking.context import BookingContext
from bridge.booking.deletions import follow_deletions
from bridge.booking.ledger import hold as holding
from bridge.booking.ledger.at_rest import Resting, Unsettled, look
from bridge.model import BookingState, CalendarName
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings, claims, cursors, writes
from providers.base import Deadline, Event


def follow_calendar(context: BookingContext, calendar: CalendarName, deadline: Deadline) -> None:
    """Read what changed in a calendar and let the bookings follow. OutcomeUnknown: it did not answer.

    What cannot be followed yet is read again the next time.
    """
    with context.store.read() as connection:
        cursor = cursors.get(connection, calendar)
    changes = vendor.ask(
        context,
        calendar,
        lambda provider: provider.changes(calendar.calendar, cursor, deadline=deadline),
        deadline,
    )
    ours = [event for event in changes.events if event.booking_id and not event.cancelled]
    followed = [_follow_event(context, calendar, event, deadline) for event in ours]
    is_done = follow_deletions(context, calendar, changes, deadline) and all(followed)
    if is_done:
        with context.store.write() as connection:
            cursors.put(connection, calendar, changes.cursor, context.now())


def _follow_event(context: BookingContext, calendar: CalendarName, event: Event, deadline: Deadline) -> bool:
    """Move the event's booking along, if it is elsewhere; False when it has to be looked at again."""
    with context.store.read() as connection:
        found = look(connection, event.booking_id or "")
    if isinstance(found, Unsettled):
        return False
    if found is None or not _is_its_event(found, calendar, event):
        return True
    if event.interval == found.booking.interval:
        return True
    # The listing may be older than a move of our own: what counts is the event as it is now.
    ref = replace(event.ref, etag=None)
    event = vendor.ask(
        context, calendar, lambda provider: provider.read_event(ref, deadline=deadline), deadline
    )
    if event.cancelled or event.interval == found.booking.interval:
        return not event.cancelled
    is_done = _move_along(context, found, event)
    context.checkpoint("followed")
    context.wake()
    return is_done


def _is_its_event(found: Resting, calendar: CalendarName, event: Event) -> bool:
    return found.write.calendar == calendar and found.write.event_id == event.ref.event_id


def _move_along(context: BookingContext, found: Resting, event: Event) -> bool:
    """Let the booking follow its event; False when it changed meanwhile and must be looked at again."""
    try:
        return _record_move(context, found, event, is_claimed=True)
    except ConstraintViolated:
        _alert_overlap(context, found)
    try:
        return _record_move(context, found, event, is_claimed=False)
    except ConstraintViolated:
        # The caller has another appointment at that very time; the owner was told, nothing can follow.
        return True


def _alert_overlap(context: BookingContext, found: Resting) -> None:
    context.alerts.alert(
        f"overlap:{found.booking.id}",
        "An appointment was moved in {calendar} to where there is another one. Please look at both.",
        calendar=found.write.calendar,
    )


def _record_move(context: BookingContext, found: Resting, event: Event, *, is_claimed: bool) -> bool:
    after = replace(
        found.booking,
        interval=event.interval,
        moved_from=found.booking.interval.start,
        moved_at=context.now(),
        by_person=True,
    )
    values = bookings.moved_values(after, link=event.link or after.link)
    with context.store.write_alone() as connection:
        if look(connection, after.id) != found:
            return False
        if not bookings.change(connection, after.id, states=(BookingState.CONFIRMED,), values=values):
            return False
        claims.drop(connection, after.id)
        if is_claimed:
            claims.add(connection, holding.claims_of(context, after, after.interval))
        draft = replace(writes.draft_of(connection, found.write), interval=event.interval)
        writes.set_wanted(connection, found.write, draft, event.ref.etag)
    return True
