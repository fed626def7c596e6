"""Moves (reschedules): claims the new time beside the old, changes the event, then lets the old time go."""

from __future__ import annotations

from bridge.booking import ledger
from bridge.booking.calendar import BookingCalendar, holds, reference
from bridge.booking.context import BookingContext
from bridge.booking.job_names import FOLLOW
from bridge.booking.link import with_meeting
from bridge.booking.recheck import Questions, is_free
from bridge.calendars.availability import Busy, OwnEvent
from bridge.errors import (
    BookingClosed,
    CalendarRefused,
    EventChangedMeanwhile,
    EventGone,
    HoldLost,
    OutcomeUnknown,
    SlotTaken,
)
from bridge.model import Booking, CalendarName, MoveWish, Write, WriteState
from bridge.store.patience import repeated
from bridge.store.sql import bookings, jobs, writes
from providers.base import Deadline, Event, EventRef


def move_booking(context: BookingContext, booking: Booking, wish: MoveWish, deadline: Deadline) -> Booking:
    """Return the booking as it is wished; the hosts stay if they can, else are chosen anew.

    A BridgeError says why the booking stays as it was.
    """
    was, standing = _as_it_is(context, booking)
    wanted = wish.of(was)
    event_type = context.event_type_of(wanted)
    is_there = (was.interval.start, was.service) == (wish.start, wanted.service)
    if is_there and wish.host in (None, *was.hosts):
        # Said twice, or moved there by a person meanwhile: it is as wanted.
        affirmed = ledger.affirm(context, was)
        if affirmed is None:
            raise HoldLost("this appointment was changed at the same time")
        return affirmed
    # Else the appointment would be in its own way when it moves by less than its length.
    own = OwnEvent(was.id, standing.calendar, reference(standing), was.interval, _entries(context, was))
    questions = Questions(context, event_type, wish.start, deadline, own=own)
    busy = questions.ask(tuple(dict.fromkeys((*event_type.team.asked, *context.known_hosts(was)))))
    move = ledger.begin_move(context, was, standing, wish, busy)
    event = _carried_out(context, move, questions, busy, deadline)
    context.checkpoint("event_moved")
    return with_meeting(context, ledger.complete_move(context, move, event), deadline)


def _carried_out(
    context: BookingContext, move: ledger.Move, questions: Questions, busy: Busy, deadline: Deadline
) -> Event:
    """Return the event at its new time; whatever keeps it from there ends the move."""
    try:
        if not is_free(context, move.after, questions.ask_again(move.after.taken, busy)):
            raise SlotTaken("the slot was taken meanwhile")
        return _write(context, move, deadline)
    except EventGone as gone:
        ledger.abandon_move(context, move, is_certain=True)
        _follow_soon(context, move.standing)  # it decides whether that was a deletion
        raise BookingClosed("somebody removed this appointment from the calendar") from gone
    except (SlotTaken, CalendarRefused):
        ledger.abandon_move(context, move, is_certain=True)
        raise
    except OutcomeUnknown:
        ledger.abandon_move(context, move, is_certain=False)  # settling puts back what still lands
        raise


@repeated
def _entries(context: BookingContext, booking: Booking) -> dict[CalendarName, EventRef]:
    if not booking.resources:
        return {}
    with context.store.read() as connection:
        made = writes.of_resources(connection, booking.id)
    return {write.calendar: reference(write) for write in made if write.state is not WriteState.GONE}


@repeated
def _as_it_is(context: BookingContext, booking: Booking) -> tuple[Booking, Write]:
    """Return the booking with the write of its event, after giving up a move that got stuck."""
    if ledger.is_left(context, booking):
        with context.store.read() as connection:
            left = bookings.get(connection, booking.id)
        if left is not None:
            ledger.give_up(context, left)
    with context.store.read() as connection:
        found = ledger.with_event(connection, booking.id)
    if found is None:
        raise BookingClosed("this appointment is not open any more")
    return found


def _write(context: BookingContext, move: ledger.Move, deadline: Deadline) -> Event:
    """Change the booking's event, or make another one in another host's calendar."""
    calendar, wanted = context.calendar(move.write.calendar, deadline), move.after.interval
    if not move.write.is_move:
        return calendar.create(move.write.event_key, move.draft)
    try:
        return calendar.move(reference(move.write), wanted, timezone=move.draft.timezone)
    except EventChangedMeanwhile as changed:
        return _write_after_others(context, calendar, move, changed)
    except OutcomeUnknown as unknown:
        try:
            event = calendar.read(reference(move.write))
        except EventGone:
            raise unknown from None  # what the request did, or will do, is no clearer by that
        if not holds(event, wanted):
            raise
        return event


def _write_after_others(
    context: BookingContext, calendar: BookingCalendar, move: ledger.Move, changed: EventChangedMeanwhile
) -> Event:
    """Change an event that is not as we left it: fine if only its text changed, refused if its time did."""
    try:
        event = calendar.read(reference(move.write))
    except (OutcomeUnknown, EventGone):
        raise changed from None  # what is certain is that nothing was written
    if holds(event, move.after.interval):
        return event
    if not holds(event, move.before.interval):
        _follow_soon(context, move.standing)
        raise changed
    # Once more, with the version just read: whoever changes it now as well has the last word.
    return calendar.move(event.ref, move.after.interval, timezone=move.draft.timezone)


@repeated
def _follow_soon(context: BookingContext, standing: Write) -> None:
    """Have the background see what a person did to the event."""
    with context.store.write() as connection:
        jobs.schedule(connection, FOLLOW, str(standing.calendar), context.now())
    context.wake()
