"""What the places in owners' templates are filled with, in SMS and mail alike."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.model import Booking, EventType, Host, MeetingPlatform
from bridge.speech.language import Language


def places(
    language: Language, hosts: Mapping[str, Host], event_type: EventType, booking: Booking, own_page: str
) -> Mapping[str, str]:
    """Return what is said of a booking by the names of PLACEHOLDERS; what does not apply is empty."""
    start, zone = booking.interval.start, event_type.timezone
    host = hosts.get(booking.hosts[0])
    is_somewhere = event_type.meeting_platform == MeetingPlatform.IN_PERSON
    meets_online = booking.link or event_type.meeting_platform == MeetingPlatform.LINK
    return {
        "date": language.day(start, zone),
        "time": language.clock(start, zone),
        "link": (booking.link or event_type.link) if meets_online else "",
        "location": booking.location if is_somewhere else "",
        "duration": str(round((booking.interval.end - start).total_seconds() / 60)),
        "title": event_type.title,
        "host": host.name if host else "",
        "name": booking.attendee.name,
        "change": own_page,
    }
