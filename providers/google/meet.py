"""Ask for a Meet link for an event that has none.

Decides nothing of the event but that. Source: developers.google.com/workspace/calendar/api/guides
/create-events, "Add video and phone conferences to events".
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from providers.base import Deadline, Event, EventRef
from providers.errors import AccessDenied, ConferenceUnavailable, EventChanged, EventNotFound, ProviderError
from providers.google.client import Api, Client
from providers.google.errors import Refusal
from providers.google.events import read_event
from providers.google.json import EVENT_FIELDS, event_of, meet_body
from providers.google.listing import calendar_zone
from providers.http import Call
from providers.writing import after_conflict, with_link

_UTC = ZoneInfo("UTC")


def add_meet(client: Client, ref: EventRef, key: str, deadline: Deadline) -> Event:
    """Ask for a link under a new key, and wait a moment for it; guests are told."""
    call = client.call("add_conference", deadline, writes=True)
    try:
        asked = _asked(client, call, ref, key)
    except (EventChanged, AccessDenied) as refused:
        # By one report Google refuses with 403 to change what is removed.
        if after_conflict(call, refused, lambda: read_event(client, ref, deadline)).cancelled:
            raise EventNotFound(call.provider, call.operation, "removed") from None
        raise
    except EventNotFound:
        calendar_zone(client, ref.calendar, deadline)  # 404 may also mean: no longer shared
        raise
    return with_link(
        asked,
        lambda event, waiting: read_event(client, event.ref, waiting),
        clocks=client.clocks,
        deadline=deadline,
    )


def _asked(client: Client, call: Call, ref: EventRef, key: str) -> Event:
    def request(api: Api) -> Any:
        return api.events.patch(
            calendarId=ref.calendar,
            eventId=ref.event_id,
            body=meet_body(key),
            conferenceDataVersion=1,
            sendUpdates="all",
            fields=EVENT_FIELDS,
        )

    def meaning(refusal: Refusal) -> ProviderError | None:
        # Calendars that make no Meet answer "Invalid conference type value.", by users' reports.
        if refusal.status == 400:
            return ConferenceUnavailable(call.provider, call.operation, str(refusal))
        return None

    return client.ask(
        call,
        request,
        lambda answer: event_of(call, ref.calendar, answer, _UTC),
        headers={"If-Match": ref.etag} if ref.etag is not None else None,
        meaning=meaning,
    )
