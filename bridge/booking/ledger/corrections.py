"""What a caller said last, recorded; the event's text and guests follow in the background."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import (
    NOBODYS,
    Change,
    become_owner,
    located,
    log_change,
    record_change,
    with_event,
)
from bridge.errors import HoldLost
from bridge.model import Attendee, Booking, BookingState, Wish, Write
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import bookings, requests, writes
from bridge.store.sql.told import told_values
from providers.base import Event, EventDraft


@repeated
def correct(context: LedgerContext, booking: Booking, attendee: Attendee, wish: Wish) -> Booking:
    """Let a confirmed booking's caller be who they say; with the same data only the request is noted.

    HoldLost: somebody is changing the booking.
    """
    with context.store.write() as connection:
        requests.note(connection, booking.id, wish.fingerprint)
        after = located(context, connection, replace(booking, attendee=attendee))
        if after == booking:
            return booking
        if is_repeat() and _is_corrected(connection, after):
            log_change(connection, after, Change.CORRECTED)
            return after
        # A move under way would write down the caller it began with.
        owner = context.new_id()
        is_mine = become_owner(context, connection, booking, owner, from_nobody=True)
        if not is_mine or booking.state is not BookingState.CONFIRMED:
            raise HoldLost("this appointment is being changed at this moment")
        values = {**bookings.said_values(after), **told_values(), **NOBODYS}
        bookings.change(connection, booking.id, states=(BookingState.CONFIRMED,), owner=owner, values=values)
        record_change(context, connection, after, Change.CORRECTED, wish.source)
    context.checkpoint("corrected")
    context.wake()
    return after


def _is_corrected(connection: Connection, after: Booking) -> bool:
    current = bookings.get(connection, after.id)
    return current is not None and current.attendee == after.attendee


@repeated
def record_amendment(context: LedgerContext, write: Write, draft: EventDraft, event: Event) -> bool:
    """Record what the booking's event says now; False when it is another write's meanwhile."""
    with context.store.write() as connection:
        found = with_event(connection, write.booking_id)
        if found is None or found[1].number != write.number:
            return False
        # Its time is none of a correction's business: a person may have moved it in between.
        there = writes.draft_of(connection, found[1]).interval
        guests = () if event.uninvited else draft.attendees
        wanted = replace(draft, interval=there, attendees=guests)
        writes.set_wanted(connection, write, wanted, event.ref.etag)
    return True
