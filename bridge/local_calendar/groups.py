"""Puts together what belongs to one entry of a file: its rule, its exceptions, the zones it needs.

Decides what an entry is called when its file does not say, and writes it in the one way that is stored. So
importing the same entry again gives the same text.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.local_calendar.ics import Entry, IcsCalendar, Line
from bridge.local_calendar.unusable import Unusable
from bridge.local_calendar.zones import Zones, is_zone

_NEGATIVE_COUNT = re.compile(r";COUNT=-\d+", re.ASCII | re.IGNORECASE)
_HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar-bridge//import//EN")


LeftOut = tuple[str, Unusable]  # an entry's UID, and why it is not kept


@dataclass(slots=True)
class Group:
    """The entries of one UID with the definitions of their zones."""

    uid: str
    entries: list[Entry] = field(default_factory=list)
    definitions: dict[str, None] = field(default_factory=dict)  # in order, each once

    @property
    def has_master(self) -> bool:
        """Tell whether there is more than exceptions of something imported earlier."""
        return any(value_of(entry, "RECURRENCE-ID") is None for entry in self.entries)

    def written(self) -> str:
        """Return the text that is stored."""
        lines = [*_HEAD, *self.definitions]
        for entry in self.entries:
            lines += ["BEGIN:VEVENT", *(line.text for line in entry), "END:VEVENT"]
        return "\r\n".join([*lines, "END:VCALENDAR", ""])

    @property
    def size(self) -> int:
        """Return about how many letters are stored."""
        lines = sum(len(line.text) for entry in self.entries for line in entry)
        return lines + sum(map(len, self.definitions))

    def onto(self, stored: Group) -> Group:
        """Return what was stored with these exceptions put in."""
        replaced = {value_of(entry, "RECURRENCE-ID") for entry in self.entries}
        kept = [entry for entry in stored.entries if value_of(entry, "RECURRENCE-ID") not in replaced]
        return Group(self.uid, [*kept, *self.entries], stored.definitions | self.definitions)


def group(calendars: Iterable[IcsCalendar]) -> tuple[list[Group], list[LeftOut]]:
    """Return what can be read, and what cannot: then nothing of that UID is kept."""
    groups: dict[str, Group] = {}
    left_out: dict[str, Unusable] = {}
    for calendar in calendars:
        zones = Zones(calendar.zones)
        for uid, entries in _by_uid(calendar).items():
            found = groups.setdefault(uid, Group(uid))
            try:
                renamed = [zones.rename(_tidy(entry, uid, calendar)) for entry in entries]
            except Unusable as error:
                left_out.setdefault(uid, error)
                continue
            except ValueError:
                left_out.setdefault(uid, Unusable("one of its lines cannot be read"))
                continue
            found.entries += renamed
            found.definitions |= dict.fromkeys(zones.definitions(renamed))
    return [found for uid, found in groups.items() if uid not in left_out], list(left_out.items())


def value_of(entry: Entry, name: str) -> str | None:
    """Return the value of the entry's first line of this name."""
    return next((line.value.strip() for line in entry if line.name == name), None)


def _by_uid(calendar: IcsCalendar) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in calendar.entries:
        uid = (value_of(entry, "UID") or "").replace("\\", "")  # an escape is none of the name
        if not uid:
            text = "\n".join(line.text for line in entry)
            uid = f"{hashlib.sha256(text.encode()).hexdigest()[:32]}@imported"
        found[uid].append(entry)
    separate: dict[str, list[Entry]] = {}
    for uid, entries in found.items():
        separate |= _separated(uid, entries)
    return separate


def _separated(uid: str, entries: list[Entry]) -> dict[str, list[Entry]]:
    """Return entries under UIDs of their own that a careless program wrote under a single one.

    They have no RECURRENCE-ID, begin at different times, and none is a newer version of another.
    """
    masters = [entry for entry in entries if value_of(entry, "RECURRENCE-ID") is None]
    newest = max(map(_sequence, masters), default=0)
    masters = [entry for entry in masters if _sequence(entry) == newest]
    others: dict[str, list[Entry]] = {}
    for entry in masters[1:]:
        start = value_of(entry, "DTSTART")
        if start != value_of(masters[0], "DTSTART"):
            others[f"{uid}#{start}"] = [entry]
    taken = {id(entry) for (entry,) in others.values()}
    return {uid: [entry for entry in entries if id(entry) not in taken]} | others


def _sequence(entry: Entry) -> int:
    value = value_of(entry, "SEQUENCE") or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def _tidy(entry: Entry, uid: str, calendar: IcsCalendar) -> Entry:
    """Return the entry's lines as they are stored, but for its zones."""
    state = "CANCELLED" if calendar.method == "CANCEL" else (value_of(entry, "STATUS") or "").upper()
    fixed = [Line("UID", f"UID:{uid}"), Line("SEQUENCE", f"SEQUENCE:{_sequence(entry)}")]
    if state:
        fixed.append(Line("STATUS", f"STATUS:{state}"))
    others = [_without_count(line) for line in entry if line.name not in {"UID", "SEQUENCE", "STATUS"}]
    if calendar.default_zone and value_of(entry, "RRULE") and is_zone(calendar.default_zone):
        others = [_by_the_wall(line, calendar.default_zone) for line in others]
    return [*fixed, *others]


def _without_count(line: Line) -> Line:
    """Return a rule without the negative count by which some programs say "for ever"."""
    return Line("RRULE", _NEGATIVE_COUNT.sub("", line.text)) if line.name == "RRULE" else line


def _by_the_wall(line: Line, zone: str) -> Line:
    """Return a series' start in the zone its calendar names, where it is written in UTC.

    Programs that write X-WR-TIMEZONE mean a series to keep its wall-clock time there.
    """
    if line.name != "DTSTART" or not line.value.endswith("Z"):
        return line
    moment = datetime.fromisoformat(line.value).astimezone(ZoneInfo(zone))
    return Line("DTSTART", f"DTSTART;TZID={zone}:{moment:%Y%m%dT%H%M%S}")
