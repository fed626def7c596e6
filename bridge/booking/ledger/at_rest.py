"""Tells which confirmed bookings are at rest: nobody is changing them, and all their events are known.

Only these follow what people do; the others are looked at again later.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from bridge.model import Booking, BookingState, Write, WriteState
from bridge.store.sql import bookings, writes


@dataclass(frozen=True, slots=True)
class Resting:
    """A confirmed booking with the write of its event, nothing of it under way."""

    booking: Booking
    write: Write


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A confirmed booking that is being changed, or has events that are still looked for."""

    booking: Booking


def look(connection: Connection, booking_id: str) -> Resting | Unsettled | None:
    """Return a confirmed booking as it is, None when there is none of this id."""
    booking = bookings.get(connection, booking_id)
    if booking is None or booking.state is not BookingState.CONFIRMED:
        return None
    owner, _ = bookings.lease_of(connection, booking_id)
    made = writes.of_booking(connection, booking_id)
    done = [write for write in made if write.state is WriteState.DONE]
    is_open = any(write.state in (WriteState.OPEN, WriteState.UNWANTED) for write in made)
    if owner is not None or is_open or len(done) != 1:
        return Unsettled(booking)
    return Resting(booking, done[0])
