"""Writes events as iCalendar text. Nobody's address is written, and no text breaks out of its line.

Source: RFC 5545; RFC 7986 for NAME and REFRESH-INTERVAL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache

import icalendar
from icalendar.parser import Contentline

from bridge.local_calendar.zones import is_zone
from bridge.store.sql.local_events import LocalEvent
from bridge.store.sql.local_series import StoredSeries
from providers.cleaning import clean

_REFRESH = timedelta(minutes=15)
_TZID = re.compile(r"^[A-Z-]+;(?:[^:]*;)?TZID=([^:;,\"]+)", re.MULTILINE)


def feed_text(name: str, own: Sequence[LocalEvent], imported: Sequence[StoredSeries]) -> str:
    """Return the calendar with the bridge's own events, and imported ones as they were imported."""
    entries = "".join(_entries(imported))
    parts = [_head(name), *_definitions(imported, entries), *map(_own, own), entries, "END:VCALENDAR\r\n"]
    return "".join(parts)


def _head(name: str) -> str:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//calendar-bridge//feed//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for property_name in ("name", "x-wr-calname"):
        calendar.add(property_name, icalendar.vText(clean(name)))  # else it is not escaped
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(_REFRESH))
    return _written(calendar).removesuffix("END:VCALENDAR\r\n")


def _own(found: LocalEvent) -> str:
    event = icalendar.Event()
    event.add("uid", found.ical_uid)
    event.add("dtstamp", found.changed_at)
    event.add("last-modified", found.changed_at)
    event.add("sequence", found.version - 1)
    event.add("dtstart", found.draft.interval.start)
    event.add("dtend", found.draft.interval.end)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    draft = found.draft
    texts = {"summary": draft.title, "description": draft.description, "location": draft.location}
    for name, text in texts.items():
        if text:
            event.add(name, text)  # cleaned when it was stored
    return _written(event)


def _entries(imported: Iterable[StoredSeries]) -> Iterator[str]:
    """Return the stored lines as they are, with when they were last changed."""
    for stored in imported:
        stamp = f"{stored.changed_at:%Y%m%dT%H%M%SZ}"
        _, begin, events = stored.series.ical.partition("BEGIN:VEVENT\r\n")
        for line in (begin + events).removesuffix("END:VCALENDAR\r\n").split("\r\n")[:-1]:
            yield _folded(line)
            if line == "BEGIN:VEVENT":
                yield f"DTSTAMP:{stamp}\r\nLAST-MODIFIED:{stamp}\r\n"


def _folded(line: str) -> str:
    folded: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call] # the library's own gap
    return f"{folded.decode()}\r\n"


def _definitions(imported: Iterable[StoredSeries], entries: str) -> Iterator[str]:
    """Return the zones the entries need, each once: the files' own, and IANA's."""
    own: dict[str, None] = {}
    for stored in imported:
        head = stored.series.ical.partition("BEGIN:VEVENT\r\n")[0]
        own |= dict.fromkeys(f"BEGIN:VTIMEZONE{rest}" for rest in head.split("BEGIN:VTIMEZONE")[1:])
    yield from own
    for tzid in sorted(set(_TZID.findall(entries))):
        if is_zone(tzid):
            yield _iana(tzid)


@cache
def _iana(tzid: str) -> str:
    return _written(icalendar.Timezone.from_tzid(tzid))


def _written(component: icalendar.Component) -> str:
    written: bytes = component.to_ical()
    return written.decode()
