"""Read and find single events.

Decides when a calendar holds an event: an id alone does not tell, since it leads into the deleted items too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from providers.base import Deadline, Event, EventRef
from providers.errors import EventNotFound
from providers.http import Call
from providers.microsoft.bodies import BOOKING_ID, EVENT_KEY
from providers.microsoft.client import Client, Question
from providers.microsoft.listing import DEFAULT, event_path, listed, see_calendar, with_property
from providers.microsoft.shapes import EVENT_FIELDS, EXPAND, event_of

_KEY = re.compile(r"[0-9a-f]{32}")


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
