"""Settles what was left half-done: holds without an end, stuck moves, and events nobody wants.

Whoever was told "failed" keeps no booking: an event that turns up late is removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.booking.put_back import event_shared, put_back
from bridge.booking.whereabouts import Found, whereabouts
from bridge.errors import CalendarRefused, OutcomeUnknown
from bridge.model import Write, WriteState
from bridge.store.sql import writes
from providers.base import Deadline

# A late request can still land: an unresolved write is looked for again after these times.
LOOKS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


def reconcile(context: BookingContext) -> None:
    """Give up holds and moves whose lease is over."""
    # Whoever was told "failed" may be asking elsewhere: what is left is never completed here, only undone.
    for booking in ledger.left_behind(context):
        ledger.give_up(context, booking)


def remove(context: BookingContext, booking_id: str, number: int, deadline: Deadline) -> timedelta | None:
    """Take back what an unwanted write did, if it did anything.

    Returns in how long to look again, None when that is not needed any more. OutcomeUnknown,
    CalendarRefused: the calendar could not be asked.
    """
    with context.store.read() as connection:
        write = writes.get(connection, booking_id, number)
        made = writes.of_booking(connection, booking_id)
        # A job may run once more than it is needed: what is settled stays as it is.
        start = writes.draft_of(connection, write).interval.start if write else None
    if write is None or write.state is not WriteState.UNWANTED:
        return None
    key = f"removal:{write.booking_id}/{write.number}"
    try:
        if standing := event_shared(made, write):
            put_back(context, write, standing, deadline)
            is_certain = False  # the move may still land
        else:
            is_certain = _remove_event(context, write, made, deadline)
    except (OutcomeUnknown, CalendarRefused):
        if context.now() - write.made_at > LOOKS[-1]:
            context.alerts.alert(
                key,
                "An event that belongs to no appointment, on {time}, cannot be removed from {calendar}. "
                "The bridge keeps trying; please look whether the calendar can be reached.",
                time=start,
                calendar=write.calendar,
            )
        raise
    context.checkpoint("event_removed")
    age = context.now() - write.made_at
    later = [look - age for look in LOOKS if look > age]
    if later and not is_certain:
        return later[0]
    context.alerts.resolve(key)  # first: if we die in between, the next look closes it again
    ledger.record_removal(context, write)
    return None


def _remove_event(context: BookingContext, write: Write, made: Sequence[Write], deadline: Deadline) -> bool:
    """Remove what the write made. True when no late request of it can land any more."""
    # A person may have put it into another calendar, where it would outlive its booking.
    place = whereabouts(context, write, deadline)
    keys = {each.event_key for each in made if each.event_id == write.event_id} | {write.event_key}
    if isinstance(place, Found) and (
        place.event.event_key in keys or place.event.ref.event_id == write.event_id
    ):
        calendar = context.calendar(place.calendar, deadline)
        # Whatever version it has by now: nobody's change makes it wanted again.
        calendar.remove(replace(place.event.ref, etag=None), notify=write.invited)
    return write.event_id is not None and not write.is_move
