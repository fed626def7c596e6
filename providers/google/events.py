"""Create, read, move and remove single events.

Decides what each refusal says about the event, and never leaves open whether a write happened without
saying so (WriteUnknown). Every create bears the caller's key as its id, so Google itself makes it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from providers.base import Deadline, Event, EventDraft, EventRef, Interval
from providers.errors import (
    AccessDenied,
    ConferenceUnavailable,
    EventChanged,
    EventExists,
    EventNotFound,
    InvitationsRefused,
    ProviderError,
)
from providers.google.client import PROVIDER, Api, Client, Json
from providers.google.errors import QUOTA, Refusal
from providers.google.json import EVENT_FIELDS, OWN_FIELDS, draft_body, event_of, is_all_day, times_body
from providers.google.listing import calendar_zone, events_in
from providers.http import Call
from providers.writing import after_conflict, holder, with_link

MEET = "google_meet"
_UTC = ZoneInfo("UTC")


def create_event(
    client: Client, calendar: str, event_key: str, draft: EventDraft, deadline: Deadline
) -> Event:
    """Create the event under its key, and wait a moment for its meeting link."""
    call = client.call("create_event", deadline, writes=True)
    if draft.conference not in (None, MEET):
        raise ConferenceUnavailable(PROVIDER, "create_event", "Google makes only Google Meet links")
    body = draft_body(event_key, draft)
    try:
        made = client.ask(
            call,
            lambda api: api.events.insert(
                calendarId=calendar,
                body=body,
                # 0, the default, ignores the wish for a link without a word (reference, events.insert).
                conferenceDataVersion=1 if draft.conference else 0,
                # "none" only where nobody is to be told: Google warns that calendars elsewhere may miss it.
                sendUpdates="all" if draft.attendees else "none",
                fields=EVENT_FIELDS,
            ),
            lambda answer: event_of(call, calendar, answer, _UTC),
            meaning=lambda refusal: _create_refusal(call, draft, refusal),
        )
    except EventExists:
        ref = EventRef(calendar, event_key)
        made = holder(call, lambda: read_event(client, ref, deadline), event_key, draft)
    return with_link(
        made,
        lambda event, waiting: read_event(client, event.ref, waiting),
        clocks=client.clocks,
        deadline=deadline,
    )


def _create_refusal(call: Call, draft: EventDraft, refusal: Refusal) -> ProviderError | None:
    # "duplicate": by our own earlier try, as a rule. httplib2 repeats a POST when a kept line drops.
    if refusal.status == 409:
        return EventExists(call.provider, call.operation, str(refusal))
    # Calendars that make no Meet answer "Invalid conference type value.", by users' reports.
    if draft.conference and refusal.status == 400 and "conference" in refusal.message.casefold():
        return ConferenceUnavailable(call.provider, call.operation, str(refusal))
    # A limit on invitations must not cost the booking: the caller asks again without guests.
    if draft.attendees and refusal.reasons & (QUOTA | {"forbiddenForServiceAccounts"}):
        return InvitationsRefused(call.provider, call.operation, str(refusal))
    return None


def read_event(client: Client, ref: EventRef, deadline: Deadline, *, operation: str = "read_event") -> Event:
    """Return the event. EventNotFound: the calendar can be seen and does not hold it."""
    call = client.call(operation, deadline)
    try:
        item = client.ask(
            call,
            # All attendees: with fewer than there are Google shows the calendar's own, and no room's answer.
            lambda api: api.events.get(calendarId=ref.calendar, eventId=ref.event_id, fields=OWN_FIELDS),
            dict,
        )
    except EventNotFound:
        calendar_zone(client, ref.calendar, deadline)  # 404 may also mean: no longer shared
        raise
    # A deleted event is still answered with 200, but no more than its id is promised (schema Event).
    if item.get("status") == "cancelled" and not ("start" in item and "end" in item):
        raise EventNotFound(call.provider, call.operation, "removed")
    return _event(client, call, ref.calendar, item)


def _event(client: Client, call: Call, calendar: str, item: Json) -> Event:
    """Return the event; only one that takes whole days needs the calendar's zone, which costs a request."""
    zone = calendar_zone(client, calendar, call.deadline) if is_all_day(item) else _UTC
    return event_of(call, calendar, item, zone)


def find_event(client: Client, calendar: str, event_key: str, deadline: Deadline) -> Event | None:
    """Return the live event made under the key: its id is the key."""
    try:
        event = read_event(client, EventRef(calendar, event_key), deadline, operation="find_event")
    except EventNotFound:
        return None
    return None if event.cancelled or event.event_key != event_key else event


def find_booking(client: Client, calendar: str, booking_id: str, deadline: Deadline) -> Sequence[Event]:
    """Return every live event with this booking id in its private properties."""
    call = client.call("find_booking", deadline)
    found = events_in(client, call, calendar, privateExtendedProperty=f"booking_id={booking_id}")
    return tuple(event for event in found if not event.cancelled and event.booking_id == booking_id)


def move_event(
    client: Client, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline
) -> Event:
    """Change start and end if the event is still at its etag; guests are told."""
    call = client.call("move_event", deadline, writes=True)
    body = times_body(interval, timezone)

    def request(api: Api) -> Any:
        return api.events.patch(
            calendarId=ref.calendar,
            eventId=ref.event_id,
            body=body,
            conferenceDataVersion=1,  # 0 would leave the link out of the answer
            sendUpdates="all",
            fields=EVENT_FIELDS,
        )

    # 412 when somebody changed the event meanwhile (guides/version-resources).
    headers = {"If-Match": ref.etag} if ref.etag is not None else None
    try:
        moved = client.ask(
            call, request, lambda answer: event_of(call, ref.calendar, answer, _UTC), headers=headers
        )
    except (EventChanged, AccessDenied) as refused:
        moved = _as_wanted(client, call, ref, interval, refused)
    except EventNotFound:
        calendar_zone(client, ref.calendar, deadline)
        raise
    if moved.cancelled:
        raise EventNotFound(call.provider, call.operation, "removed")
    return moved


def _as_wanted(
    client: Client, call: Call, ref: EventRef, interval: Interval, refused: ProviderError
) -> Event:
    """Return the event if it lies where it shall or is removed, else raise the refusal.

    After 412: the line may have dropped and the patch gone out twice. After 403: so Google refuses, by
    one report, to change what is removed.
    """
    event = after_conflict(call, refused, lambda: read_event(client, ref, call.deadline))
    if event.interval != interval and not event.cancelled:
        raise refused
    return event


def cancel_event(client: Client, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
    """Remove the event; 410, and 404 in a calendar that can be seen, are done."""
    call = client.call("cancel_event", deadline, writes=True)
    try:
        client.ask(
            call,
            lambda api: api.events.delete(
                calendarId=ref.calendar, eventId=ref.event_id, sendUpdates="all" if notify else "none"
            ),
            lambda _: None,
            meaning=lambda refusal: _gone(call, refusal),
        )
    except _AlreadyGone:
        return
    except EventNotFound:
        calendar_zone(client, ref.calendar, deadline)


class _AlreadyGone(EventNotFound):
    """410: deleted before."""


def _gone(call: Call, refusal: Refusal) -> ProviderError | None:
    return _AlreadyGone(call.provider, call.operation, str(refusal)) if refusal.status == 410 else None
