"""An event's fields as exchangelib knows them, and those of ours that Exchange keeps with it.

Decides what our properties are called, and which zone an event is written down in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from exchangelib import (
    UTC,
    Attendee,
    Body,
    CalendarItem,
    EWSDateTime,
    EWSTimeZone,
    ExtendedProperty,
    HTMLBody,
    Mailbox,
)
from exchangelib.errors import UnknownTimeZone

from providers.base import EventAttendee, EventDraft, Interval
from providers.cleaning import clean

# Our own set of named properties: nobody else's of the same name can be mistaken for them.
PROPERTIES = "5c1f3a52-7a0f-4d0c-9e86-b3a1d1f0a6c4"
BOOKING_ID, EVENT_KEY, PRIVATE = "BookingId", "EventKey", "Private"
# PidTagInternetArticleNumber: a folder numbers what is put into it; the time of making has whole seconds.
ARTICLE_NUMBER = "0xe23"

_LONGEST_SUBJECT = 255


class _BookingId(ExtendedProperty):  # type: ignore[misc]
    property_set_id, property_name, property_type = PROPERTIES, BOOKING_ID, "String"


class _EventKey(ExtendedProperty):  # type: ignore[misc]
    property_set_id, property_name, property_type = PROPERTIES, EVENT_KEY, "String"


class _Private(ExtendedProperty):  # type: ignore[misc]
    property_set_id, property_name, property_type = PROPERTIES, PRIVATE, "String"


class _ArticleNumber(ExtendedProperty):  # type: ignore[misc]
    property_tag, property_type = int(ARTICLE_NUMBER, 16), "Integer"


for _name, _property in {
    "bridge_booking_id": _BookingId,
    "bridge_event_key": _EventKey,
    "bridge_private": _Private,
    "bridge_article_number": _ArticleNumber,
}.items():
    CalendarItem.register(_name, _property)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody invited; `routing` is SMTP, or EX where Exchange tells its own kind of address."""

    email: str
    name: str
    routing: str = "SMTP"
    is_resource: bool = False


def time_fields(interval: Interval, timezone: str) -> dict[str, Any]:
    """Return an event's times as its fields, in the zone people see; else in UTC."""
    try:
        zone = EWSTimeZone(timezone)
    except UnknownTimeZone:
        zone = UTC
    walls = [moment.astimezone(ZoneInfo(timezone)) for moment in interval]
    # exchangelib compares times of one zone by what its clock shows, which it may show twice.
    if any(wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset() for wall in walls):
        zone = UTC
    start, end = (EWSDateTime.from_datetime(moment).astimezone(zone) for moment in interval)
    return {"start": start, "end": end, "is_all_day": False}


def body_of(text: str, *, is_html: bool = False) -> Any:
    """Return an event's text as its field; text that is no markup stays what it is."""
    return HTMLBody(text) if is_html else Body(text)


def guest_of(attendee: EventAttendee) -> Guest:
    """Return somebody whom the bridge wants invited, or a room that it wants reserved."""
    return Guest(attendee.email, attendee.name, is_resource=attendee.is_resource)


def guest_fields(guests: Iterable[Guest]) -> dict[str, Any]:
    """Return whom an event invites, and what it reserves, as its fields."""
    fields: dict[str, list[Any]] = {"required_attendees": [], "resources": []}
    for each in guests:
        told = Mailbox(name=each.name or None, email_address=each.email, routing_type=each.routing)
        fields["resources" if each.is_resource else "required_attendees"].append(Attendee(mailbox=told))
    return fields


def location_of(draft: EventDraft) -> str:
    """Return where an event takes place: as in Outlook itself, in its rooms where nothing else is said."""
    rooms = ", ".join(guest.name for guest in draft.attendees if guest.is_resource)
    return one_line(draft.location or rooms)


def subject(title: str) -> str:
    """Return a text as Exchange keeps a subject."""
    return one_line(title)[:_LONGEST_SUBJECT]


def one_line(text: str) -> str:
    """Return a text as a subject or a place may be."""
    return " ".join(clean(text).splitlines())


def private_text(draft: EventDraft) -> str:
    """Return what else a booking knows, for the property that holds it."""
    others = {name: value for name, value in draft.private.items() if name not in ("booking_id", "event_key")}
    return json.dumps(others)


def draft_fields(event_key: str, draft: EventDraft) -> dict[str, Any]:
    """Return a new event as its fields. Its text goes as text, so that nothing in it can be markup."""
    return {
        **time_fields(draft.interval, draft.timezone),
        # The same in every guest's copy: of two events made under one key they keep one.
        "uid": event_key,
        "bridge_event_key": event_key,
        "bridge_booking_id": draft.booking_id,
        "bridge_private": private_text(draft),
        "subject": subject(draft.title),
        "body": body_of(clean(draft.description)),
        "location": location_of(draft),
        "legacy_free_busy_status": "Busy",
        **guest_fields(map(guest_of, draft.attendees)),
    }
