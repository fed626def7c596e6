"""Enters bookings into the calendars of the resources they take: made, moved, and removed with the booking.

The claims keep a resource from being taken twice; the entry is for whoever else looks into its calendar.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.calendar import reference
from bridge.booking.context import BookingContext
from bridge.errors import CalendarRefused, EventGone
from bridge.model import WriteState
from providers.base import Deadline, Event

_AT_ONCE = timedelta(0)


def enter(context: BookingContext, booking_id: str, deadline: Deadline) -> timedelta | None:
    """Bring the entries of a booking's resources into line with it; return when to do so again.

    OutcomeUnknown, CalendarRefused: it is not certain that they are.
    """
    for entry in ledger.wanted_entries(context, booking_id):
        if entry.write.state is WriteState.DONE and entry.was == entry.wanted:
            continue
        key = f"entry:{booking_id}/{entry.write.resource}"
        try:
            event = _entered(context, entry, deadline)
        except EventGone:
            ledger.record_entry_gone(context, entry)
            return _AT_ONCE  # the appointment takes the resource all the same: another entry is made
        except CalendarRefused:
            context.alerts.alert(
                key,
                "The appointment on {time} takes a room or device whose calendar, {calendar}, did not take "
                "the entry: the bridge books nobody else there, but people cannot see it. It keeps trying.",
                time=entry.wanted.interval.start,
                calendar=entry.write.calendar,
            )
            raise
        context.checkpoint("entered")
        ledger.record_entry(context, entry, event)
        context.alerts.resolve(key)
    return None


def _entered(context: BookingContext, entry: ledger.Entry, deadline: Deadline) -> Event:
    calendar, wanted = context.calendar(entry.write.calendar, deadline), entry.wanted
    if entry.write.state is WriteState.OPEN:
        # Under the same key, however often: what an earlier try made is found, as it was then.
        event = calendar.create(entry.write.event_key, wanted, waits=True)
    else:
        ref = replace(reference(entry.write), etag=None)  # nobody's words in it matter to the bridge
        event = calendar.amend(ref, entry.was, wanted)
    if event.interval == wanted.interval:
        return event
    return calendar.move(replace(event.ref, etag=None), wanted.interval, timezone=wanted.timezone)
