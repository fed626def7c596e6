"""Settles what was left half-done: holds without an end, stuck moves, and events nobody wants.

Whoever was told "failed" keeps no booking: an event that turns up late is removed.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import Connection

from bridge.booking import calendar as vendor
from bridge.booking.context import BookingContext
from bridge.booking.ledger.ends import give_up_write
from bridge.booking.ledger.hold import Hold
from bridge.booking.put_back import put_back, standing_write
from bridge.errors import OutcomeUnknown, StoreUnavailable
from bridge.model import Booking, BookingState, Write, WriteState
from bridge.store.sql import bookings, claims, writes
from providers.base import Deadline, EventRef

_log = logging.getLogger(__name__)

# A late request can still land: an unresolved write is looked for again after these times.
LOOKS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


def fail(context: BookingContext, held: Hold, *, is_certain: bool = True) -> None:
    """End a hold: its claims go, and its event is unwanted unless it is certain that there is none."""
    with context.store.write() as connection:
        if not _end_hold(connection, held.booking.id, held.owner):
            return
        for write in writes.of_booking(connection, held.booking.id):  # the hold may have changed hosts
            if write.state is not WriteState.OPEN:
                continue
            if is_certain:
                writes.set_state(connection, write, WriteState.GONE)
            else:
                give_up_write(connection, context, write)
    context.checkpoint("failed")


def leave(context: BookingContext, held: Hold) -> None:
    """Leave a hold whose outcome is unknown to whoever comes next, keeping its claims.

    If even that cannot be written, the lease runs out by itself.
    """
    try:
        with context.store.write() as connection:
            bookings.let_go(connection, held.booking.id, held.owner, context.lease_now(connection))
    except StoreUnavailable as error:
        _log.warning("a hold could not be given back: %s", error)
    context.checkpoint("left")


def take_over(context: BookingContext, booking: Booking) -> Hold | None:
    """Become the owner of a hold that its process left; None when another was quicker."""
    owner = context.new_id()
    with context.store.write() as connection:
        now = context.lease_now(connection)
        if not bookings.seize(connection, booking, owner=owner, now=now, lease_until=now + context.lease):
            return None
        write = writes.of_booking(connection, booking.id)[-1]
        writes.begin_again(connection, write, context.now())
        return Hold(booking, write, writes.draft_of(connection, write), owner)


def reconcile(context: BookingContext) -> int:
    """Give up holds and moves whose lease is over; return how many."""
    with context.store.read() as connection:
        abandoned = bookings.abandoned(connection, context.lease_now(connection))
    for booking in abandoned:
        give_up(context, booking)
    return len(abandoned)


def give_up(context: BookingContext, booking: Booking) -> bool:
    """Give up a hold or a move that its process left; False when another was quicker.

    A hold fails with all it claimed. A move is undone: the old appointment stands.
    """
    owner = context.new_id()
    with context.store.write() as connection:
        now = context.lease_now(connection)
        if not bookings.seize(connection, booking, owner=owner, now=now, lease_until=now + context.lease):
            return False
        for write in writes.of_booking(connection, booking.id):
            if write.state is WriteState.OPEN:
                give_up_write(connection, context, write)
        if booking.state is BookingState.HELD:
            _end_hold(connection, booking.id, owner)
        else:
            end_move(connection, booking.id, owner)
    context.checkpoint("given_up")
    return True


def give_up_if_left(context: BookingContext, booking: Booking) -> None:
    """Give up a move of this booking that its process left."""
    with context.store.read() as connection:
        owner, lease_until = bookings.lease_of(connection, booking.id)
        current = bookings.get(connection, booking.id)
        if current is None or owner is None or lease_until is None:
            return
        is_over = lease_until <= context.lease_now(connection)
    if is_over:
        give_up(context, current)


def end_move(connection: Connection, booking_id: str, owner: str) -> bool:
    """Drop what a move claimed; the booking is as before. False when the move was not ours any more."""
    freed = {"owner": None, "lease_until": None}
    if not bookings.change(
        connection, booking_id, states=(BookingState.CONFIRMED,), owner=owner, values=freed
    ):
        return False
    claims.drop(connection, booking_id, pending=True)
    return True


def remove(context: BookingContext, booking_id: str, number: int, deadline: Deadline) -> timedelta | None:
    """Remove the event of an unwanted write, if it is there.

    Returns in how long to look again, None when that is not needed any more. OutcomeUnknown: the
    calendar did not say.
    """
    with context.store.read() as connection:
        write = writes.get(connection, booking_id, number)
        made = writes.of_booking(connection, booking_id)
    if write is None or write.state is not WriteState.UNWANTED:
        return None
    try:
        is_certain = _undo(context, write, standing_write(made, write), deadline)
    except OutcomeUnknown:
        _tell_if_late(context, write)
        raise
    context.checkpoint("event_removed")
    return _looked(context, write, is_certain=is_certain)


def _undo(context: BookingContext, write: Write, standing: Write | None, deadline: Deadline) -> bool:
    """Take back what the write did. True when no late request of it can do it any more."""
    if standing is None:
        return _remove_event(context, write, deadline)
    put_back(context, write, standing, deadline)
    return False


def _tell_if_late(context: BookingContext, write: Write) -> None:
    """Alert the owner to an event that should be gone long since."""
    if context.now() - write.made_at > LOOKS[-1]:
        context.alerts.alert(
            _alert_key(write),
            "An event that belongs to no appointment cannot be removed from {calendar}. "
            "The bridge keeps trying; please look whether the calendar can be reached.",
            calendar=write.calendar,
        )


def _alert_key(write: Write) -> str:
    return f"removal:{write.booking_id}/{write.number}"


def _looked(context: BookingContext, write: Write, *, is_certain: bool) -> timedelta | None:
    age = context.now() - write.made_at
    later = [look - age for look in LOOKS if look > age]
    if later and not is_certain:
        return later[0]
    with context.store.write() as connection:
        writes.set_state(connection, write, WriteState.GONE)
        context.alerts.resolve(_alert_key(write), within=connection)
    return None


def _remove_event(context: BookingContext, write: Write, deadline: Deadline) -> bool:
    """Remove what the write made. True when no late request of it can land any more."""
    found = _present(context, write, deadline)
    if found is not None:
        vendor.ask(
            context,
            write.calendar,
            lambda provider: provider.cancel_event(found, notify=write.invited, deadline=deadline),
            deadline,
        )
    return write.event_id is not None and not write.is_move


def _present(context: BookingContext, write: Write, deadline: Deadline) -> EventRef | None:
    if write.event_id is not None:
        return EventRef(write.calendar.calendar, write.event_id, None, write.ical_uid)
    event = vendor.look_up(context, write, deadline)
    return event.ref if event else None


def _end_hold(connection: Connection, booking_id: str, owner: str) -> bool:
    ended = {"state": BookingState.FAILED, "owner": None, "lease_until": None}
    if not bookings.change(connection, booking_id, states=(BookingState.HELD,), owner=owner, values=ended):
        return False
    claims.drop(connection, booking_id)
    return True
