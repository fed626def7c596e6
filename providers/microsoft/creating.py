"""Create events, once for each key.

Decides what a repeated create gave back, and never leaves open whether a write happened without saying so
(WriteUnknown). The caller's key goes along as transactionId, which keeps a repeat from making a second event
while Exchange remembers it, and as a property of the event, by which it is found for ever.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from providers.base import Deadline, Event, EventDraft, EventRef
from providers.errors import EventExists, EventNotFound, ProviderError, WriteUnknown
from providers.http import WRITE_NEEDS_SECONDS, Call
from providers.microsoft.bodies import draft_body
from providers.microsoft.client import Answer, Client, Question
from providers.microsoft.events import find_event, read_as_told, read_event
from providers.microsoft.listing import calendar_path
from providers.microsoft.refusals import DUPLICATE_TRANSACTION, Refusal
from providers.microsoft.shapes import event_of

TEAMS_WAIT_SECONDS = 1.0
TEAMS_POLL_SECONDS = 0.25
_FRESH = timedelta(seconds=5)


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
