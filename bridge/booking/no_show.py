"""Records that a caller did not come, and takes it back.

It can only be said of an appointment that has begun. A no-show claims no host's time and counts for
nobody's share; its event stays in the calendar, for it took place, if without the caller.
"""

from __future__ import annotations

from sqlalchemy import Connection

from bridge.booking.context import BookingContext
from bridge.booking.ledger import hold as holding
from bridge.booking.ledger.ends import give_up_write
from bridge.errors import BookingClosed, SlotTaken
from bridge.model import Booking, BookingState, WriteState
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings, claims, writes


def mark_no_show(context: BookingContext, booking: Booking) -> Booking:
    """Record that the caller did not come; said twice it is done.

    BookingClosed: the appointment has not begun, or is not open.
    """
    with context.store.write() as connection:
        marked = _change(connection, booking, BookingState.CONFIRMED, BookingState.NO_SHOW)
        current = _in_state(connection, booking, BookingState.NO_SHOW)
        if current.interval.start > context.now():
            raise BookingClosed("this appointment has not begun yet; until then it can be cancelled")
        if marked:
            _end_claims(context, connection, current)
    context.checkpoint("no_show")
    context.wake()
    return current


def undo_no_show(context: BookingContext, booking: Booking) -> Booking:
    """Record that the caller came after all; a confirmed booking is as it should be.

    BookingClosed: it is in another state. SlotTaken: a host was given to somebody else meanwhile, or the
    caller made the same appointment again.
    """
    try:
        with context.store.write_alone() as connection:
            restored = _change(connection, booking, BookingState.NO_SHOW, BookingState.CONFIRMED)
            current = _in_state(connection, booking, BookingState.CONFIRMED)
            if restored:
                claims.add(connection, holding.claims_of(context, current, current.interval))
    except ConstraintViolated as error:
        raise SlotTaken("another appointment has been made for this time, so it stays a no-show") from error
    context.checkpoint("no_show_undone")
    return current


def _change(connection: Connection, booking: Booking, before: BookingState, after: BookingState) -> bool:
    freed: dict[str, object] = {"state": after, "owner": None, "lease_until": None}
    return bookings.change(connection, booking.id, states=(before,), values=freed)


def _in_state(connection: Connection, booking: Booking, state: BookingState) -> Booking:
    current = bookings.get(connection, booking.id)
    if current is None or current.state is not state:
        word = "gone" if current is None else str(current.state).replace("_", "-")
        raise BookingClosed(f"this appointment is {word}, not {str(state).replace('_', '-')}")
    return current


def _end_claims(context: BookingContext, connection: Connection, booking: Booking) -> None:
    claims.drop(connection, booking.id)
    for write in writes.of_booking(connection, booking.id):
        if write.state is WriteState.OPEN:  # a move was under way
            give_up_write(connection, context, write)
