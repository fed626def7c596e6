"""Cancels a booking: at once in the database, its event is removed until it is gone."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bridge.booking.context import BookingContext
from bridge.booking.ledger.ends import give_up_write
from bridge.errors import BookingClosed
from bridge.model import Booking, BookingState, WriteState
from bridge.store.sql import bookings, claims, writes


def cancel_booking(context: BookingContext, booking: Booking) -> Booking:
    """Cancel a confirmed booking; one that is cancelled already is done.

    BookingClosed: it is in another state.
    """
    with context.store.write() as connection:
        if not cancel_in(connection, context, booking.id):
            current = bookings.get(connection, booking.id)
            if current is None or current.state is not BookingState.CANCELLED:
                raise BookingClosed("this appointment is not open any more")
    context.checkpoint("cancelled")
    context.wake()
    return replace(booking, state=BookingState.CANCELLED)


def cancel_in(
    connection: Connection, context: BookingContext, booking_id: str, *, by_person: bool = False
) -> bool:
    """Record a cancellation in an open transaction; False when the booking is not confirmed."""
    ended: dict[str, object] = {"state": BookingState.CANCELLED, "owner": None, "lease_until": None}
    if by_person:
        ended["by_person"] = True
    if not bookings.change(connection, booking_id, states=(BookingState.CONFIRMED,), values=ended):
        return False
    claims.drop(connection, booking_id)
    for write in writes.of_booking(connection, booking_id):
        if write.state in (WriteState.OPEN, WriteState.DONE):
            give_up_write(connection, context, write)
    return True
