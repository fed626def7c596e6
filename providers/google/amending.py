"""Correct the texts and guests of an event that is in the calendar.

The one place that reads what an event says and who is invited: only so can what people added to it stay.
Decides nothing about its time.
"""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from providers.amending import Amendment
from providers.base import Deadline, Event, EventRef
from providers.errors import EventChanged, EventNotFound, InvitationsRefused, ProviderError
from providers.google.client import Api, Client, Json
from providers.google.errors import QUOTA, Refusal
from providers.google.events import read_event
from providers.google.json import EVENT_FIELDS, event_of, guest_body
from providers.google.listing import calendar_zone

_UTC = ZoneInfo("UTC")
_FIELDS = "etag,status,summary,description,location,attendees"


def amend_event(client: Client, ref: EventRef, amendment: Amendment, deadline: Deadline) -> Event:
    """Bring the event's texts and guests to what is wanted; guests are told."""
    with suppress(EventChanged):  # guests answer invitations at any moment, and each answer is a new version
        return _amended(client, ref, amendment, deadline)
    return _amended(client, ref, amendment, deadline)


def _amended(client: Client, ref: EventRef, amendment: Amendment, deadline: Deadline) -> Event:
    try:
        found = _as_it_is(client, ref, deadline)
        if not (changes := _changes(found, amendment)):
            return read_event(client, ref, deadline)
        return _changed(client, ref, changes, etag=str(found["etag"]), deadline=deadline)
    except EventNotFound:
        calendar_zone(client, ref.calendar, deadline)  # 404 may also mean: no longer shared
        raise


def _as_it_is(client: Client, ref: EventRef, deadline: Deadline) -> Json:
    call = client.call("amend_event", deadline)

    def request(api: Api) -> Any:
        return api.events.get(calendarId=ref.calendar, eventId=ref.event_id, fields=_FIELDS)

    found = client.ask(call, request, dict)
    if found.get("status") == "cancelled":
        raise EventNotFound(call.provider, call.operation, "removed")
    return found


def _changes(found: Json, amendment: Amendment) -> Json:
    """Return the members that differ from what is wanted."""
    there = found.get("attendees") or []
    texts = {name: str(found.get(name) or "") for name in ("summary", "description", "location")}
    wanted: Json = {
        "summary": amendment.title(texts["summary"]),
        "description": amendment.description(
            texts["description"], shown=lambda line: escape(line, quote=False)
        ),
        "location": amendment.location(texts["location"]),
        "attendees": amendment.guests(there, _email, guest_body),
    }
    changes = {name: value for name, value in wanted.items() if value != {**texts, "attendees": there}[name]}
    if changes and (private := amendment.private()):
        changes["extendedProperties"] = {"private": private}  # in a patch null removes
    return changes


def _changed(client: Client, ref: EventRef, changes: Json, *, etag: str, deadline: Deadline) -> Event:
    call = client.call("amend_event", deadline, writes=True)

    def request(api: Api) -> Any:
        return api.events.patch(
            calendarId=ref.calendar,
            eventId=ref.event_id,
            body=changes,
            conferenceDataVersion=1,  # 0 would leave the link out of the answer
            sendUpdates="all",
            fields=EVENT_FIELDS,
        )

    def meaning(refusal: Refusal) -> ProviderError | None:
        if "attendees" in changes and refusal.reasons & (QUOTA | {"forbiddenForServiceAccounts"}):
            return InvitationsRefused(call.provider, call.operation, str(refusal))
        return None

    return client.ask(
        call,
        request,
        lambda answer: event_of(call, ref.calendar, answer, _UTC),
        headers={"If-Match": etag},
        meaning=meaning,
    )


def _email(guest: Json) -> str:
    return str(guest.get("email", ""))
