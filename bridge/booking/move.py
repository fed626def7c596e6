"""Moves a booking to another time: the new time is claimed beside the old, and a failure leaves the old."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.booking import calendar as vendor
from bridge.booking import settle
from bridge.booking.context import BookingContext
from bridge.booking.jobs import plan_follow
from bridge.booking.ledger.move import Move, abandon, complete, plan_move
from bridge.calendars.availability import Busy, OwnEvent
from bridge.errors import BookingClosed, CalendarRefused, OutcomeUnknown, SlotTaken
from bridge.model import Attendee, Booking, BookingState, EventType, Write, WriteState
from bridge.scheduling.intervals import overlaps
from bridge.scheduling.offers import window_around
from bridge.store.sql import bookings, writes
from providers.base import Deadline, Event
from providers.errors import EventChanged, EventNotFound


def move_booking(
    context: BookingContext,
    booking: Booking,
    start: datetime,
    deadline: Deadline,
    *,
    attendee: Attendee | None = None,
) -> Booking:
    """Return the booking at its new start; the hosts stay if they can, else are chosen anew.

    `attendee` is what is known of the caller by now. A BridgeError says why the booking stays as it was.
    """
    event_type = context.event_types.get(booking.event_type)
    if event_type is None:
        raise BookingClosed("this kind of appointment is not offered any more")
    booking, standing = _standing(context, booking)
    if booking.interval.start == start:
        return booking
    wanted = replace(booking, attendee=attendee or booking.attendee)
    busy = _busy(context, event_type, wanted, standing, start, deadline)
    move = plan_move(context, wanted, standing, start, busy)
    try:
        _look_again(context, event_type, move, busy, deadline)
        event = (
            _change_event(context, move, deadline)
            if move.write.is_move
            else _new_event(context, move, deadline)
        )
    except (SlotTaken, CalendarRefused) as refusal:
        abandon(context, move, WriteState.GONE)
        if isinstance(refusal.__cause__, EventNotFound):
            raise BookingClosed("somebody removed this appointment from the calendar") from refusal
        raise
    except OutcomeUnknown:
        abandon(context, move, WriteState.UNWANTED)
        raise
    context.checkpoint("event_moved")
    return complete(context, move, event)


def _standing(context: BookingContext, booking: Booking) -> tuple[Booking, Write]:
    """Return the booking as it is and the write of its event, after giving up a move that got stuck."""
    settle.give_up_if_left(context, booking)
    with context.store.read() as connection:
        current = bookings.get(connection, booking.id)
        made = writes.of_booking(connection, booking.id)
    done = [write for write in made if write.state is WriteState.DONE]
    if current is None or current.state is not BookingState.CONFIRMED or not done:
        raise BookingClosed("this appointment is not open any more")
    return current, done[-1]


def _busy(
    context: BookingContext,
    event_type: EventType,
    booking: Booking,
    standing: Write,
    start: datetime,
    deadline: Deadline,
) -> Busy:
    staying = [host for host in booking.hosts if host in context.hosts]  # others were taken out since
    return context.availability.busy(
        tuple(dict.fromkeys((*event_type.team.hosts, *staying))),
        window_around(event_type, start),
        max_age=0,
        deadline=deadline.less(vendor.SECONDS_KEPT_FOR_A_WRITE),
        own=OwnEvent(booking.id, standing.calendar, vendor.reference(standing)),
    )


def _look_again(
    context: BookingContext, event_type: EventType, move: Move, busy: Busy, deadline: Deadline
) -> None:
    """Ask the chosen hosts again, unless the answer is fresh. SlotTaken: one is busy by now."""
    if context.monotonic() - busy.asked_at < vendor.FRESH_SECONDS:
        return
    start = move.after.interval.start
    again = context.availability.busy(
        move.after.hosts,
        window_around(event_type, start),
        max_age=0,
        deadline=deadline.less(vendor.SECONDS_KEPT_FOR_A_WRITE),
        own=OwnEvent(move.before.id, move.standing.calendar, vendor.reference(move.standing)),
    )
    padded = event_type.padded(start)
    for intervals in again.by_host.values():
        if intervals is None or overlaps(intervals, padded):
            raise SlotTaken("the slot was taken meanwhile")


def _change_event(context: BookingContext, move: Move, deadline: Deadline) -> Event:
    try:
        return vendor.move(context, move.write, move.draft, deadline)
    except CalendarRefused as refusal:
        if isinstance(refusal.__cause__, EventNotFound):
            _follow_soon(context, move)
        if not isinstance(refusal.__cause__, EventChanged):
            raise
        return _change_after_others(context, move, deadline, refusal)
    except OutcomeUnknown:
        event = _read(context, move, deadline)
        if not vendor.holds(event, move.after.interval):
            raise  # a late request may still move it; settling puts it back
        return event


def _change_after_others(
    context: BookingContext, move: Move, deadline: Deadline, refusal: CalendarRefused
) -> Event:
    """Change an event that is not as we left it: fine if only its text changed, refused if its time did."""
    try:
        event = _read(context, move, deadline)
    except OutcomeUnknown:
        raise refusal from None  # certain is that nothing was written
    if vendor.holds(event, move.after.interval):
        return event
    if not vendor.holds(event, move.before.interval):
        _follow_soon(context, move)
        raise refusal
    return vendor.move(context, replace(move.write, etag=event.ref.etag), move.draft, deadline)


def _follow_soon(context: BookingContext, move: Move) -> None:
    """Have the background see what a person did to the event."""
    with context.store.write() as connection:
        plan_follow(connection, move.standing.calendar, context.now())
    context.wake()


def _read(context: BookingContext, move: Move, deadline: Deadline) -> Event:
    ref = replace(vendor.reference(move.write), etag=None)
    return vendor.ask(
        context, move.write.calendar, lambda provider: provider.read_event(ref, deadline=deadline), deadline
    )


def _new_event(context: BookingContext, move: Move, deadline: Deadline) -> Event:
    return vendor.create_or_find(context, move.write, move.draft, deadline)
