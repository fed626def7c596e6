"""Writes the calendar entry of a mail (iTIP, RFC 5546): REQUEST, newer by its SEQUENCE, or CANCEL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from providers.base import Interval
from providers.cleaning import clean

if TYPE_CHECKING:
    import icalendar


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says; `is_live` requests it, else it is cancelled."""

    title: str
    text: str
    place: str
    when: Interval | None
    organiser: Person
    attendees: Sequence[Person]
    changed_at: datetime
    is_live: bool

    @property
    def method(self) -> str:
        """Return what the recipient's calendar is asked to do."""
        return "REQUEST" if self.is_live else "CANCEL"


def entry(said: Entry, *, uid: str, sequence: int) -> str:
    """Return the entry as iCalendar text; `uid` is the same for all entries of one appointment."""
    import icalendar  # a tenth of a second and 3 MB: only who writes mail needs it

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//calendar-bridge//mail//EN")
    calendar.add("version", "2.0")
    calendar.add("method", said.method)
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", said.changed_at)
    if said.when is not None:
        event.add("dtstart", said.when.start)
        event.add("dtend", said.when.end)
    event.add("summary", clean(said.title))
    event.add("status", "CONFIRMED" if said.is_live else "CANCELLED")
    for name, text in (("description", said.text), ("location", said.place)):
        if text:
            event.add(name, clean(text))
    event.add("organizer", _address(said.organiser))
    for person in said.attendees:
        event.add("attendee", _address(person, role="REQ-PARTICIPANT", partstat="ACCEPTED", rsvp="FALSE"))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _address(person: Person, **parameters: str) -> icalendar.vCalAddress:
    from icalendar import vCalAddress, vText

    address = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["CN"] = vText(clean(person.name))
    for name, value in parameters.items():
        address.params[name.upper()] = vText(value)
    return address
