"""Looks once more where a new event was put: what else is there?

A second event of ours is removed; a foreign one over the same time is the owner's to sort out, since
no calendar can be asked to take an event only where it is free.
"""

from __future__ import annotations

from dataclasses import replace

from bridge.booking import calendar as vendor
from bridge.booking.context import BookingContext
from bridge.booking.ledger.at_rest import Resting, look
from bridge.calendars.availability import OwnEvent
from bridge.errors import OutcomeUnknown
from bridge.model import Booking, BookingState, Write, WriteState
from bridge.store.sql import bookings, writes
from providers.base import Deadline, Event


def read_back(context: BookingContext, booking_id: str, deadline: Deadline) -> None:
    """Read a confirmed booking's time again as its calendars hold it. OutcomeUnknown: one did not answer."""
    with context.store.read() as connection:
        booking = bookings.get(connection, booking_id)
        made = writes.of_booking(connection, booking_id)
    done = [write for write in made if write.state is WriteState.DONE]
    if booking is None or booking.state is not BookingState.CONFIRMED or not done:
        return
    if booking.interval.end <= context.now():
        return
    write = done[-1]
    events = vendor.ask(
        context,
        write.calendar,
        lambda provider: provider.list_events(write.calendar.calendar, booking.interval, deadline=deadline),
        deadline,
    )
    for event in events:
        if event.booking_id == booking.id:
            _remove_double(context, write, event, deadline)
    _complete_link(context, booking, write, deadline)
    foreign = any(event.booking_id is None and event.blocks and not event.cancelled for event in events)
    if foreign or _is_busy_elsewhere(context, booking, write, deadline):
        context.alerts.alert(
            f"overlap:{booking.id}",
            "The appointment on {time} in {calendar} overlaps something that was entered at the same moment. "
            "Please look at both.",
            time=booking.interval.start,
            calendar=write.calendar,
        )
    else:
        context.alerts.resolve(f"overlap:{booking.id}")


def _remove_double(context: BookingContext, write: Write, event: Event, deadline: Deadline) -> None:
    """Remove a second event of the same booking, if the booking is at rest and refers to another one."""
    if event.cancelled or event.ref.event_id == write.event_id:
        return
    with context.store.read() as connection:
        found = look(connection, write.booking_id)  # it may have moved since its calendar was asked
    if not isinstance(found, Resting) or found.write.event_id in (None, event.ref.event_id):
        return
    vendor.ask(
        context,
        write.calendar,
        lambda provider: provider.cancel_event(
            replace(event.ref, etag=None), notify=write.invited, deadline=deadline
        ),
        deadline,
    )


def _complete_link(context: BookingContext, booking: Booking, write: Write, deadline: Deadline) -> None:
    """Take over a meeting link that was not ready when the event was made."""
    with context.store.read() as connection:
        wants_link = writes.draft_of(connection, write).conference is not None
    if booking.link or not wants_link:
        return
    ref = replace(vendor.reference(write), etag=None)
    event = vendor.ask(
        context, write.calendar, lambda provider: provider.read_event(ref, deadline=deadline), deadline
    )
    if event.link:
        with context.store.write() as connection:
            bookings.set_link(connection, booking.id, event.link)
    elif event.conference_pending:
        raise OutcomeUnknown("the meeting link is not ready yet")


def _is_busy_elsewhere(context: BookingContext, booking: Booking, write: Write, deadline: Deadline) -> bool:
    own = OwnEvent(booking.id, write.calendar, vendor.reference(write))
    known = [host for host in booking.hosts if host in context.hosts]  # others were taken out since
    busy = context.availability.busy(
        known, booking.interval, max_age=0, deadline=deadline, own=own, leave_out=write.calendar
    )
    if busy.failures:
        raise OutcomeUnknown("not every calendar answered")
    return any(intervals for intervals in busy.by_host.values() if intervals)
