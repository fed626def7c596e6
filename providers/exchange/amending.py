"""Correct the texts and guests of an event that is in the calendar.

The one place that reads what an event says and who is invited: only so can what people added to it stay.
Decides nothing about its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any
from xml.etree.ElementTree import Element  # nosec B405

from providers.amending import Amendment
from providers.base import Deadline, Event, EventRef
from providers.errors import EventChanged
from providers.exchange.client import Client
from providers.exchange.events import changed, item_there, only
from providers.exchange.fields import (
    Guest,
    body_of,
    guest_fields,
    guest_of,
    location_of,
    private_text,
    subject,
)
from providers.exchange.folders import Folders
from providers.exchange.items import item_of
from providers.exchange.xml import TYPES, M, child


def amend_event(
    client: Client, folders: Folders, ref: EventRef, amendment: Amendment, deadline: Deadline
) -> Event:
    """Bring the event's texts and guests to what is wanted; Exchange tells whoever is concerned."""
    with suppress(EventChanged):  # guests answer invitations at any moment, and each answer is a new version
        return _amended(client, folders, ref, amendment, deadline)
    return _amended(client, folders, ref, amendment, deadline)


def _amended(
    client: Client, folders: Folders, ref: EventRef, amendment: Amendment, deadline: Deadline
) -> Event:
    looking = client.call("amend_event", deadline)
    there = item_there(client, folders, looking, ref).event
    request = client.compose.items([there.ref.event_id], with_texts=True)
    element = client.ask(looking, request, lambda part: only(looking, child(looking, part, f"{M}Items")))
    event = item_of(looking, ref.calendar, element).event
    if not (fields := _changes(element, amendment)):
        return event
    return changed(client, folders, client.call("amend_event", deadline, writes=True), event, fields)


def _changes(element: Element, amendment: Amendment) -> dict[str, Any]:
    """Return the fields that differ from what is wanted."""
    said, location = (element.findtext(f"{TYPES}{name}") or "" for name in ("Subject", "Location"))
    fields: dict[str, Any] = {}
    if (title := subject(amendment.title(said))) != said:
        fields["subject"] = title
    if (place := _in_rooms(amendment).location(location)) != location:
        fields["location"] = place
    fields |= _body(element, amendment)
    guests = [*_guests(element, "RequiredAttendees"), *_guests(element, "Resources")]
    if (wanted := amendment.guests(guests, lambda guest: guest.email, guest_of)) != guests:
        fields |= guest_fields(wanted)
    if fields:
        fields["bridge_private"] = private_text(amendment.now)
    return fields


def _in_rooms(amendment: Amendment) -> Amendment:
    """Return it with the locations that events are given here."""
    was, now = (replace(each, location=location_of(each)) for each in (amendment.was, amendment.now))
    return replace(amendment, was=was, now=now)


def _body(element: Element, amendment: Amendment) -> dict[str, Any]:
    """Return the text if it changes, as markup where people's programs have made markup of it."""
    found = element.find(f"{TYPES}Body")
    was = "" if found is None else found.text or ""
    is_html = found is not None and found.get("BodyType") == "HTML"
    if is_html:
        wanted = amendment.description(was, shown=lambda line: escape(line, quote=False), newline="<br>")
    else:
        was = was.replace("\r\n", "\n")
        wanted = amendment.description(was)
    return {} if wanted == was else {"body": body_of(wanted, is_html=is_html)}


def _guests(element: Element, kind: str) -> Iterator[Guest]:
    for each in element.iterfind(f"{TYPES}{kind}/{TYPES}Attendee/{TYPES}Mailbox"):
        yield Guest(
            each.findtext(f"{TYPES}EmailAddress") or "",
            each.findtext(f"{TYPES}Name") or "",
            each.findtext(f"{TYPES}RoutingType") or "SMTP",
            is_resource=kind == "Resources",
        )
