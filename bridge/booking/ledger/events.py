"""What became of events already made: removed, put back, completed. No booking changes its state by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import NOBODYS, Change, become_owner, record_change
from bridge.calendars.last_answers import has_changed
from bridge.errors import OutcomeUnknown
from bridge.model import Booking, BookingState, Source, Write, WriteState
from bridge.store.sql import bookings, personal, writes
from providers.base import Event

_WITH_EVENT = (BookingState.CONFIRMED, BookingState.NO_SHOW)


def record_removal(context: LedgerContext, write: Write) -> None:
    """Record that what an unwanted write made is gone for good."""
    with context.store.write() as connection:
        writes.set_state(connection, write, WriteState.GONE)
        has_changed(connection, write.calendar, context.lease_now)
        personal.empty_cancelled(connection, write.booking_id)


@contextmanager
def borrowed(context: LedgerContext, booking_id: str) -> Iterator[None]:
    """Be a booking's owner for a while, so that nobody moves its event meanwhile.

    OutcomeUnknown: somebody else is.
    """
    owner = context.new_id()
    with context.store.write() as connection:
        booking = bookings.get(connection, booking_id)
        is_mine = (
            booking is not None
            and booking.state in _WITH_EVENT
            and become_owner(context, connection, booking, owner, from_nobody=True)
        )
    if not is_mine:
        raise OutcomeUnknown("this appointment is being changed at this moment")
    try:
        yield
    finally:
        # If the process dies first, the lease ends and give_up lets the booking go, changing nothing else.
        with context.store.write() as connection:
            bookings.change(connection, booking_id, states=_WITH_EVENT, owner=owner, values=NOBODYS)


def record_put_back(context: LedgerContext, standing: Write, event: Event) -> None:
    """Record the version of an event that was moved back to where its booking is."""
    with context.store.write() as connection:
        draft = writes.draft_of(connection, standing)
        writes.set_wanted(connection, standing, draft, event.ref.etag)


def record_link(context: LedgerContext, booking_id: str, link: str) -> None:
    """Record a meeting link that was not ready when its booking was confirmed, and let people learn of it."""
    with context.store.write() as connection:
        booking = bookings.get(connection, booking_id)
        if booking is not None and booking.state is BookingState.CONFIRMED:
            _let_know(context, connection, booking, link)
    context.wake()


def record_meeting(context: LedgerContext, booking_id: str, organiser: str, link: str) -> None:
    """Record the link of a meeting made apart from the event, and let event and people learn of it."""
    with context.store.write() as connection:
        booking = bookings.get(connection, booking_id)
        if booking is None or booking.state is not BookingState.CONFIRMED:
            return
        if booking.hosts[0] != organiser:  # moved to another meanwhile, who has another meeting
            return
        _let_know(context, connection, booking, link)
    context.wake()


def _let_know(context: LedgerContext, connection: Connection, booking: Booking, link: str) -> None:
    if booking.link != link:
        bookings.set_link(connection, booking.id, link)
        record_change(context, connection, replace(booking, link=link), Change.LINKED, Source.BRIDGE)


def kept_link(context: LedgerContext, before: Booking, after: Booking, organiser: str) -> str:
    """Return the link that serves after a move: a meeting made apart is its organiser's, and of its kind."""
    was = context.find_event_type(before)
    if was is None or not was.meets_apart:
        return before.link
    stays = organiser == before.hosts[0] and context.event_type_of(after).meets_apart
    return before.link if stays else ""
