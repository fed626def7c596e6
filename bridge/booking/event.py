"""Composes the event that a booking puts into the organiser's calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bridge.attendee import event_text
from bridge.model import Booking, EventType, Host, MeetingPlatform
from providers.base import EventAttendee, EventDraft, Interval

_PRIVATE_VALUE_LENGTH = 1000  # Google keeps 1024 characters of a private property


def event_key(booking_id: str, number: int) -> str:
    """Return the key of a booking's write: 32 hex digits, the same for the same write always."""
    # Derived, not drawn: whoever takes the booking over asks for the same event, and gets no second one.
    return hashlib.sha256(f"{booking_id}/{number}".encode()).hexdigest()[:32]


def draft_event(
    event_type: EventType,
    booking: Booking,
    hosts: Sequence[Host],
    interval: Interval,
    *,
    key: str,
    locale: str,
) -> EventDraft:
    """Return the wanted event; the caller is invited only if the event type says so, co-hosts always."""
    title, description = event_text(event_type, booking.attendee, locale)
    return EventDraft(
        title=title,
        interval=interval,
        timezone=str(event_type.timezone),
        description=description,
        location=location_of(event_type, booking),
        attendees=_guests(event_type, booking, hosts),
        conference=event_type.conference,
        private=_private(booking, key),
    )


def location_of(event_type: EventType, booking: Booking) -> str:
    """Return where the appointment takes place, as far as it is known before the event exists."""
    places: dict[str, str] = {
        MeetingPlatform.IN_PERSON: event_type.address,
        MeetingPlatform.LINK: event_type.link,
        MeetingPlatform.PHONE: booking.attendee.phone or booking.attendee.phone_as_said,
    }
    return places.get(event_type.meeting_platform, "")


def _guests(event_type: EventType, booking: Booking, hosts: Sequence[Host]) -> tuple[EventAttendee, ...]:
    guests = [EventAttendee(host.email, host.name) for host in hosts[1:]]
    attendee = booking.attendee
    if event_type.invite and attendee.email:
        guests.append(EventAttendee(attendee.email, attendee.name))
    return tuple(guests)


def _private(booking: Booking, key: str) -> dict[str, str]:
    properties = {"booking_id": booking.id, "event_key": key}
    if booking.contact.contact_id:
        properties["contact_id"] = booking.contact.contact_id[:_PRIVATE_VALUE_LENGTH]
    if booking.contact.external_contact_id:
        properties["external_contact_id"] = booking.contact.external_contact_id[:_PRIVATE_VALUE_LENGTH]
    # All answers, also those that are not public: the owner reads them here, guests only the description.
    for number, (label, text, _public) in enumerate(booking.attendee.answers, 1):
        properties[f"answer_{number}"] = f"{label}: {text}"[:_PRIVATE_VALUE_LENGTH]
    return properties
