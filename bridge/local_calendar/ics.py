"""Takes an iCalendar file apart into its entries' lines.

Decides which lines are kept: when an entry takes place, how it shows its time, and its three texts. Names
and addresses of guests, attachments and alarms never enter the database. Values are not looked into here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bridge.local_calendar.unusable import ImportRefused
from providers.cleaning import clean

MAX_BYTES = 40_000_000
MAX_ENTRIES = 100_000
_MAX_TEXT = 8_000
_MAX_LINE = 200_000  # EXDATE may list years of exceptions

_CALENDAR = ["VCALENDAR"]
_EVENT = ["VCALENDAR", "VEVENT"]
_ZONE = ["VCALENDAR", "VTIMEZONE"]

_TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION"})
_KEPT = _TEXTS | {
    "UID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "SEQUENCE",
    "STATUS",
    "TRANSP",
    "CLASS",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "X-MICROSOFT-CDO-ALLDAYEVENT",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A content line: its name in capitals, and all of it."""

    name: str
    text: str

    @property
    def value(self) -> str:
        """Return what follows the first colon outside quotes."""
        head, _, tail = self.text.partition(":")
        if '"' not in head:
            return tail
        quoted = False
        for at, letter in enumerate(self.text):
            if letter == '"':
                quoted = not quoted
            elif letter == ":" and not quoted:
                return self.text[at + 1 :]
        return ""


Entry = list[Line]


@dataclass(slots=True)
class IcsCalendar:
    """One VCALENDAR: its entries, and what its time zones hold, by TZID."""

    entries: list[Entry] = field(default_factory=list)
    zones: dict[str, list[Line]] = field(default_factory=dict)
    method: str = ""
    default_zone: str = ""


def read_ics(content: bytes) -> list[IcsCalendar]:
    """Return the calendars of a file. ImportRefused says in one sentence what is wrong with it."""
    if len(content) > MAX_BYTES:
        raise ImportRefused("The file is larger than {size} MB.", size=str(MAX_BYTES // 1_000_000))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused("The file is not UTF-8 text (byte {byte}).", byte=str(error.start)) from None
    reader = _Reader()
    for line in _lines(text):
        reader.take(line)
    return reader.finish()


def _lines(text: str) -> Iterator[Line]:
    from icalendar.parser import Contentlines  # a tenth of a second and 3 MB: only who reads files needs it

    for unfolded in Contentlines.from_ical(text):  # type: ignore[no-untyped-call] # the library's own gap
        line = clean(unfolded).replace("\n", "")
        name = line.split(":", 1)[0].split(";", 1)[0].strip().upper()
        if name:
            yield Line(name, line)


class _Reader:
    """Follows BEGIN and END."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._calendars: list[IcsCalendar] = []
        self._entry: Entry = []
        self._zone: list[Line] = []
        self._left = MAX_ENTRIES

    def take(self, line: Line) -> None:
        """Read the next line."""
        if line.name == "BEGIN":
            self._begin(line)
        elif line.name == "END":
            self._end(line)
        elif self._open == _CALENDAR:
            self._describe(line)
        elif self._open == _EVENT:
            self._keep(line)
        elif self._open[:2] == _ZONE:
            self._zone.append(line)

    def finish(self) -> list[IcsCalendar]:
        """Return what was read, if the file was whole."""
        if self._open:
            raise ImportRefused("The file ends in the middle of a {part}.", part=self._open[-1])
        if not self._calendars:
            raise ImportRefused("The file is not an iCalendar file: it has no BEGIN:VCALENDAR.")
        return self._calendars

    def _begin(self, line: Line) -> None:
        name = line.value.strip().upper()
        if not self._open:
            if name != "VCALENDAR":
                raise ImportRefused(
                    "The file is not an iCalendar file: it begins with {part}.", part=repr(name[:40])
                )
            self._calendars.append(IcsCalendar())
        if self._open[:2] == _ZONE:
            self._zone.append(line)
        self._open.append(name)
        if self._open == _EVENT:
            self._begin_entry()
        elif self._open == _ZONE:
            self._zone = []

    def _begin_entry(self) -> None:
        self._entry = []
        self._calendars[-1].entries.append(self._entry)
        self._left -= 1
        if self._left < 0:
            raise ImportRefused("The file has more than {most} entries.", most=f"{MAX_ENTRIES:,}")

    def _end(self, line: Line) -> None:
        name = line.value.strip().upper()
        if not self._open or self._open[-1] != name:
            raise ImportRefused("The file is broken: it has a stray END:{part}.", part=name[:40])
        if self._open == _ZONE:
            tzid = next((inner.value.strip() for inner in self._zone if inner.name == "TZID"), "")
            # Outlook: "(UTC+00:00) Dublin\\, London", where the dates that name it escape nothing.
            self._calendars[-1].zones[tzid.replace("\\", "")] = self._zone
        self._open.pop()
        if self._open[:2] == _ZONE:
            self._zone.append(line)

    def _describe(self, line: Line) -> None:
        if line.name == "METHOD":
            self._calendars[-1].method = line.value.strip().upper()
        elif line.name == "X-WR-TIMEZONE":
            self._calendars[-1].default_zone = line.value.strip()

    def _keep(self, line: Line) -> None:
        if line.name in _TEXTS:
            self._entry.append(Line(line.name, f"{line.name}:{_cut(line.value)}"))  # parameters go
        elif line.name in _KEPT:
            # Without its dates the line cannot be read, and then the whole entry is left out.
            is_short = len(line.text) <= _MAX_LINE
            self._entry.append(line if is_short else Line(line.name, f"{line.name}:"))


def _cut(escaped: str) -> str:
    """Return the beginning of a long text, without half an escape at its end."""
    if len(escaped) <= _MAX_TEXT:
        return escaped
    cut = escaped[:_MAX_TEXT]
    return cut[:-1] if (len(cut) - len(cut.rstrip("\\"))) % 2 else cut
