"""Create, read, find, move and remove single events.

Decides what each refusal says about the event, and never leaves open whether a write happened without
saying so (WriteUnknown). The caller's key goes along as transactionId, which keeps a repeat from making a
second event while Exchange remembers it, and as a property, by which the event is found for ever. An id
alone does not tell that a calendar holds an event, since it leads into the deleted items too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from providers.base import Deadline, Event, EventDraft, EventRef, Interval
from providers.errors import AccessDenied, EventChanged, EventExists, EventNotFound, ProviderError
from providers.http import Call
from providers.microsoft.client import Answer, Client, Json, Question
from providers.microsoft.errors import CANNOT_DELETE, DUPLICATE_TRANSACTION, Refusal
from providers.microsoft.json import (
    BOOKING_ID,
    EVENT_KEY,
    EXPAND,
    OWN_FIELDS,
    draft_body,
    event_of,
    times_body,
)
from providers.microsoft.listing import (
    DEFAULT,
    calendar_path,
    event_path,
    listed,
    see_calendar,
    with_property,
)
from providers.writing import after_conflict, holder, seen_again, with_link

_FRESH = timedelta(seconds=5)
_CLOCK_CHANGE = timedelta(hours=1)  # what rules of different age differ by


def create_event(
    client: Client, calendar: str, event_key: str, draft: EventDraft, deadline: Deadline
) -> Event:
    """Create the event under its key, and wait a moment for its meeting link."""
    call = client.call("create_event", deadline, writes=True)
    question = Question(
        "POST", f"{calendar_path(client, calendar)}/events", body=draft_body(event_key, draft)
    )

    def made_before(ref: EventRef | None) -> Event | None:
        """Return the event the key made earlier: it may have been moved or deleted since."""
        event = find_event(client, calendar, event_key, deadline)
        return read_event(client, ref, deadline) if event is None and ref is not None else event

    try:
        made, is_new = client.ask(
            call,
            question,
            lambda answer: (event_of(call, calendar, answer.body), _is_new(answer)),
            meaning=lambda refusal: _duplicate(call, refusal),
        )
    except _Duplicate as duplicate:
        known = EventRef(calendar, duplicate.existing_id) if duplicate.existing_id else None
        return holder(call, lambda: made_before(known), event_key, draft)
    if not is_new:
        return holder(call, lambda: made_before(made.ref), event_key, draft)
    # The answer to a create does not show properties, but it was made with these.
    made = replace(made, booking_id=draft.booking_id, event_key=event_key)
    return with_link(
        at_its_instant(client, call, made, draft.interval),
        lambda event, waiting: read_as_told(client, client.call("read_event", waiting), event.ref),
        clocks=client.clocks,
        deadline=deadline,
    )


class _Duplicate(EventExists):
    """The transactionId was used before; `existing_id` is the event's where Graph tells it."""

    existing_id: str | None = None


def _duplicate(call: Call, refusal: Refusal) -> ProviderError | None:
    """Return the meaning of a used transactionId, which is told as 400 or as 409."""
    # The status differs by report; the code does not. Some answers name the event that stands in the way.
    if refusal.code != DUPLICATE_TRANSACTION:
        return None
    found = _Duplicate(call.provider, call.operation, str(refusal))
    found.existing_id = refusal.existing_id
    return found


def _is_new(answer: Answer) -> bool:
    """Tell whether a 201 made the event; a repeat within Exchange's memory answers with the one of then."""
    # By users' reports a repeat under the same key is 201 too, with the event as it was then.
    created, told = answer.body.get("createdDateTime"), answer.headers.get("date")
    if not isinstance(created, str) or told is None:
        return True
    try:
        return parsedate_to_datetime(told) - datetime.fromisoformat(created) < _FRESH
    except (ValueError, TypeError):  # TypeError: one of them names no zone
        return True


def read_as_told(client: Client, call: Call, ref: EventRef) -> Event:
    """Return the event of an id, wherever it lies."""
    query = {"$select": OWN_FIELDS, "$expand": EXPAND}
    question = Question("GET", event_path(client, ref.calendar, ref.event_id), query=query)
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
    return replace(found, rooms=event.rooms)


def resolved(client: Client, call: Call, ref: EventRef) -> EventRef:
    """Return the reference with Graph's id: until an answer came, the caller knows only its own key."""
    if not ref.is_by_key:
        return ref
    found = find_event(client, ref.calendar, ref.event_id, call.deadline)
    if found is None:
        raise EventNotFound(call.provider, call.operation, "nothing was made under this key")
    return replace(found.ref, etag=ref.etag)


def confirm_calendar(client: Client, call: Call, calendar: str) -> None:
    """Make sure that 404 is about the event: of a calendar no longer shared it is said too."""
    # The default one cannot be taken away from its owner.
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


def move_event(
    client: Client, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline
) -> Event:
    """Change start and end if the event is still at its etag; Exchange tells the guests.

    Nothing else is sent: a body read and written back would lose the Teams meeting in it.
    """
    call = client.call("move_event", deadline, writes=True)
    body = times_body(interval, timezone)
    try:
        ref = resolved(client, call, ref)
        moved = _moved(client, call, ref, body)
    except EventChanged as refused:
        moved = _moved_after_all(client, call, ref, interval, body=body, refused=refused)
    except EventNotFound:
        confirm_calendar(client, call, ref.calendar)
        raise
    if moved.cancelled:
        raise EventNotFound(call.provider, call.operation, "removed")
    moved = at_its_instant(client, call, moved, interval)
    # The answer to a change shows no properties, nor whether the deleted items were changed.
    return seen_again(
        moved, lambda in_time: still_listed(client, client.call("read_event", in_time), moved), deadline
    )


def at_its_instant(client: Client, call: Call, written: Event, interval: Interval) -> Event:
    """Return the event at the instants meant. WriteUnknown: it may be elsewhere.

    Exchange's rules for a zone can be older than ours, and then be an hour away: UTC is not to be mistaken.
    An event that is further away was moved by somebody, before a repeat of the same create.
    """
    off = {abs(there - meant) for there, meant in zip(written.interval, interval, strict=True)}
    if off != {_CLOCK_CHANGE}:
        return written
    try:
        corrected = _moved(client, call, written.ref, times_body(interval))
    except ProviderError as error:
        raise call.broken(sent=True, detail=f"not at the time meant; {error.detail}") from None
    return replace(corrected, booking_id=written.booking_id, event_key=written.event_key)


def _moved(client: Client, call: Call, ref: EventRef, body: Json) -> Event:
    path = event_path(client, ref.calendar, ref.event_id)
    question = Question("PATCH", path, body=body, if_match=ref.etag)  # 412 when it was changed meanwhile
    return client.ask(call, question, lambda answer: event_of(call, ref.calendar, answer.body))


def _moved_after_all(
    client: Client, call: Call, ref: EventRef, interval: Interval, *, body: Json, refused: EventChanged
) -> Event:
    """Look at the event after 412, which is also said of conflicts that pass: try again if unchanged."""
    event = after_conflict(call, refused, lambda: read_event(client, ref, call.deadline))
    if event.interval == interval and not event.cancelled:  # an earlier try of ours did it
        return event
    if event.cancelled or ref.etag not in (None, event.ref.etag):
        raise EventChanged(call.provider, call.operation, "changed since it was read")
    return _moved(client, call, ref, body)


def cancel_event(client: Client, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
    """Remove the event; what the calendar no longer holds is removed.

    An organiser cancels a meeting, and everybody is told. Whatever is no meeting of ours is deleted.
    Deleting tells the guests too: Exchange knows no silent way.
    """
    call = client.call("cancel_event", deadline, writes=True)
    try:
        ref = resolved(client, call, ref)
        if not (notify and _cancelled(client, call, ref)):
            _deleted(client, call, ref)
    except EventChanged:  # nothing was asked about a version: such a conflict passes
        _deleted(client, call, ref)
    except EventNotFound:
        confirm_calendar(client, call, ref.calendar)


def _cancelled(client: Client, call: Call, ref: EventRef) -> bool:
    """Cancel as organiser; False where Exchange sees no meeting or another organiser (HTTP 400 or 403)."""
    path = f"{event_path(client, ref.calendar, ref.event_id)}/cancel"
    try:
        client.ask(
            call,
            Question("POST", path, body={"comment": ""}),  # v1.0 names it so; older pages write Comment
            lambda _: None,
            meaning=lambda refusal: _no_meeting(call, refusal),
        )
    except _NoMeeting:
        return False
    return True


class _NoMeeting(ProviderError):
    """This event is not cancelled but deleted."""


def _no_meeting(call: Call, refusal: Refusal) -> ProviderError | None:
    is_about_id = refusal.code.startswith("ErrorInvalidId")
    # "You need to be an organizer to cancel a meeting" comes as 400 (api/event-cancel).
    if refusal.status in (400, 403) and not is_about_id:
        return _NoMeeting(call.provider, call.operation, str(refusal))
    return None


def _deleted(client: Client, call: Call, ref: EventRef) -> None:
    try:
        client.ask(
            call,
            Question("DELETE", event_path(client, ref.calendar, ref.event_id)),
            lambda _: None,
            meaning=lambda refusal: _undeletable(call, refusal),
        )
    except _Undeletable as error:
        _confirm_gone(client, call, ref, error)


class _Undeletable(AccessDenied):
    """Exchange will not delete this: also what it says of an immutable id whose event is deleted already."""


def _undeletable(call: Call, refusal: Refusal) -> ProviderError | None:
    if refusal.code == CANNOT_DELETE:
        return _Undeletable(call.provider, call.operation, str(refusal))
    return None


def _confirm_gone(client: Client, call: Call, ref: EventRef, error: ProviderError) -> None:
    try:
        event = read_event(client, ref, call.deadline)
    except EventNotFound:
        return
    if not event.cancelled:
        raise error
