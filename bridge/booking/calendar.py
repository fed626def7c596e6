"""Makes one request to a booking's calendar and says how it ended: done, refused, or unknown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bridge.booking.context import BookingContext
from bridge.calendars.call_pool import StillRunning
from bridge.errors import CalendarRefused, OutcomeUnknown
from bridge.model import CalendarName, Write
from providers.base import CalendarProvider, Deadline, Event, EventDraft, EventRef, Interval
from providers.errors import (
    ConferenceUnavailable,
    InvitationsRefused,
    ProviderError,
    UnexpectedResponse,
    WriteUnknown,
)

T = TypeVar("T")

FRESH_SECONDS = 1.0  # a free/busy answer younger than this is not asked for again before a write
LEAST_SECONDS_FOR_A_WRITE = 1.0
SECONDS_KEPT_FOR_A_WRITE = 1.5  # of a booking's deadline, when calendars are asked
_LEAST_SECONDS_FOR_A_LOOK = 0.2
_UNCLEAR = (WriteUnknown, UnexpectedResponse, StillRunning)


def event_key(booking_id: str, number: int) -> str:
    """Return the key of a booking's write: 32 hex digits, the same for the same write always."""
    return hashlib.sha256(f"{booking_id}/{number}".encode()).hexdigest()[:32]


def create(context: BookingContext, write: Write, draft: EventDraft, deadline: Deadline) -> Event:
    """Create the write's event, once however often it is asked for.

    CalendarRefused: it is certain that nothing was written. OutcomeUnknown: it is not.
    """
    try:
        return _attempt(
            context,
            write,
            lambda provider: provider.create_event(
                write.calendar.calendar, write.event_key, draft, deadline=deadline
            ),
            deadline,
        )
    except CalendarRefused as refusal:
        poorer = _without_what_was_refused(context, write, draft, refusal.__cause__)
        if poorer is None:
            raise
    return create(context, write, poorer, deadline)


def _without_what_was_refused(
    context: BookingContext, write: Write, draft: EventDraft, cause: BaseException | None
) -> EventDraft | None:
    """Return the event without its link or its guests, if just these were refused: better than no booking."""
    if isinstance(cause, ConferenceUnavailable) and draft.conference is not None:
        context.alerts.alert(
            f"conference:{write.calendar}",
            "The calendar {calendar} cannot make {platform} links; appointments are booked without one.",
            calendar=write.calendar,
            platform=draft.conference,
        )
        return replace(draft, conference=None)
    if isinstance(cause, InvitationsRefused) and draft.attendees:
        context.alerts.alert(
            f"invitations:{write.calendar}",
            "The account of {calendar} may invite nobody at present; "
            "appointments are booked without telling callers and co-hosts by mail.",
            calendar=write.calendar,
        )
        return replace(draft, attendees=())
    return None


def create_or_find(context: BookingContext, write: Write, draft: EventDraft, deadline: Deadline) -> Event:
    """Create the write's event; after an unclear answer look for it, if time is left.

    CalendarRefused: it is certain that nothing was written. OutcomeUnknown: it is not.
    """
    try:
        return create(context, write, draft, deadline)
    except OutcomeUnknown:
        found = look_up(context, write, deadline)
        if found is None:
            raise
        return found


def move(context: BookingContext, write: Write, draft: EventDraft, deadline: Deadline) -> Event:
    """Change start and end of the write's event, unless somebody changed it meanwhile.

    CalendarRefused: it is certain that nothing was written. OutcomeUnknown: it is not.
    """
    ref = reference(write)
    return _attempt(
        context,
        write,
        lambda provider: provider.move_event(ref, draft.interval, timezone=draft.timezone, deadline=deadline),
        deadline,
    )


def look_up(context: BookingContext, write: Write, deadline: Deadline) -> Event | None:
    """Return the write's event, None when the calendar holds none (now).

    OutcomeUnknown: the calendar did not say.
    """
    if deadline.remaining() < _LEAST_SECONDS_FOR_A_LOOK:
        raise OutcomeUnknown("there was no time left to look")
    return ask(
        context,
        write.calendar,
        lambda provider: provider.find_event(write.calendar.calendar, write.event_key, deadline=deadline),
        deadline,
    )


def ask(
    context: BookingContext,
    calendar: CalendarName,
    question: Callable[[CalendarProvider], T],
    deadline: Deadline,
) -> T:
    """Return a calendar's answer to a question that changes nothing. OutcomeUnknown: there was none."""
    try:
        provider = context.accounts.provider(calendar)
        return context.pool.run(provider.name, lambda: question(provider), deadline)
    except (ProviderError, StillRunning) as error:
        raise OutcomeUnknown("the calendar did not answer") from error


def reference(write: Write) -> EventRef:
    """Return where the write's event lies."""
    event_id = write.event_id or write.event_key
    return EventRef(write.calendar.calendar, event_id, write.etag, write.ical_uid)


def holds(event: Event, interval: Interval) -> bool:
    """Tell whether an event is there at this time."""
    return not event.cancelled and event.interval == interval


def _attempt(
    context: BookingContext,
    write: Write,
    request: Callable[[CalendarProvider], Event],
    deadline: Deadline,
) -> Event:
    if deadline.remaining() < LEAST_SECONDS_FOR_A_WRITE:
        raise CalendarRefused("there was no time left to write")
    try:
        provider = context.accounts.provider(write.calendar)
        return context.pool.run(provider.name, lambda: request(provider), deadline)
    except _UNCLEAR as error:
        raise OutcomeUnknown("the calendar did not say whether it took the appointment") from error
    except ProviderError as error:
        raise CalendarRefused("the calendar did not take the appointment") from error
