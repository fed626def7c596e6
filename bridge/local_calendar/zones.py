"""Finds out which zone a calendar program means by a TZID, and writes it down so that nobody else's is.

Decides that a zone is IANA's wherever it can be told: by its own name, by Windows' name for it, by the end
of a longer path, or by the name its definition gives. Any other is defined by the file; it gets a name of
its own, because the iCalendar library keeps one definition per name for the whole process. A TZID that
nobody defines is never read as floating time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from zoneinfo import available_timezones

from bridge.local_calendar.ics import Entry, Line
from bridge.local_calendar.unusable import Unusable

_DATES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
_MOST_LINES = 400
_PREFIX = "X-Imported-"


class Zones:
    """The time zones of one VCALENDAR."""

    def __init__(self, defined: Mapping[str, Sequence[Line]]) -> None:
        self._defined = defined
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def rename(self, entry: Entry) -> Entry:
        """Return the entry with each TZID as `name` has it. Unusable, ValueError: it cannot be read."""
        return [self._renamed(line) if line.name in _DATES else line for line in entry]

    def definitions(self, entries: Sequence[Entry]) -> list[str]:
        """Return the VTIMEZONEs that renamed entries need."""
        dates = [line.text for entry in entries for line in entry if line.name in _DATES]
        return [
            text
            for name, text in self._texts.items()
            if any(f"TZID={name}" in line.partition(":")[0] for line in dates)
        ]

    def _renamed(self, line: Line) -> Line:
        if "TZID" not in line.text.partition(":")[0].upper():
            return line
        from icalendar.parser import Contentline

        name, params, value = Contentline(line.text).raw_parts()  # type: ignore[no-untyped-call] # the library's own gap
        if "TZID" in params:
            params["TZID"] = self.name(str(params["TZID"]))
        written = params.to_ical().decode()
        return Line(line.name, f"{name.upper()};{written}:{value}")

    def name(self, tzid: str) -> str:
        """Return the name under which a zone is kept. Unusable: nobody knows it."""
        if tzid not in self._names:
            self._names[tzid] = self._find(tzid)
        return self._names[tzid]

    def _find(self, tzid: str) -> str:
        definition = self._defined.get(tzid, ())
        local = [line.value.strip() for line in definition if line.name == "X-LIC-LOCATION"]
        for candidate in (*_candidates(tzid), *local):
            if is_zone(candidate):
                return candidate
        if not definition:
            raise Unusable("its time zone {zone} is not known", zone=repr(tzid[:60]))
        return self._define(tzid, definition)

    def _define(self, tzid: str, definition: Sequence[Line]) -> str:
        inner = [line.text for line in definition if line.name != "TZID" and not line.name.startswith("X-")]
        rules = [line.value.upper() for line in definition if line.name == "RRULE"]
        if len(inner) > _MOST_LINES or not all("FREQ=YEARLY" in rule for rule in rules):
            raise Unusable("the definition of its time zone {zone} makes no sense", zone=repr(tzid[:60]))
        # Microsoft's rules begin in 1601; every one of the years since is counted for every single time.
        inner = [text.replace("DTSTART:1601", "DTSTART:1970") for text in inner]
        name = _PREFIX + hashlib.sha256("\n".join(inner).encode()).hexdigest()[:16]
        self._texts[name] = "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{name}", *inner, "END:VTIMEZONE"])
        return name


@cache
def _known_zones() -> frozenset[str]:
    # "localtime" and "Factory" mean whatever this machine is set to.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def is_zone(name: str) -> bool:
    """Tell whether IANA knows a zone of this name."""
    return name in _known_zones()


def _candidates(tzid: str) -> list[str]:
    """Return what the TZID may mean: itself, Windows' word, the end of /vendor.example/Area/City."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    plain = tzid.strip().strip('"').strip("/")
    parts = plain.split("/") if tzid.startswith("/") else []
    ends = ["/".join(parts[at:]) for at in range(1, len(parts))]
    return [plain, *([WINDOWS_TO_OLSON[plain]] if plain in WINDOWS_TO_OLSON else []), *ends]
