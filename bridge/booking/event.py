"""Composes the event that a booking puts into the organiser's calendar.

Its title and description are plain text, which the caller can read when invited: no answer goes in that is
not public.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bridge.model import Attendee, Booking, EventType, Host, MeetingPlatform, Resource, to_be_rung
from bridge.scheduling.hours import place_at
from bridge.speech.language import language
from providers.base import EventAttendee, EventDraft, Interval

_PRIVATE_VALUE_LENGTH = 1000  # Google keeps 1024 characters of a private property


def event_key(booking_id: str, number: int) -> str:
    """Return the key of a booking's write: 32 hex digits, the same for the same write always."""
    # Derived, not drawn: whoever takes the booking over asks for the same event, and gets no second one.
    return hashlib.sha256(f"{booking_id}/{number}".encode()).hexdigest()[:32]


def borne_id(booking_id: str, resource: str = "") -> str:
    """Return which booking's id an event bears; a resource's entry has one of its own."""
    # Else it could be taken for the booking's event, put elsewhere by a person.
    return f"{booking_id}/{resource}" if resource else booking_id


def draft_event(
    event_type: EventType,
    booking: Booking,
    attending: Sequence[Host],
    *,
    key: str,
    locale: str,
    own_link: str,
) -> EventDraft:
    """Return the wanted event; the caller is invited only if the event type says so, co-hosts always.

    So is a room or device that the organiser's vendor can reserve by that.
    """
    attendee = booking.attendee
    hosts = [each for each in attending if not isinstance(each, Resource)]
    title, description = event_text(event_type, attendee, locale, attending)
    label = language(locale).translate("Change or cancel")
    # The event lies in the organiser's calendar; only an invitation brings it into a co-host's.
    guests = [EventAttendee(host.email, host.name) for host in hosts[1:]]
    if event_type.invite and attendee.email:
        guests.append(EventAttendee(attendee.email, attendee.name))
    rooms = [each for each in attending if isinstance(each, Resource)]
    guests += [
        EventAttendee(room.email, room.name, is_resource=True)
        for room in rooms
        if room.is_invited_from(booking.calendar)
    ]
    return EventDraft(
        title=title,
        interval=booking.interval,
        timezone=str(event_type.timezone),
        description="\n\n".join(filter(None, (description, f"{label}: {own_link}"))),
        location=booking.link
        if event_type.meets_apart
        else location_of(event_type, attendee, hosts[0] if hosts else None, booking.interval),
        attendees=tuple(guests),
        conference=event_type.conference,
        private=_private(booking, key),
    )


def draft_entry(
    event_type: EventType, booking: Booking, resource: Resource, *, with_hosts: str, key: str
) -> EventDraft:
    """Return the wanted entry in a resource's calendar; it says what for and with whom, and not for whom."""
    return EventDraft(
        title=f"{event_type.title}: {with_hosts}" if with_hosts else event_type.title,
        interval=booking.interval,
        timezone=str(event_type.timezone),
        private={"booking_id": borne_id(booking.id, resource.id), "event_key": key},
    )


def event_text(
    event_type: EventType, attendee: Attendee, locale: str, attending: Sequence[Host] = ()
) -> tuple[str, str]:
    """Return title and description of the event; several hosts are named, and who rings whom."""
    who = attendee.name or attendee.phone or attendee.phone_as_said
    title = f"{event_type.title}: {who}" if who else event_type.title
    words = language(locale)
    hosts = [each for each in attending if not isinstance(each, Resource)]
    resources = [each.name for each in attending if isinstance(each, Resource)]
    several = words.listed([host.name for host in hosts]) if len(hosts) > 1 else ""
    to_ring = {
        words.translate("Phone of {host}").format(host=name): number
        for name, number in event_type.to_ring(hosts).items()
    }
    # What could not be checked is shown all the same: a person may make sense of it.
    known = {
        words.translate("With"): several,
        words.translate("Room, equipment"): words.listed(resources),
        **to_ring,
        words.translate("Call to"): to_be_rung(event_type, attendee, hosts),
        words.translate("Name"): attendee.name,
        words.translate("Phone"): attendee.phone,
        words.translate("Phone (not checked)"): attendee.phone_as_said,
        words.translate("E-mail"): attendee.email,
        words.translate("E-mail (not checked)"): attendee.email_as_said,
    }
    lines = [f"{label}: {value}" for label, value in known.items() if value]
    truths = {"true": words.translate("yes"), "false": words.translate("no")}
    lines += [f"{label}: {truths.get(text, text)}" for label, text, public in attendee.answers if public]
    return title, "\n\n".join(filter(None, (event_type.description, "\n".join(lines))))


def location_of(event_type: EventType, attendee: Attendee, organiser: Host | None, interval: Interval) -> str:
    """Return where an appointment takes place, as far as that is known before the event exists.

    An address is that of the organiser's place by then, a link the organiser's own, else the event type's.
    """
    place = place_at(organiser.schedule, interval) if organiser and event_type.is_in_person else ""
    places: dict[str, str] = {
        MeetingPlatform.IN_PERSON: event_type.places.addresses.get(place, event_type.address),
        MeetingPlatform.LINK: (organiser.link if organiser else "") or event_type.link,
        MeetingPlatform.PHONE: attendee.phone or attendee.phone_as_said,
    }
    return places.get(event_type.meeting_platform, "")


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
