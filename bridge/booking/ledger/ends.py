"""How an appointment ends otherwise than by taking place: cancelled, or the caller did not come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import (
    NOBODYS,
    Change,
    claims_of,
    disown,
    disown_open,
    log_change,
    record_change,
)
from bridge.booking.ledger.told_failed import ToldFailed
from bridge.errors import BookingClosed, NotBegun, SlotTaken
from bridge.model import Booking, BookingState, Source, WriteState
from bridge.store.engine import ConstraintViolated
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import bookings, claims, deletions, owners, revisions, writes
from bridge.store.sql.told import stands_as_told


@repeated
def cancel(context: LedgerContext, booking: Booking, source: Source = Source.TELLI) -> Booking:
    """Cancel a confirmed booking; one that is cancelled already is done.

    BookingClosed: it is in another state. A move that is under way loses, and what it wrote is removed.
    """
    with context.store.write() as connection:
        # The caller's word is the last: an event that returns from the bin revives nothing now.
        deletions.drop(connection, booking.id)
        if not _end(context, connection, booking, source):
            current = bookings.get(connection, booking.id)
            if current is None or current.state is not BookingState.CANCELLED:
                raise BookingClosed("this appointment is not open any more")
            if is_repeat():
                log_change(connection, current, Change.CANCELLED)
    context.checkpoint("cancelled")
    context.wake()
    return replace(booking, state=BookingState.CANCELLED)


@repeated
def take_back(context: LedgerContext, told: ToldFailed) -> bool:
    """Cancel a booking whose caller was told that it failed; False while it may still be confirmed."""
    # Alone, as it was held: then the transaction that was not heard of has ended, one way or the other.
    with context.store.write_alone() as connection:
        booking = bookings.get(connection, told.booking_id)
        if booking is None:
            # Something is written: what SQLite could not sync to its log cannot turn up after that.
            revisions.count(connection, revisions.CLAIMS)
            return True
        if owners.lease_of(connection, booking.id)[0] is not None:
            return False  # until its commit arrives after all, or its lease is over
        _end(context, connection, booking, Source.BRIDGE, only=stands_as_told(told.version))
    context.checkpoint("taken_back")
    context.wake()
    return True


def _end(
    context: LedgerContext,
    connection: Connection,
    booking: Booking,
    source: Source,
    *,
    only: Sequence[ColumnElement[bool]] = (),
) -> bool:
    # A move under way loses: who was told "cancelled" must not find the appointment moved instead.
    by_staff_at = context.now() if source.is_staff else None
    values = {"state": BookingState.CANCELLED, "staff_changed_at": by_staff_at, **NOBODYS}
    if not bookings.change(
        connection, booking.id, states=(BookingState.CONFIRMED,), only=only, values=values
    ):
        return False
    claims.drop(connection, booking.id)
    for write in writes.of_booking(connection, booking.id):
        if write.state in (WriteState.OPEN, WriteState.DONE):
            disown(context, connection, write)
    cancelled = replace(booking, state=BookingState.CANCELLED)
    record_change(context, connection, cancelled, Change.CANCELLED, source)
    return True


@repeated
def mark_no_show(context: LedgerContext, booking: Booking, source: Source = Source.OFFICE) -> Booking:
    """Record that the caller did not come; said twice it is done.

    A no-show claims no host's time and counts for nobody's share; its event stays in the calendar, for
    it took place, if without the caller. NotBegun: it is still to come. BookingClosed: it is not open.
    """
    values = {"state": BookingState.NO_SHOW, **NOBODYS}
    with context.store.write() as connection:
        is_marked = bookings.change(connection, booking.id, states=(BookingState.CONFIRMED,), values=values)
        current = _in_state(connection, booking, BookingState.NO_SHOW)
        if current.interval.start > context.now():  # judged by the row that is locked: it may just have moved
            raise NotBegun("this appointment has not begun yet; until then it can be cancelled")
        if is_marked:
            claims.drop(connection, booking.id)
            disown_open(context, connection, booking.id)  # a move was under way
            record_change(context, connection, current, Change.NO_SHOW, source)
        elif is_repeat():
            log_change(connection, current, Change.NO_SHOW)
    context.checkpoint("no_show")
    context.wake()
    return current


@repeated
def undo_no_show(context: LedgerContext, booking: Booking, source: Source = Source.OFFICE) -> Booking:
    """Record that the caller came after all; a confirmed booking is as it should be.

    BookingClosed: it is in another state. SlotTaken: a host was given to somebody else meanwhile, or the
    caller made the same appointment again.
    """
    values = {"state": BookingState.CONFIRMED, **NOBODYS}
    try:
        with context.store.write_alone() as connection:
            is_undone = bookings.change(connection, booking.id, states=(BookingState.NO_SHOW,), values=values)
            current = _in_state(connection, booking, BookingState.CONFIRMED)
            if is_undone:
                # A live booking holds its time; where that was given away, the constraint refuses.
                claims.add(connection, claims_of(context, connection, current))
                record_change(context, connection, current, Change.NO_SHOW_UNDONE, source)
            elif is_repeat():
                log_change(connection, current, Change.NO_SHOW_UNDONE)
    except ConstraintViolated as error:
        raise SlotTaken("another appointment has been made for this time, so it stays a no-show") from error
    context.checkpoint("no_show_undone")
    context.wake()
    return current


def _in_state(connection: Connection, booking: Booking, state: BookingState) -> Booking:
    current = bookings.get(connection, booking.id)
    if current is None or current.state is not state:
        word = "gone" if current is None else str(current.state).replace("_", "-")
        raise BookingClosed(f"this appointment is {word}, not {str(state).replace('_', '-')}")
    return current
