"""What a request has booked before, for one that nobody has time to work on.

telli repeats a request whose answer was lost, with its process, say. `book_appointment` answers a repeat by
its booking; where even that is too much to wait for, this finds it by one short question.
"""

from __future__ import annotations

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.model import Booking, BookingState, Wish
from bridge.store.patience import repeated
from bridge.store.sql import bookings, requests


def booked_before(context: BookingContext, wish: Wish) -> Booking | None:
    """Return the confirmed booking that this very request has made and that is as it asked for.

    None: there is none, or it changes in this moment. StoreUnavailable.
    """
    booking_id = requests.booked_by(context.store, wish.fingerprint)
    booking = _get(context, booking_id) if booking_id else None
    if booking is None or booking.state is not BookingState.CONFIRMED or booking.interval.start != wish.start:
        return None
    if wish.host is not None and wish.host not in booking.hosts:
        return None
    return ledger.affirm(context, booking)  # who was told "failed" before hears now that it is booked


@repeated
def _get(context: BookingContext, booking_id: str) -> Booking | None:
    with context.store.read() as connection:
        return bookings.get(connection, booking_id)
