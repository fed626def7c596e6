"""Page through a calendar's events.

Decides when a listing is complete: pages may be short or empty, only a missing link ends them. A listing
asks a day more on either side, since Graph and we may disagree about where an all-day event begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from providers.answers import member
from providers.base import Event, Interval
from providers.http import Call
from providers.microsoft.client import Answer, Client, Question
from providers.microsoft.json import EVENT_FIELDS, EXPAND, event_of, having_property, property_of, utc_text
from providers.times import pieces

PAGE_SIZE = 1000  # the largest there is
VIEW_DAYS = 1800  # more than 1,825 are refused
LOOK_BACK = timedelta(days=31)
LOOK_AHEAD = timedelta(days=400)
_MARGIN = timedelta(days=1)
_NEXT = "@odata.nextLink"

DEFAULT = "calendar"
SHARED = "shared:"  # before the address of an owner who shares the default calendar


def calendar_path(client: Client, calendar: str) -> str:
    """Return a calendar's path: "calendar" is the default one, "shared:<address>" another owner's."""
    if calendar == DEFAULT or calendar.startswith(SHARED):
        return f"{events_path(client, calendar)}/calendar"
    return f"{client.base}/calendars/{quote(calendar, safe='=')}"


def events_path(client: Client, calendar: str) -> str:
    """Return under which path a calendar's events are found by id, followed and subscribed to.

    Of a default calendar that is its mailbox; any other must be named for its events to be found.
    """
    if calendar.startswith(SHARED):
        return f"/users/{quote(calendar.removeprefix(SHARED), safe='@')}"
    return client.base if calendar == DEFAULT else calendar_path(client, calendar)


def event_path(client: Client, calendar: str, event_id: str) -> str:
    """Return an event's path."""
    return f"{events_path(client, calendar)}/events/{quote(event_id, safe='=')}"


def view(client: Client, calendar: str, window: Interval, **query: str) -> Iterator[Question]:
    """Return the questions for all single events around a window, series expanded."""
    padded = Interval(window.start - _MARGIN, window.end + _MARGIN)
    for piece in pieces(padded, VIEW_DAYS):
        # In UTC, with a Z: Prefer does not reach the query (api/calendar-list-calendarview).
        times = {"startDateTime": utc_text(piece.start), "endDateTime": utc_text(piece.end)}
        more = {f"${name}": value for name, value in query.items()}
        path = f"{calendar_path(client, calendar)}/calendarView"
        yield Question("GET", path, query=times | {"$top": str(PAGE_SIZE)} | more)


def pages(client: Client, call: Call, question: Question) -> Iterator[list[Any]]:
    """Return the items of every page that answers a question."""
    yield from following(client, call, client.ask(call, question, lambda answer: answer))


def following(client: Client, call: Call, answer: Answer) -> Iterator[list[Any]]:
    """Return the items of a first page and of those after it."""
    link = None
    while True:
        yield member(call, answer.body, "value", list)
        if answer.body.get(_NEXT) is None:
            return
        link, before = client.within_graph(call, answer.body[_NEXT]), link
        # A link that repeats would page for ever.
        if link == before:
            raise call.unexpected(_NEXT)
        answer = client.ask(call, Question("GET", link), lambda page: page)


def overlapping(client: Client, call: Call, calendar: str, window: Interval) -> tuple[Event, ...]:
    """Return the single events that overlap the window, by start."""
    found: dict[str, Event] = {}
    for question in view(client, calendar, window, select=EVENT_FIELDS, expand=EXPAND):
        for items in pages(client, call, question):
            for item in items:
                event = event_of(call, calendar, item)
                # By id: pieces of a window both hold what crosses their border.
                found[event.ref.event_id] = event
    inside = (event for event in found.values() if event.interval.overlaps(window))
    return tuple(sorted(inside, key=lambda event: event.interval))


def with_property(client: Client, call: Call, calendar: str, name: str, value: str) -> tuple[Event, ...]:
    """Return the calendar's live events that bear this property of ours.

    What the filter does not find is looked for among all events of the time that bookings are made for:
    by users' reports such a filter has answered with nothing (msgraph-sdk-dotnet #618).
    """
    query = {
        "$filter": having_property(name, value),
        "$expand": EXPAND,
        "$select": EVENT_FIELDS,
        "$top": "50",
    }
    question = Question("GET", f"{calendar_path(client, calendar)}/events", query=query)
    found = [item for items in pages(client, call, question) for item in items]
    if not found:
        now = client.clocks.now()
        around = Interval(now - LOOK_BACK, now + LOOK_AHEAD)
        found = [
            item
            for question in view(client, calendar, around, select=EVENT_FIELDS, expand=EXPAND)
            for items in pages(client, call, question)
            for item in items
            if property_of(item, name) == value
        ]
    events = (event_of(call, calendar, item) for item in found)
    return tuple(event for event in events if not event.cancelled)


def listed(client: Client, call: Call, event: Event) -> Event | None:
    """Return the event as its calendar lists it; None when only the deleted items hold it."""
    for question in view(
        client, event.ref.calendar, event.interval, select=f"{EVENT_FIELDS},seriesMasterId", expand=EXPAND
    ):
        for items in pages(client, call, question):
            for item in items:
                if member(call, item, "id", str) == event.ref.event_id:
                    return event_of(call, event.ref.calendar, item)
                # A series is listed by its occurrences, never itself.
                if item.get("seriesMasterId") == event.ref.event_id:
                    return event
    return None


def see_calendar(client: Client, call: Call, calendar: str) -> None:
    """Return when the calendar can be seen. CalendarNotFound, AccessDenied: it cannot (any more)."""
    looking = client.call("see_calendar", call.deadline)
    question = Question("GET", calendar_path(client, calendar), query={"$select": "id"})
    client.ask(looking, question, lambda answer: member(looking, answer.body, "id", str))
