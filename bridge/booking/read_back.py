"""Looks once more where a new event was put: what else is there?

A second event of ours is removed; a foreign one over the same time is the owner's to sort out, since
no calendar can be asked to take an event only where it is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.booking import ledger
from bridge.booking.calendar import BookingCalendar, reference
from bridge.booking.context import BookingContext
from bridge.booking.job_names import LINK
from bridge.booking.link import is_missing
from bridge.booking.recheck import is_busy_beside
from bridge.calendars.availability import OwnEvent
from bridge.model import Booking, Write
from bridge.store.sql import bookings, jobs
from providers.base import Deadline, Event


def read_back(context: BookingContext, booking_id: str, deadline: Deadline) -> None:
    """Read a confirmed booking's time again as its calendars hold it. OutcomeUnknown: one did not answer."""
    with context.store.read() as connection:
        found = ledger.with_event(connection, booking_id)
    if found is None:
        return
    booking, write = found
    # A late job: of what is over there is nothing left to sort out.
    if booking.interval.end <= context.now():
        return
    calendar = context.calendar(write.calendar, deadline)
    # As events: free/busy would merge ours with a foreign one over the same time.
    events = calendar.list(booking.interval)
    own = [event for event in events if event.booking_id == booking.id]
    for event in own:
        _remove_double(context, calendar, write, event)
    if is_missing(context, booking, write):
        with context.store.write() as connection:
            jobs.schedule(connection, LINK, booking.id, context.now())
    blocking = [event for event in events if event.blocks and not event.cancelled]
    others = [event for event in blocking if event.booking_id not in (None, booking.id)]
    if _overlaps_ours(context, booking, others):
        alert_overlap(context, booking)
    elif _overlaps_foreign(context, booking, write, blocking, deadline):
        context.alerts.alert(
            overlap_key(booking.id),
            "The appointment on {time} in {calendar} overlaps something that was entered at the same moment. "
            "Please look at both.",
            time=booking.interval.start,
            calendar=write.calendar,
        )
    elif own:  # else it lies elsewhere, perhaps over another
        context.alerts.resolve(overlap_key(booking.id))


def overlap_key(booking_id: str) -> str:
    """Return what the alert is known by that something lies over an appointment."""
    return f"overlap:{booking_id}"


def alert_overlap(context: BookingContext, booking: Booking) -> None:
    """Tell the owner that two bookings lie over each other in one calendar."""
    context.alerts.alert(
        overlap_key(booking.id),
        "The appointment on {time} in {calendar} overlaps another appointment in the same calendar. "
        "Please look at both.",
        time=booking.interval.start,
        calendar=booking.calendar,
    )


def _overlaps_ours(context: BookingContext, booking: Booking, events: Sequence[Event]) -> bool:
    """Tell whether another live booking lies over this one in a calendar that its organiser checks."""
    with context.store.read() as connection:
        if not ledger.checked_calendars(context, connection, [(booking.hosts[0], booking.calendar)]):
            return False
        others = [bookings.get(connection, event.booking_id or "") for event in events]
    # One that is over leaves an event behind until it is removed; one nobody knows is another bridge's.
    return any(
        other is None or (other.state.is_live and other.interval.overlaps(booking.interval))
        for other in others
    )


def _overlaps_foreign(
    context: BookingContext, booking: Booking, write: Write, blocking: Sequence[Event], deadline: Deadline
) -> bool:
    if any(event.booking_id is None for event in blocking):
        return True
    own = OwnEvent(booking.id, write.calendar, reference(write), booking.interval, is_read=True)
    # The calendar was read already, event by event.
    return is_busy_beside(context, booking, own, deadline)


def _remove_double(context: BookingContext, calendar: BookingCalendar, write: Write, event: Event) -> None:
    """Remove a second event of the same booking, if the booking is at rest and refers to another one."""
    if event.cancelled or event.ref.event_id == write.event_id:
        return
    with context.store.read() as connection:
        found = ledger.at_rest(connection, write.booking_id)  # it may have moved since its calendar was asked
    if isinstance(found, ledger.Resting) and found.write.event_id not in (None, event.ref.event_id):
        calendar.remove(replace(event.ref, etag=None), notify=write.invited)
