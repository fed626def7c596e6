"""An event's fields as exchangelib knows them, and those of ours that Exchange keeps with it.

Decides what our properties are called, and which zone an event is written down in.
"""

from __future__ import annotations

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

from providers.base import Interval

# Our own set of named properties: nobody else's of the same name can be mistaken for them.
PROPERTIES = "5c1f3a52-7a0f-4d0c-9e86-b3a1d1f0a6c4"
BOOKING_ID, EVENT_KEY, PRIVATE = "BookingId", "EventKey", "Private"
# PidTagInternetArticleNumber: a folder numbers what is put into it; the time of making has whole seconds.
ARTICLE_NUMBER = "0xe23"


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


def guests_of(guests: Iterable[Guest]) -> list[Any]:
    """Return whom an event invites as its field."""
    return [
        Attendee(mailbox=Mailbox(name=each.name or None, email_address=each.email, routing_type=each.routing))
        for each in guests
    ]
