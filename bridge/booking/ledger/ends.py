"""Ends a hold well: the booking is confirmed and refers to its event, in one transaction."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bridge.booking import jobs as work
from bridge.booking.context import BookingContext
from bridge.booking.ledger.hold import Hold
from bridge.errors import HoldLost, StoreUnavailable
from bridge.model import Booking, BookingState, Write, WriteState
from bridge.store.sql import bookings, writes
from providers.base import Event


def confirm(context: BookingContext, held: Hold, event: Event) -> Booking:
    """Confirm the booking whose event the calendar holds.

    HoldLost: another process took over; the event is unwanted then and will be removed.
    """
    try:
        confirmed = _confirm(context, held, event)
    except StoreUnavailable:
        # The commit may have succeeded although its answer was lost: look before saying "failed".
        confirmed = _confirm(context, held, event) or _was_confirmed(context, held)
    if not confirmed:
        raise HoldLost("another process took this booking over")
    context.checkpoint("confirmed")
    context.wake()
    return replace(
        held.booking,
        state=BookingState.CONFIRMED,
        link=event.link or held.booking.link,
        location=held.draft.location,
    )


def give_up_write(connection: Connection, context: BookingContext, write: Write) -> None:
    """Mark a write unwanted and plan to remove what it made or may still make."""
    writes.set_state(connection, write, WriteState.UNWANTED)
    work.plan_removal(connection, write, context.now())


def _confirm(context: BookingContext, held: Hold, event: Event) -> bool:
    values = {
        "state": BookingState.CONFIRMED,
        "owner": None,
        "lease_until": None,
        "link": event.link or held.booking.link,
        "location": held.draft.location,
    }
    with context.store.write() as connection:
        confirmed = bookings.change(
            connection, held.booking.id, states=(BookingState.HELD,), owner=held.owner, values=values
        )
        if confirmed:
            writes.finish(connection, held.write, event.ref)
            work.plan_read_back(connection, held.booking.id, context.now())
        elif not is_done(connection, held.write):
            give_up_write(connection, context, held.write)
    return confirmed


def is_done(connection: Connection, write: Write) -> bool:
    """Tell whether the write is recorded as done."""
    now = writes.get(connection, write.booking_id, write.number)
    return now is not None and now.state is WriteState.DONE


def _was_confirmed(context: BookingContext, held: Hold) -> bool:
    with context.store.read() as connection:
        booking = bookings.get(connection, held.booking.id)
        return (
            booking is not None
            and booking.state is BookingState.CONFIRMED
            and is_done(connection, held.write)
        )
