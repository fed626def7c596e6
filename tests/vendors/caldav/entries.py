"""Entries as people's programs write them, and what a calendar holds as people read it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import icalendar

from providers.base import Interval
from tests.contracts.account import BERLIN, ForeignEvent, StoredEvent

ANNA = "anna@example.com"
_PREFIX = "X-CALENDAR-BRIDGE-"
_STATUSES = {
    "busy": {},
    "tentative": {"STATUS": "TENTATIVE"},
    "oof": {"X-MICROSOFT-CDO-BUSYSTATUS": "OOF"},
    "free": {"TRANSP": "TRANSPARENT"},
    "workingElsewhere": {"X-MICROSOFT-CDO-BUSYSTATUS": "WORKINGELSEWHERE"},
}


def written(uid: str, foreign: ForeignEvent) -> bytes:
    """Return an entry's text, as a calendar program in Berlin writes it."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Example//Person//EN")
    calendar.add("version", "2.0")
    zone = icalendar.Timezone.from_tzid(
        "Europe/Berlin", first_date=date(2026, 1, 1), last_date=date(2027, 12, 31)
    )
    calendar.add_component(zone)
    event = _event(uid, foreign)
    calendar.add_component(event)
    repeat = foreign.repeat
    if repeat is not None:
        start, end = (event[name].dt for name in ("DTSTART", "DTEND"))
        event.add("rrule", {"FREQ": "DAILY", "INTERVAL": repeat.every_days, "COUNT": repeat.count})
        for number in sorted(repeat.skipped):
            event.add("exdate", start + timedelta(days=number * repeat.every_days))
        for number, place in repeat.moved.items():
            exception = _event(uid, ForeignEvent(place, title=foreign.title))
            exception.add("recurrence-id", start + timedelta(days=number * repeat.every_days))
            calendar.add_component(exception)
        assert end >= start
    text: bytes = calendar.to_ical()
    return text


def _event(uid: str, foreign: ForeignEvent) -> Any:
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("dtstamp", datetime(2026, 11, 1, tzinfo=BERLIN))
    event.add("summary", foreign.title)
    start, end = foreign.days or foreign.interval or (None, None)
    for name, moment in (("dtstart", start), ("dtend", end)):
        event.add(name, moment.astimezone(BERLIN) if isinstance(moment, datetime) else moment)
    for name, value in _STATUSES[foreign.status].items():
        event.add(name, value)
    if foreign.cancelled:
        event["STATUS"] = "CANCELLED"
    if foreign.declined:
        event.add("organizer", "mailto:boss@example.com")
        guest = icalendar.vCalAddress(f"mailto:{ANNA}")
        guest.params["PARTSTAT"] = "DECLINED"
        event.add("attendee", guest)
    return event


def moved(text: bytes, interval: Interval) -> bytes:
    """Return an entry that somebody has dragged elsewhere."""
    calendar: Any = icalendar.Calendar.from_ical(text.decode())
    event = calendar.events[0]
    for name, moment in zip(("DTSTART", "DTEND"), interval, strict=True):
        event.pop(name)
        event.add(name, moment)
    event["SEQUENCE"] = int(event.get("SEQUENCE", 0)) + 1
    changed: bytes = calendar.to_ical()
    return changed


def stored(text: bytes) -> StoredEvent:
    """Return what a person reads of an entry."""
    calendar: Any = icalendar.Calendar.from_ical(text.decode())
    event = calendar.events[0]
    guests = event.get("ATTENDEE", [])
    return StoredEvent(
        title=str(event.get("SUMMARY", "")),
        description=str(event.get("DESCRIPTION", "")),
        location=str(event.get("LOCATION", "")),
        interval=Interval(event["DTSTART"].dt, event["DTEND"].dt),
        attendees=frozenset(
            str(each).lower().removeprefix("mailto:")
            for each in (guests if isinstance(guests, list) else [guests])
        ),
        private={
            name.removeprefix(_PREFIX).replace("-", "_").lower(): str(value)
            for name, value in event.items()
            if name.startswith(_PREFIX)
        },
    )
