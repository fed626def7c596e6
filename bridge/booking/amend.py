"""Lets events say what their bookings know of the caller, where that was corrected since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.calendar import reference
from bridge.booking.context import BookingContext
from bridge.booking.event import draft_event
from bridge.booking.job_names import ENTER, LOOK
from bridge.errors import CalendarRefused, EventGone, GuestsRefused
from bridge.model import Booking, Host, Write
from bridge.store.sql import jobs, writes
from providers.base import Deadline, Event, EventDraft

_AT_ONCE = timedelta(0)


def amend(context: BookingContext, booking_id: str, deadline: Deadline) -> timedelta | None:
    """Let a booking's event say what the booking knows of its caller; return when to do so again.

    OutcomeUnknown, CalendarRefused: it is not certain that it does.
    """
    with context.store.read() as connection:
        found = ledger.with_event(connection, booking_id)
        was = writes.draft_of(connection, found[1]) if found else None
        hosts = ledger.on_the_day(context, connection, found[0]) if found else []
    if found is None or was is None or found[0].interval.end <= context.now():
        return None
    wanted = _wanted(context, found[0], was, hosts)
    if wanted is None or wanted == was:
        return None
    booking, write = found
    key = f"uncorrected:{booking_id}"
    try:
        event, wanted = _amended(context, booking, write, was, wanted, deadline)
    except EventGone:
        with context.store.write() as connection:
            jobs.schedule(
                connection, LOOK, booking_id, context.now()
            )  # it decides whether that was a deletion
        return None
    except CalendarRefused:
        context.alerts.alert(
            key,
            "The caller of the appointment on {time} gave other details, but the event in {calendar} could "
            "not be changed. `bridge bookings` shows what was said last; the bridge keeps trying.",
            time=booking.interval.start,
            calendar=write.calendar,
        )
        raise
    context.checkpoint("event_amended")
    context.alerts.resolve(key)
    if context.invited_resources(booking) and not write.invited:
        with context.store.write() as connection:
            jobs.schedule(connection, ENTER, booking_id, context.now())  # what stood for the rooms meanwhile
    # Where the booking moved meanwhile, its new write has to learn of it too.
    return None if ledger.record_amendment(context, write, wanted, event) else _AT_ONCE


def _wanted(
    context: BookingContext, booking: Booking, was: EventDraft, hosts: Sequence[Host]
) -> EventDraft | None:
    """Return what the event would be given now; None where nobody offers such appointments any more."""
    event_type = context.find_event_type(booking)
    if event_type is None or len(hosts) < len(booking.hosts):
        return None
    draft = draft_event(
        event_type,
        booking,
        [*hosts, *context.known_resources(booking)],
        key=was.private["event_key"],
        locale=context.locale,
        own_link=context.own_link(booking.id),
    )
    return replace(draft, interval=was.interval, timezone=was.timezone, conference=was.conference)


def _amended(
    context: BookingContext,
    booking: Booking,
    write: Write,
    was: EventDraft,
    wanted: EventDraft,
    deadline: Deadline,
) -> tuple[Event, EventDraft]:
    calendar = context.calendar(write.calendar, deadline)
    try:
        return calendar.amend(reference(write), was, wanted), wanted
    except GuestsRefused:
        # The words at least; that nobody can be invited is the calendar's health, and told there.
        kept = replace(wanted, attendees=was.attendees)
        return calendar.amend(reference(write), was, kept), kept
