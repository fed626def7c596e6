"""Know which calendars can make Teams meetings, and make one of an event that is none.

Decides how long what a calendar said of itself is believed. It is asked before an event is written, since a
calendar without Teams takes the event and silently leaves the meeting out. Source: learn.microsoft.com,
resource type calendar: allowedOnlineMeetingProviders.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from providers.base import Deadline, Event, EventRef
from providers.errors import ConferenceUnavailable, EventNotFound
from providers.microsoft.client import PROVIDER, Client, Question
from providers.microsoft.events import confirm_calendar, read_as_told
from providers.microsoft.json import TEAMS, event_of
from providers.microsoft.listing import calendar_path, event_path
from providers.writing import with_link

BELIEVED_SECONDS = 3600.0  # licences change seldom; a caller waits for every request
_FIELDS = "id,allowedOnlineMeetingProviders"


def makes_teams(calendar: Any) -> bool:
    """Tell from a calendar's JSON whether it can make Teams meetings."""
    allowed = calendar.get("allowedOnlineMeetingProviders") if isinstance(calendar, Mapping) else None
    # Others can be allowed without it, as skypeForBusiness: their links are not what was asked for.
    return isinstance(allowed, list) and TEAMS in allowed


class TeamsCalendars:
    """What is known of an account's calendars, by id."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[str, tuple[bool, float]] = {}

    def note(self, calendar: str, *, can: bool) -> None:
        """Keep what a calendar said of itself."""
        with self._lock:
            self._known[calendar] = (can, self._monotonic())

    def require(self, client: Client, calendar: str, deadline: Deadline) -> None:
        """Raise ConferenceUnavailable unless the calendar can make Teams meetings.

        Costs a request when it was not asked for an hour.
        """
        # Graph takes the event all the same: by users' reports with 201 and without a link.
        known = self._known.get(calendar)
        if known is None or self._monotonic() - known[1] > BELIEVED_SECONDS:
            question = Question("GET", calendar_path(client, calendar), query={"$select": _FIELDS})
            call = client.call("see_calendar", deadline)
            self.note(calendar, can=client.ask(call, question, lambda answer: makes_teams(answer.body)))
            known = self._known[calendar]
        if not known[0]:
            raise ConferenceUnavailable(PROVIDER, "see_calendar", "this calendar makes no Teams meetings")


def add_teams(client: Client, ref: EventRef, deadline: Deadline) -> Event:
    """Make the event a Teams meeting, and wait a moment for its link; Exchange tells the guests.

    Its body goes unsaid, for Graph writes the meeting into it.
    """
    call = client.call("add_conference", deadline, writes=True)
    path = event_path(client, ref.calendar, ref.event_id)
    body = {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS}
    question = Question("PATCH", path, body=body, if_match=ref.etag)
    try:
        asked = client.ask(call, question, lambda answer: event_of(call, ref.calendar, answer.body))
    except EventNotFound:
        confirm_calendar(client, call, ref.calendar)
        raise
    return with_link(
        asked,
        lambda event, waiting: read_as_told(client, client.call("read_event", waiting), event.ref),
        clocks=client.clocks,
        deadline=deadline,
    )
