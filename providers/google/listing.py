"""Page through a calendar's events.

Decides when a listing is complete: pages may be short or empty, only a missing page token ends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from providers.answers import member
from providers.base import Deadline, Event, Interval
from providers.errors import AccessDenied
from providers.google.client import Api, Client, Json, Meaning
from providers.google.json import LIST_FIELDS, event_of, rfc3339, zone_of
from providers.http import Call

PAGE_SIZE = 2500  # the largest there is
_TOO_LITTLE = frozenset({"none", "freeBusyReader"})


def pages(client: Client, call: Call, *, meaning: Meaning | None = None, **parameters: Any) -> Iterator[Json]:
    """Return every page of `events.list` with these parameters.

    AccessDenied: the account may see when the calendar is busy, but not its events; an empty list would
    read as "no events".
    """
    token: str | None = None
    while True:
        page = _page(client, call, meaning, {**parameters, "pageToken": token})
        # Google answers such a calendar with 403 or, as users report, with a list that has no events.
        if page.get("accessRole") in _TOO_LITTLE:
            raise AccessDenied(
                call.provider, call.operation, "events of this calendar are not shown to the account"
            )
        yield page
        if "nextPageToken" not in page:
            return
        following = member(call, page, "nextPageToken", str)
        # A token that repeats would page for ever.
        if following == token:
            raise call.unexpected("nextPageToken")
        token = following


def _page(client: Client, call: Call, meaning: Meaning | None, parameters: dict[str, Any]) -> Json:
    def request(api: Api) -> Any:
        return api.events.list(maxResults=PAGE_SIZE, **parameters)

    def read(page: Json) -> Json:
        member(call, page, "items", list)
        return page

    if meaning is None:
        return client.ask(call, request, read)
    return client.ask(call, request, read, meaning=meaning)


def calendar_zone(client: Client, calendar: str, deadline: Deadline) -> ZoneInfo:
    """Return a calendar's zone. CalendarNotFound and AccessDenied say that it cannot be seen (any more)."""
    call = client.call("read_calendar", deadline)

    def request(api: Api) -> Any:
        # Not calendars.get: none of our scopes serves it (discovery document).
        return api.events.list(calendarId=calendar, maxResults=1, fields="timeZone")

    return client.ask(call, request, lambda answer: zone_of(call, answer))


def events_in(client: Client, call: Call, calendar: str, **parameters: Any) -> tuple[Event, ...]:
    """Return the events that `events.list` finds with these parameters."""
    found: list[Event] = []
    for page in pages(client, call, calendarId=calendar, maxAttendees=1, fields=LIST_FIELDS, **parameters):
        zone = zone_of(call, page)
        found.extend(event_of(call, calendar, item, zone) for item in page["items"])
    return tuple(found)


def overlapping(client: Client, call: Call, calendar: str, window: Interval) -> tuple[Event, ...]:
    """Return the single events that overlap the window, series expanded."""
    found = events_in(
        client,
        call,
        calendar,
        singleEvents=True,
        timeMin=rfc3339(window.start),
        timeMax=rfc3339(window.end),
    )
    # timeMin bounds the ends, timeMax the starts (reference, events.list): edges are judged by our own rule.
    inside = (event for event in found if event.interval.overlaps(window))
    return tuple(sorted(inside, key=lambda event: event.interval))
