"""Puts a booking's event into its calendar, by as many requests as that takes."""

from __future__ import annotations

from dataclasses import replace

from bridge.booking.calendar import BookingCalendar
from bridge.booking.context import BookingContext
from bridge.errors import GuestsRefused, LinkRefused, OutcomeUnknown
from bridge.model import Write
from providers.base import Deadline, Event, EventDraft


def create_event(context: BookingContext, write: Write, draft: EventDraft, deadline: Deadline) -> Event:
    """Create the write's event; after an unclear answer look for it, if time is left.

    CalendarRefused: it is certain that nothing was written. OutcomeUnknown: it is not.
    """
    calendar = context.calendar(write.calendar, deadline)
    try:
        return _create(context, calendar, write.event_key, draft)
    except OutcomeUnknown:
        found = calendar.find(write.event_key)
        if found is None:
            raise  # a late request may still make it: settling looks again
        return found


def _create(context: BookingContext, calendar: BookingCalendar, key: str, draft: EventDraft) -> Event:
    """Create the event, without its link or its guests where just these are refused: better than none."""
    try:
        return calendar.create(key, draft)
    except LinkRefused:
        if draft.conference is None:
            raise
        context.alerts.alert(
            f"conference:{calendar.name}",
            "The calendar {calendar} cannot make {platform} links; appointments are booked without one.",
            calendar=calendar.name,
            platform=draft.conference,
        )
        poorer = replace(draft, conference=None)
    except GuestsRefused:
        if not draft.attendees:
            raise
        context.alerts.alert(
            f"invitations:{calendar.name}",
            "The account of {calendar} may invite nobody at present; "
            "appointments are booked without telling callers and co-hosts by mail.",
            calendar=calendar.name,
        )
        poorer = replace(draft, attendees=())
    return _create(context, calendar, key, poorer)
