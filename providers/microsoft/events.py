"""Create, read and find single events.

Decides what each refusal says about the event, and never leaves open whether a write happened without
saying so (WriteUnknown). The caller's key goes along as transactionId, which keeps a repeat from making a
second event while Exchange remembers it, and as a property of the event, by which it is found for ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from providers.base import Deadline, Event, EventDraft, EventRef
from providers.errors import (
    EventExists,
    EventNotFound,
    ProviderError,
    WriteUnknown,
)
from providers.http import WRITE_NEEDS_SECONDS, Call
from providers.microsoft.client import Answer, Client, Question
from providers.microsoft.listing import (
    DEFAULT,
    calendar_path,
    event_path,
    listed,
    see_calendar,
    with_property,
)
from providers.microsoft.refusals import DUPLICATE_TRANSACTION, Refusal
from providers.microsoft.shapes import (
    BOOKING_ID,
    EVENT_FIELDS,
    EVENT_KEY,
    EXPAND,
    draft_body,
    event_of,
)

TEAMS_WAIT_SECONDS = 1.0
TEAMS_POLL_SECONDS = 0.25
_FRESH = timedelta(seconds=5)
_KEY = re.compile(r"[0-9a-f]{32}")


def create_event(
    client: Client, calendar: str, event_key: str, draft: EventDraft, deadline: Deadline
) -> Event:
    """Create the event under its key, and wait a moment for its meeting link."""
    call = client.call("create_event", deadline, writes=True)
    question = Question(
        "POST", f"{calendar_path(client, calendar)}/events", body=draft_body(event_key, draft)
    )
    try:
        made, is_new = client.ask(
            call,
            question,
            lambda answer: (event_of(call, calendar, answer.body), _is_new(answer)),
            meaning=lambda refusal: _duplicate(call, refusal),
        )
    except _Duplicate as duplicate:
        return _holder(client, call, EventRef(calendar, duplicate.existing_id or ""), event_key, draft)
    if not is_new:  # the key made it before: it may have been moved or deleted since
        return _holder(client, call, made.ref, event_key, draft)
    # The answer to a create does not show properties, but it was made with these.
    return _with_link(client, replace(made, booking_id=draft.booking_id, event_key=event_key), deadline)


class _Duplicate(EventExists):
    """The transactionId was used before; `existing_id` is the event's where Graph tells it."""

    existing_id: str | None = None


def _duplicate(call: Call, refusal: Refusal) -> ProviderError | None:
    """Return the meaning of a used transactionId, which is told as 400 or as 409."""
    if refusal.code != DUPLICATE_TRANSACTION:
        return None
    found = _Duplicate(call.provider, call.operation, str(refusal))
    found.existing_id = refusal.existing_id
    return found


def _is_new(answer: Answer) -> bool:
    """Tell whether a 201 made the event; a repeat within Exchange's memory answers with the one of then."""
    created, told = answer.body.get("createdDateTime"), answer.headers.get("date")
    if not isinstance(created, str) or told is None:
        return True
    try:
        return parsedate_to_datetime(told) - datetime.fromisoformat(created) < _FRESH
    except (ValueError, TypeError):  # TypeError: one of them names no zone
        return True


def _holder(client: Client, call: Call, ref: EventRef, event_key: str, draft: EventDraft) -> Event:
    """Return the live event of the key if it is the one wanted, else raise EventExists."""
    try:
        event = find_event(client, ref.calendar, event_key, call.deadline)
        if event is None and ref.event_id:
            event = read_event(client, ref, call.deadline)
    except EventNotFound:
        raise EventExists(call.provider, call.operation, "the key is of a removed event") from None
    except ProviderError as error:
        raise WriteUnknown(call.provider, call.operation, f"the key is taken; {error.detail}") from None
    if event is None:
        raise WriteUnknown(call.provider, call.operation, "the key is taken, its event not shown")
    if event.booking_id != draft.booking_id or event.event_key != event_key:
        raise EventExists(call.provider, call.operation, "the key is of another event", event=event)
    return event


def _with_link(client: Client, event: Event, deadline: Deadline) -> Event:
    """Return the event once its meeting is made, or still pending when that takes too long."""
    for _ in range(round(TEAMS_WAIT_SECONDS / TEAMS_POLL_SECONDS)):
        if not event.conference_pending or deadline.remaining() < WRITE_NEEDS_SECONDS:
            break
        client.clocks.sleep(TEAMS_POLL_SECONDS)
        try:
            event = read_as_told(client, client.call("read_event", deadline), event.ref)
        except ProviderError:  # the event is made; its link can come later
            break
    return event


def read_as_told(client: Client, call: Call, ref: EventRef) -> Event:
    """Return the event of an id, wherever it lies."""
    question = Question(
        "GET",
        event_path(client, ref.calendar, ref.event_id),
        query={"$select": EVENT_FIELDS, "$expand": EXPAND},
    )
    return client.ask(call, question, lambda answer: event_of(call, ref.calendar, answer.body))


def read_event(client: Client, ref: EventRef, deadline: Deadline) -> Event:
    """Return the event. EventNotFound: the calendar can be seen and does not hold it.

    An immutable id still names an event after it went to the deleted items, so the calendar is asked too.
    """
    call = client.call("read_event", deadline)
    try:
        event = read_as_told(client, call, resolved(client, call, ref))
    except EventNotFound:
        confirm_calendar(client, call, ref.calendar)
        raise
    return event if event.cancelled else still_listed(client, call, event)


def still_listed(client: Client, call: Call, event: Event) -> Event:
    """Return the event as its calendar lists it. EventNotFound: only the deleted items hold it."""
    found = listed(client, client.call("list_events", call.deadline), event)
    if found is None:
        raise EventNotFound(call.provider, call.operation, "no longer in the calendar")
    return found


def resolved(client: Client, call: Call, ref: EventRef) -> EventRef:
    """Return the reference with Graph's id: until an answer came, the caller knows only its own key."""
    if not _KEY.fullmatch(ref.event_id):
        return ref
    found = find_event(client, ref.calendar, ref.event_id, call.deadline)
    if found is None:
        raise EventNotFound(call.provider, call.operation, "nothing was made under this key")
    return replace(found.ref, etag=ref.etag)


def confirm_calendar(client: Client, call: Call, calendar: str) -> None:
    """Make sure that 404 is about the event: of a calendar no longer shared it is said too."""
    if calendar != DEFAULT:
        see_calendar(client, call, calendar)


def find_event(client: Client, calendar: str, event_key: str, deadline: Deadline) -> Event | None:
    """Return the live event made under the key."""
    found = with_property(client, client.call("find_event", deadline), calendar, EVENT_KEY, event_key)
    return next((event for event in found if event.event_key == event_key), None)


def find_booking(client: Client, calendar: str, booking_id: str, deadline: Deadline) -> Sequence[Event]:
    """Return every live event with this booking id among its properties."""
    found = with_property(client, client.call("find_booking", deadline), calendar, BOOKING_ID, booking_id)
    return tuple(event for event in found if event.booking_id == booking_id)
