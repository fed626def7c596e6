"""Sees to it that an appointment gets the meeting link it promises, also when none was made at first.

A link that is still being made is waited for, one that was refused or failed is asked for again, ever more
rarely until the appointment begins. One that a person added is as good.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.calendar import BookingCalendar, reference
from bridge.booking.context import BookingContext
from bridge.errors import CalendarRefused, EventGone, StoreUnavailable
from bridge.model import Booking, Write
from bridge.store.sql import bookings, writes
from providers.base import Deadline, Event
from providers.writing import LINK_POLL_SECONDS, LINK_WAIT_SECONDS

_PATIENCE = timedelta(minutes=10)  # Google makes links in the background, as a rule within seconds
_SECONDS_FOR_TELLING = 0.5  # of a call's deadline
_SOONEST, _LATEST = timedelta(seconds=10), timedelta(hours=1)


def is_missing(context: BookingContext, booking: Booking, write: Write) -> bool:
    """Tell whether a booking's event was to have a link and none is known."""
    with context.store.read() as connection:
        return not booking.link and writes.draft_of(connection, write).conference is not None


def complete_link(context: BookingContext, booking_id: str, deadline: Deadline) -> timedelta | None:
    """Take over a meeting link, or ask for it again; return in how long to look again, None when it is done.

    OutcomeUnknown: the calendar did not answer.
    """
    with context.store.read() as connection:
        found = ledger.with_event(connection, booking_id)
    if found is None:
        return None
    booking, write = found
    if booking.interval.start <= context.now() or not is_missing(context, booking, write):
        return None
    calendar = context.calendar(write.calendar, deadline)
    try:
        event = calendar.read(reference(write))
    except EventGone:
        return _LATEST  # it may be back by then; that it is gone is followed elsewhere
    is_refused = False
    if not event.link and not event.conference_pending:
        try:
            event = _asked_again(context, calendar, write, event)
        except CalendarRefused:
            is_refused = True
    key = f"no_link:{booking.id}"
    if event.link:
        ledger.record_link(context, booking.id, event.link)
        context.alerts.resolve(key)
        return None
    age = context.now() - write.made_at
    if is_refused or age > _PATIENCE:
        context.alerts.alert(
            key,
            "The meeting link of the appointment on {time} in {calendar} could not be made yet, so the "
            "caller has none. The bridge keeps trying; you can also add one by hand.",
            time=booking.interval.start,
            calendar=write.calendar,
        )
    return min(max(age / 4, _SOONEST), _LATEST)


def _asked_again(context: BookingContext, calendar: BookingCalendar, write: Write, event: Event) -> Event:
    with context.store.read() as connection:
        draft = writes.draft_of(connection, write)
    # A new name for each try: Google ignores one that it has refused before.
    return calendar.add_conference(event.ref, str(draft.conference), context.new_id(), draft.interval)


def with_meeting(context: BookingContext, booking: Booking, deadline: Deadline) -> Booking:
    """Return a new booking with the link of a meeting made apart, without where that takes too long.

    The background makes it, in whichever process: a call looks for a second at most.
    """
    event_type = context.find_event_type(booking)
    if event_type is None or not event_type.meets_apart:
        return booking
    spare = min(LINK_WAIT_SECONDS, deadline.remaining() - _SECONDS_FOR_TELLING)
    waiting = Deadline(spare, context.monotonic)
    with suppress(StoreUnavailable):  # booked it is
        while not booking.link and waiting.remaining() > LINK_POLL_SECONDS:
            context.sleep(LINK_POLL_SECONDS)
            with context.store.read() as connection:
                booking = bookings.get(connection, booking.id) or booking
    return booking
