"""Correct the texts and guests of an event that is in the calendar.

The one place that reads what an event says and who is invited: only so can what people added to it stay, and
the Teams meeting, which is a piece of the text. Decides nothing about its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

from providers.amending import Amendment
from providers.answers import Json, member
from providers.base import Deadline, Event, EventRef
from providers.errors import EventChanged, EventNotFound
from providers.http import Call
from providers.microsoft.client import Client, Question
from providers.microsoft.events import confirm_calendar, read_event, resolved, still_listed
from providers.microsoft.json import (
    LONGEST_SUBJECT,
    address_of,
    answers_property,
    event_of,
    guest_body,
    location_of,
    one_line,
)
from providers.microsoft.listing import event_path

_FIELDS = "id,subject,body,location,attendees"


def amend_event(client: Client, ref: EventRef, amendment: Amendment, deadline: Deadline) -> Event:
    """Bring the event's texts and guests to what is wanted; Exchange tells whoever is concerned."""
    with suppress(EventChanged):  # guests answer invitations at any moment, and each answer is a new version
        return _amended(client, ref, amendment, deadline)
    return _amended(client, ref, amendment, deadline)


def _amended(client: Client, ref: EventRef, amendment: Amendment, deadline: Deadline) -> Event:
    call = client.call("amend_event", deadline, writes=True)
    looking = client.call("amend_event", deadline)
    try:
        ref = resolved(client, looking, ref)
        path = event_path(client, ref.calendar, ref.event_id)
        found = client.ask(
            looking, Question("GET", path, query={"$select": _FIELDS}), lambda answer: dict(answer.body)
        )
        still_listed(client, looking, read_event(client, ref, deadline))
        if not (changes := _changes(looking, found, amendment)):
            return read_event(client, ref, deadline)
        question = Question("PATCH", path, body=changes, if_match=found.get("@odata.etag"))
        changed = client.ask(call, question, lambda answer: event_of(call, ref.calendar, answer.body))
    except EventNotFound:
        confirm_calendar(client, looking, ref.calendar)
        raise
    return changed


def _changes(call: Call, found: Json, amendment: Amendment) -> dict[str, Any]:
    """Return the members that differ from what is wanted."""
    body, place = member(call, found, "body", dict), found.get("location")
    text, subject = str(body.get("content") or ""), str(found.get("subject") or "")
    location = str(place.get("displayName") or "") if isinstance(place, Mapping) else ""
    guests = found.get("attendees") or []
    changes: dict[str, Any] = {}
    # Exchange keeps and shows texts as HTML, whatever they came as.
    wanted = amendment.description(text, shown=lambda line: escape(line, quote=False), newline="<br>")
    if wanted != text:
        changes["body"] = {"contentType": "html", "content": wanted}
    if (title := one_line(amendment.title(subject))[:LONGEST_SUBJECT]) != subject:
        changes["subject"] = title
    if (moved := _in_rooms(amendment).location(location)) != location:
        changes["location"] = {"displayName": moved}
    if (invited := amendment.guests(guests, address_of, guest_body)) != guests:
        changes["attendees"] = invited
    if changes:
        changes["singleValueExtendedProperties"] = [answers_property(amendment.now)]
    return changes


def _in_rooms(amendment: Amendment) -> Amendment:
    """Return it with the locations that events are given here."""
    was, now = (replace(each, location=location_of(each)) for each in (amendment.was, amendment.now))
    return replace(amendment, was=was, now=now)
