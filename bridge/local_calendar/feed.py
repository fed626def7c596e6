"""Writes an embedded calendar as a feed that any calendar program can subscribe to.

Source: RFC 5545; RFC 7986 for NAME and REFRESH-INTERVAL. Decides what is shown: all that is to come and a
year of the past, with the texts of the events and nobody's address. Cancelled events are left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

import icalendar
from icalendar.parser import Contentline

from bridge.local_calendar.entries import clean
from bridge.local_calendar.zones import is_zone
from bridge.store.engine import Store
from bridge.store.sql import local, local_series
from bridge.store.sql.local import LocalEvent
from bridge.store.sql.local_series import StoredSeries
from providers.base import Interval

_FORMAT = 1  # a part of the ETag: raise it when the same entries are written differently
_PAST = timedelta(days=366)
_FAR = datetime(9990, 1, 1, tzinfo=UTC)
_REFRESH = timedelta(minutes=15)
_TZID = re.compile(r"^[A-Z-]+;(?:[^:]*;)?TZID=([^:;,\"]+)", re.MULTILINE)


class Feeds:
    """The feeds of the embedded calendars; `titles` says by name how people call each."""

    def __init__(self, store: Store, titles: Mapping[str, str]) -> None:
        self._store = store
        self._titles = titles

    def has(self, calendar: str) -> bool:
        """Tell whether there is such a calendar."""
        return calendar in self._titles

    def version(self, calendar: str, *, now: datetime) -> str:
        """Return what differs as soon as the feed does, at a fraction of its cost."""
        with self._store.read() as connection:
            own = local.last_change(connection, calendar)
            imported = local_series.last_change(connection, calendar)
        parts = (_FORMAT, own, imported, _since(now).date(), self._titles[calendar])
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def content(self, calendar: str, *, now: datetime) -> bytes:
        """Return the feed."""
        return feed(self._store, calendar, now=now, name=self._titles[calendar])


def feed(store: Store, calendar: str, *, now: datetime, name: str) -> bytes:
    """Return a calendar's bookings and imported entries as iCalendar; `name` is shown to subscribers."""
    window = Interval(_since(now), _FAR)
    with store.read() as connection:
        own = local.events_within(connection, calendar, window)
        imported = local_series.within(connection, calendar, window)
    entries = "".join(_entries(imported))
    parts = [_head(name), *_definitions(imported, entries), *map(_own, own), entries, "END:VCALENDAR\r\n"]
    return "".join(parts).encode()


def _since(now: datetime) -> datetime:
    """Return the moment before which nothing is shown; the same all day long."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - _PAST


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
            event.add(name, clean(text))
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
