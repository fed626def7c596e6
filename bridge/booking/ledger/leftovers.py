"""What a process left half-done when it died or ran out of time, known by a lease that is over."""

from __future__ import annotations

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import NOBODYS, become_owner, disown_open
from bridge.model import Booking, BookingState
from bridge.store.patience import repeated
from bridge.store.sql import bookings, claims, owners


def left_behind(context: LedgerContext) -> list[Booking]:
    """Return the bookings whose owner's lease is over: holds and moves that nobody finishes."""
    with context.store.read() as connection:
        return bookings.abandoned(connection, context.lease_now(connection), context.lease)


@repeated
def is_left(context: LedgerContext, booking: Booking) -> bool:
    """Tell whether whoever worked on this booking has left it."""
    with context.store.read() as connection:
        return owners.is_left(connection, booking.id, context.lease_now(connection), context.lease)


def give_up(context: LedgerContext, booking: Booking) -> bool:
    """Give up what its process left of a booking; False when another was quicker.

    A hold fails with all it claimed. A move is undone: the old appointment stands.
    """
    is_given_up = _give_up(context, booking, context.new_id())
    if is_given_up:
        context.checkpoint("given_up")
    return is_given_up


@repeated
def _give_up(context: LedgerContext, booking: Booking, owner: str) -> bool:
    with context.store.write() as connection:
        if not become_owner(context, connection, booking, owner):
            return False
        # Nobody knows what its process still sent: every open write is looked for until none can land.
        disown_open(context, connection, booking.id)
        if booking.state is BookingState.HELD:
            values = {"state": BookingState.FAILED, **NOBODYS}
            claims.drop(connection, booking.id)
        else:
            values = NOBODYS
            claims.drop(connection, booking.id, pending=True)
        bookings.change(connection, booking.id, states=(booking.state,), values=values)
    return True
