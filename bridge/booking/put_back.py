"""Undoes a move that was given up but reached the calendar after all.

It holds the booking while it does so: nobody else moves or cancels it between looking and putting back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.booking import calendar as vendor
from bridge.booking.context import BookingContext
from bridge.errors import OutcomeUnknown
from bridge.model import BookingState, Write, WriteState
from bridge.store.sql import bookings, writes
from providers.base import Deadline, Event

_WITH_EVENT = (BookingState.CONFIRMED, BookingState.NO_SHOW)


def put_back(context: BookingContext, unwanted: Write, standing: Write, deadline: Deadline) -> None:
    """Move the event back to where the booking is, if the unwanted move put it elsewhere.

    OutcomeUnknown: the calendar did not say, or the booking is being changed at this moment.
    """
    if not _is_astray(vendor.look_up(context, standing, deadline), unwanted, standing):
        return
    with _held(context, unwanted.booking_id):
        with context.store.read() as connection:
            made = writes.of_booking(connection, unwanted.booking_id)
            now_standing = standing_write(made, unwanted)
            draft = writes.draft_of(connection, now_standing) if now_standing else None
        if now_standing is None or draft is None:
            return
        event = vendor.look_up(context, now_standing, deadline)
        if event is None or not _is_astray(event, unwanted, now_standing):
            return
        back = vendor.ask(
            context,
            now_standing.calendar,
            lambda provider: provider.move_event(
                event.ref, now_standing.wanted, timezone=draft.timezone, deadline=deadline
            ),
            deadline,
        )
        with context.store.write() as connection:
            writes.set_wanted(connection, now_standing, draft, back.ref.etag)


def standing_write(made: list[Write], unwanted: Write) -> Write | None:
    """Return the write that stands and whose event the unwanted one would change."""
    for write in made:
        if write.state is WriteState.DONE and write.event_key == unwanted.event_key:
            return write
    return None


def _is_astray(event: Event | None, unwanted: Write, standing: Write) -> bool:
    return event is not None and vendor.holds(event, unwanted.wanted) and unwanted.wanted != standing.wanted


@contextmanager
def _held(context: BookingContext, booking_id: str) -> Iterator[None]:
    """Be the booking's owner for a while. OutcomeUnknown: somebody else is."""
    owner = context.new_id()
    with context.store.write() as connection:
        booking = bookings.get(connection, booking_id)
        now = context.lease_now(connection)
        is_mine = (
            booking is not None
            and booking.state in _WITH_EVENT
            and bookings.seize(
                connection, booking, owner=owner, now=now, lease_until=now + context.lease, from_nobody=True
            )
        )
    if not is_mine:
        raise OutcomeUnknown("this appointment is being changed at this moment")
    try:
        yield
    finally:
        free = {"owner": None, "lease_until": None}
        with context.store.write() as connection:
            bookings.change(connection, booking_id, states=_WITH_EVENT, owner=owner, values=free)
