"""Entries as iCalendar texts: what the bridge writes, what it reads of its own, and what others' mean.

Decides how a booking is written down and what counts as changed of it: whatever people and servers added
stays. When something takes place is not read here but by the reader that the settings hand in. Sources:
RFC 5545, RFC 6638 section 7.1 (SCHEDULE-AGENT).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from providers.amending import Amendment
from providers.answers import understood
from providers.base import EventAttendee, EventDraft, Interval
from providers.cleaning import clean
from providers.http import Call
from providers.times import instant

_PRIVATE = "X-CALENDAR-BRIDGE-"
_PRIVATE_LINE = re.compile(rf"^{_PRIVATE}([A-Z0-9-]+)(?:;[^:\r\n]*)?:([^\r\n]*)", re.MULTILINE)
_DTSTART = re.compile(r"^DTSTART(?:;[^:\r\n]*)?:(\d{8})", re.MULTILINE)
_FOLD = re.compile(r"\r?\n[ \t]")
_MAILTO = "mailto:"
_REMEMBERED = 2_000  # texts: to parse each in each question would cost a caller a millisecond for each
_LONGEST = 200_000  # of a longer one the owner's answer is not looked for
# An invitation not answered yet is tentative, as Outlook shows it; who declined is not there.
_ANSWERS = {"DECLINED": "CANCELLED", "TENTATIVE": "TENTATIVE", "NEEDS-ACTION": "TENTATIVE"}


def parsed(call: Call, text: str) -> Any:
    """Return a text's calendar with at least one event. UnexpectedResponse: it is none."""

    def read() -> Any:
        calendar = icalendar.Calendar.from_ical(text)
        if not calendar.walk("VEVENT"):
            raise ValueError("no event")
        return calendar

    return understood(call, "calendar-data", read)


def main_event(calendar: Any) -> Any:
    """Return the event itself, not an exception of its series."""
    events = calendar.walk("VEVENT")
    return next((each for each in events if "RECURRENCE-ID" not in each), events[0])


def private_of(text: str) -> Mapping[str, str]:
    """Return an entry's private properties, as its draft named them."""
    # Line by line: to parse whole entries for these would cost most of a listing.
    found = _PRIVATE_LINE.findall(_unfolded(text)) if _PRIVATE in text else ()
    return {
        name.lower().replace("-", "_"): str(icalendar.vText.from_ical(value))
        for name, value in reversed(found)
    }


def begins(call: Call, text: str) -> datetime:
    """Return the beginning of the day on which an entry begins, by its own clock."""
    plain = _unfolded(text)
    found = _DTSTART.search(plain, max(plain.find("BEGIN:VEVENT"), 0))
    if found is None:
        raise call.unexpected("DTSTART")
    return understood(call, "DTSTART", lambda: datetime.fromisoformat(found[1]).replace(tzinfo=UTC))


def _unfolded(text: str) -> str:
    return _FOLD.sub("", text)


@lru_cache(maxsize=_REMEMBERED)
def as_seen(text: str, addresses: frozenset[str]) -> str:
    """Return an entry as it stands for its owner, whose answer to the invitation is what counts."""
    if "ATTENDEE" not in text or len(text) > _LONGEST:
        return text
    plain = _unfolded(text).lower()  # a line may be folded within an address
    if not any(each in plain for each in addresses):
        return text
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except (ValueError, LookupError, TypeError, AttributeError):  # whoever reads its times says so
        return text
    for event in calendar.walk("VEVENT"):
        answer = next((_answer(each) for each in _guests(event) if address_of(each) in addresses), "")
        state = str(event.get("STATUS", "")).upper()
        if answer in _ANSWERS and state != "CANCELLED":
            event["STATUS"] = icalendar.vText(_ANSWERS[answer])
    return _written(calendar)


def _answer(guest: Any) -> str:
    return str(guest.params.get("PARTSTAT", "NEEDS-ACTION")).upper()


def _guests(event: Any) -> Sequence[Any]:
    found = event.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


def address_of(guest: Any) -> str:
    """Return a guest's mail address in small letters."""
    text = str(guest).strip().lower()
    return text.removeprefix(_MAILTO)


def composed(event_key: str, draft: EventDraft, *, now: datetime, organizer: str | None) -> str:
    """Return a new entry; with an `organizer` the server invites its guests, else nobody does."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//calendar-bridge//caldav//EN")
    calendar.add("version", "2.0")
    event = icalendar.Event()
    event.add("uid", event_key)
    event.add("dtstamp", now)
    event.add("created", now)
    event.add("sequence", 0)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    _set_texts(event, _one_line(draft.title), clean(draft.description), _one_line(draft.location))
    _set_guests(event, [guest_of(each) for each in draft.attendees], organizer)
    _set_private(event, draft.private)
    calendar.add_component(event)
    _set_times(calendar, event, draft.interval, draft.timezone)
    return _written(calendar)


def moved(call: Call, text: str, interval: Interval, timezone: str, *, now: datetime) -> str:
    """Return an entry at another time, and otherwise as it is."""
    calendar = parsed(call, text)
    event = main_event(calendar)
    _set_times(calendar, event, interval, timezone)
    return _touched(calendar, event, now)


def amended(
    call: Call, text: str, amendment: Amendment, *, now: datetime, organizer: str | None
) -> str | None:
    """Return an entry with the texts and guests that it shall have, None where it has them."""
    calendar = parsed(call, text)
    event = main_event(calendar)
    before = event.to_ical()
    said = [str(event.get(name, "")) for name in ("SUMMARY", "DESCRIPTION", "LOCATION")]
    title, location = _one_line(amendment.title(said[0])), _one_line(amendment.location(said[2]))
    _set_texts(event, title, clean(amendment.description(said[1])), location)
    guests = amendment.guests(_guests(event), address_of, guest_of)
    if guests != _guests(event):
        _set_guests(event, guests, organizer)
    _set_private(event, amendment.private())
    return None if event.to_ical() == before else _touched(calendar, event, now)


def _touched(calendar: Any, event: Any, now: datetime) -> str:
    """Return the text of a changed entry, which programs that know an older one take for newer."""
    sequence = event.get("SEQUENCE", 0)
    _set(event, "SEQUENCE", (sequence if isinstance(sequence, int) else 0) + 1)
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        _set(event, name, now)
    return _written(calendar)


def _set(event: Any, name: str, value: object) -> None:
    event.pop(name, None)
    if value not in ("", None):
        event.add(name, value)


def _set_texts(event: Any, title: str, description: str, location: str) -> None:
    for name, text in (("SUMMARY", title), ("DESCRIPTION", description), ("LOCATION", location)):
        if str(event.get(name, "")) != text:
            _set(event, name, text)


def _set_private(event: Any, private: Mapping[str, str | None]) -> None:
    for name, text in private.items():
        _set(event, f"{_PRIVATE}{name.upper().replace('_', '-')}", clean(text) if text else None)


def _set_guests(event: Any, guests: Sequence[Any], organizer: str | None) -> None:
    event.pop("ATTENDEE", None)
    for guest in guests:
        if organizer is None:
            guest.params["SCHEDULE-AGENT"] = "NONE"
        event.add("ATTENDEE", guest, encode=0)
    if guests and organizer and "ORGANIZER" not in event:
        event.add("ORGANIZER", icalendar.vCalAddress(f"{_MAILTO}{organizer}"), encode=0)


def guest_of(guest: EventAttendee) -> Any:
    """Return an invited guest."""
    found = icalendar.vCalAddress(f"{_MAILTO}{guest.email}")
    found.params["ROLE"] = "REQ-PARTICIPANT"
    found.params["PARTSTAT"] = "NEEDS-ACTION"
    found.params["RSVP"] = "TRUE"
    if name := _one_line(guest.name).replace('"', "'"):
        found.params["CN"] = name
    return found


def _set_times(calendar: Any, event: Any, interval: Interval, timezone: str) -> None:
    """Write start and end by the clock of a zone, or in UTC where that would leave a doubt."""
    zone = ZoneInfo(timezone)
    walls = [moment.astimezone(zone) for moment in interval]
    # Of an hour that comes twice, or of a zone without a name that all know, only UTC says which is meant.
    is_plain = all(
        instant(wall.replace(tzinfo=None), zone) == moment
        for wall, moment in zip(walls, interval, strict=True)
    )
    times = walls if is_plain and "/" in timezone else [moment.astimezone(UTC) for moment in interval]
    event.pop("DURATION", None)
    for name, moment in zip(("DTSTART", "DTEND"), times, strict=True):
        _set(event, name, moment)
    if times is walls and timezone not in _zones(calendar):
        # The years around it alone: of all of them there are two kilobytes.
        first, last = date(walls[0].year - 1, 1, 1), date(walls[0].year + 4, 12, 31)
        definition = icalendar.Timezone.from_tzid(timezone, first_date=first, last_date=last)
        calendar.subcomponents.insert(0, definition)


def _zones(calendar: Any) -> Iterator[str]:
    return (str(each.get("TZID")) for each in calendar.walk("VTIMEZONE"))


def _one_line(text: str) -> str:
    return " ".join(clean(text).splitlines())


def _written(component: Any) -> str:
    written: bytes = component.to_ical()
    return written.decode()
