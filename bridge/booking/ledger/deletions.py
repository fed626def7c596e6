"""What follows when people delete events, recorded: a rest, a stop when there are many, what is decided.

All of it is decided by rows and in transactions that queue, so that all processes together see the fourth
deletion, and one that is killed leaves the next to go on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.booking.context import LedgerContext
from bridge.booking.job_names import FOLLOW, LOOK
from bridge.booking.ledger.change import (
    NOBODYS,
    Change,
    become_owner,
    claims_of,
    disown,
    is_done,
    open_write,
    record_change,
)
from bridge.booking.ledger.moves import Move
from bridge.booking.ledger.people import Resting, at_rest
from bridge.errors import HoldLost, SlotTaken
from bridge.model import (
    Booking,
    BookingState,
    CalendarName,
    Deletion,
    DeletionState,
    Source,
    Write,
    WriteState,
)
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings, claims, deletions, identities, jobs, writes
from providers.base import Event

REST = timedelta(seconds=60)  # "undo" is a few seconds' matter in every calendar
MOST_DELETIONS = 3  # of one calendar; with more it was emptied, unshared or synchronised badly
WITHIN = timedelta(minutes=10)


def record_gone(context: LedgerContext, found: Resting, *, is_reported: bool) -> bool:
    """Record that a booking's event is gone: from now on that rests, or all of its calendar's stop.

    False when the booking changed meanwhile, or somebody was quicker.
    """
    booking, calendar, now = found.booking, found.write.calendar, context.now()
    with context.store.write_alone() as connection:
        known = deletions.get(connection, booking.id)
        is_new = known is None or known.state is DeletionState.REPORTED
        if not is_new or at_rest(connection, booking.id) != found:
            return False
        resting = Deletion(booking.id, calendar, DeletionState.RESTING, is_reported, now)
        deletions.put(connection, resting)
        names = identities.alike(connection, [calendar])
        # Also one that comes long after: else the fifth would cancel while four wait for an answer.
        is_stopped = bool(deletions.in_state(connection, DeletionState.STOPPED, names=names))
        if is_stopped or deletions.count_since(connection, names, now - WITHIN) > MOST_DELETIONS:
            deletions.change(connection, names, (DeletionState.RESTING,), DeletionState.STOPPED)
        jobs.schedule(connection, LOOK, booking.id, now + REST)
    context.checkpoint("deletion_seen")
    return True


def withdraw(context: LedgerContext, booking_id: str) -> None:
    """Record that a booking's event is there after all."""
    with context.store.write() as connection:
        deletions.drop(connection, booking_id)


def cancel_deleted(context: LedgerContext, found: Resting) -> bool:
    """Cancel a booking whose event was deleted; False when it or the deletion changed meanwhile.

    Its write is gone and not unwanted: should the event return, nobody removes it.
    """
    booking = found.booking
    with context.store.write_alone() as connection:
        known = deletions.get(connection, booking.id)
        if known is None or known.state not in (DeletionState.RESTING, DeletionState.ACCEPTED):
            return False
        values = {"state": BookingState.CANCELLED, "by_person": True, "staff_changed_at": context.now()}
        if at_rest(connection, booking.id) != found:
            return False
        bookings.change(connection, booking.id, states=(BookingState.CONFIRMED,), values=values)
        claims.drop(connection, booking.id)
        writes.set_state(connection, found.write, WriteState.GONE)
        deletions.put(connection, replace(known, state=DeletionState.CANCELLED))
        record_change(
            context,
            connection,
            replace(booking, state=BookingState.CANCELLED),
            Change.CANCELLED,
            Source.CALENDAR,
        )
    context.checkpoint("deletion_followed")
    context.wake()
    return True


def revive(
    context: LedgerContext, cancelled: Booking, write: Write, calendar: CalendarName, event: Event
) -> bool:
    """Confirm a booking again whose event a person deleted and brought back, where and when that is now.

    False when it is not such a booking (any more). SlotTaken: the time was given to somebody else.
    """
    after = replace(
        cancelled,
        state=BookingState.CONFIRMED,
        interval=event.interval,
        calendar=calendar,
        by_person=True,
        link=event.link or cancelled.link,
    )
    values = {"state": BookingState.CONFIRMED, **bookings.moved_values(after)}
    try:
        with context.store.write_alone() as connection:
            known = deletions.get(connection, after.id)
            is_same = bookings.get(connection, after.id) == cancelled
            if known is None or known.state is not DeletionState.CANCELLED or not is_same:
                return False
            if not bookings.change(connection, after.id, states=(BookingState.CANCELLED,), values=values):
                return False
            claims.add(connection, claims_of(context, connection, after))
            draft = replace(writes.draft_of(connection, write), interval=event.interval)
            writes.relocate(connection, write, calendar, event.ref)
            writes.set_wanted(connection, write, draft, event.ref.etag)
            writes.set_state(connection, write, WriteState.DONE)
            deletions.drop(connection, after.id)
            jobs.schedule(connection, FOLLOW, str(calendar), context.now())
            record_change(context, connection, after, Change.REVIVED, Source.CALENDAR)
    except ConstraintViolated as error:
        raise SlotTaken("the time was given to another appointment") from error
    context.checkpoint("revived")
    context.wake()
    return True


def disown_returned(context: LedgerContext, write: Write) -> None:
    """Have an event removed once more that came back although its booking has ended or has another one."""
    with context.store.write_alone() as connection:
        booking = bookings.get(connection, write.booking_id)
        current = writes.get(connection, write.booking_id, write.number)
        if booking is None or current is None or current.state is not WriteState.GONE:
            return
        found = at_rest(connection, booking.id)
        is_replaced = isinstance(found, Resting) and found.write.event_key != write.event_key
        # What a person deleted and brought back is theirs.
        is_ended = booking.state.is_ended and deletions.get(connection, booking.id) is None
        if is_replaced or is_ended:
            disown(context, connection, current)
    context.checkpoint("disowned")
    context.wake()


def decide(context: LedgerContext, calendar: CalendarName, decision: DeletionState) -> list[str]:
    """Record what a person decided about the deletions of a calendar that wait; return their bookings.

    Whichever of its names the person says, those of all its names are meant.
    """
    with context.store.write_alone() as connection:
        names = identities.alike(connection, [calendar])
        waiting = deletions.in_state(connection, DeletionState.STOPPED, names=names)
        deletions.change(connection, names, (DeletionState.STOPPED,), decision)
        for each in waiting:
            jobs.schedule(connection, LOOK, each.booking_id, context.now())
    context.checkpoint("deletions_decided")
    context.wake()
    return [each.booking_id for each in waiting]


def begin_put_back(context: LedgerContext, found: Resting) -> Move:
    """Record that a booking's event is about to be made again: a new one, since its id is used up.

    HoldLost: the booking changed meanwhile.
    """
    booking, owner = found.booking, context.new_id()
    with context.store.write() as connection:
        if at_rest(connection, booking.id) != found:
            raise HoldLost("this appointment is being changed at this moment")
        if not become_owner(context, connection, booking, owner, from_nobody=True):
            raise HoldLost("this appointment is being changed at this moment")
        made = writes.draft_of(connection, found.write)
        write, draft = open_write(context, connection, booking, made)
    context.checkpoint("put_back_held")
    return Move(booking, booking, found.write, write, draft, owner, Source.BRIDGE)


def complete_put_back(context: LedgerContext, move: Move, event: Event) -> None:
    """Let the booking refer to the event that was made again; should the old one return, it is removed.

    HoldLost: somebody cancelled it or took over; what was written is unwanted then.
    """
    if not _complete_put_back(context, move, event):
        raise HoldLost("this appointment was changed at the same time")
    context.checkpoint("put_back")
    context.wake()


def _complete_put_back(context: LedgerContext, move: Move, event: Event) -> bool:
    booking, states = move.after, (BookingState.CONFIRMED,)
    values = {"link": event.link or booking.link, **NOBODYS}
    with context.store.write() as connection:
        if not bookings.change(connection, booking.id, states=states, owner=move.owner, values=values):
            if is_done(connection, move.write):
                return True
            disown(context, connection, move.write)
            return False
        claims.drop(connection, booking.id, pending=True)
        writes.finish(connection, move.write, event)
        disown(context, connection, move.standing)
        deletions.drop(connection, booking.id)
        record_change(context, connection, booking, Change.PUT_BACK, move.source)
        return True
