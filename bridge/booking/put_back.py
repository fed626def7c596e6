"""Undoes a move that was given up but reached the calendar after all.

It owns the booking while it does so: nobody else moves or cancels it between looking and putting back.
"""

from __future__ import annotations

from collections.abc import Sequence

from bridge.booking import ledger
from bridge.booking.calendar import holds
from bridge.booking.context import BookingContext
from bridge.model import Write, WriteState
from bridge.store.sql import writes
from providers.base import Deadline, Event


def event_shared(made: Sequence[Write], unwanted: Write) -> Write | None:
    """Return the write that stands and whose event the unwanted one would change, None for its own event."""
    for write in made:
        if write.state is WriteState.DONE and write.event_key == unwanted.event_key:
            return write
    return None


def put_back(context: BookingContext, unwanted: Write, standing: Write, deadline: Deadline) -> None:
    """Move the event back to where the booking is, if the unwanted move put it elsewhere.

    OutcomeUnknown: the calendar did not say, or the booking is being changed at this moment.
    """
    calendar = context.calendar(standing.calendar, deadline)
    # Looked at without owning the booking first: mostly there is nothing to do, and nobody is kept waiting.
    if not _is_astray(calendar.find(standing.event_key), unwanted, standing):
        return
    with ledger.borrowed(context, unwanted.booking_id):
        with context.store.read() as connection:
            stands = event_shared(writes.of_booking(connection, unwanted.booking_id), unwanted)
            draft = writes.draft_of(connection, stands) if stands else None
        if stands is None or draft is None:
            return
        # Looked up again: before we owned the booking, it could be moved on, even to another calendar.
        calendar = context.calendar(stands.calendar, deadline)
        event = calendar.find(stands.event_key)
        if event is None or not _is_astray(event, unwanted, stands):
            return
        back = calendar.move(event.ref, stands.wanted, timezone=draft.timezone)
        ledger.record_put_back(context, stands, back)


def _is_astray(event: Event | None, unwanted: Write, standing: Write) -> bool:
    return holds(event, unwanted.wanted) and unwanted.wanted != standing.wanted
