"""Measure what the CalDAV client costs a free/busy call: HTTP requests, and time beside bare clients.

The bare ones take the text of each entry's two times out of the answer; ours reads XML and entries, the
latter from memory once it has seen them. Run: python -m bench.caldav [--rounds N] [--busy N]
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bench.measure import FIRST, WINDOW, Canned, Question, Token, real_clocks, report
from bridge.local_calendar.rereading import Rereading
from providers.caldav import CaldavCalendars, CaldavSettings
from providers.caldav.xml import CALENDAR_DATA, ETAG, query_body

_SPACES = 'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'
_HOME = "/anna/calendars/"
_CALENDARS = ["Work", "Home", "Team", "Room", "Shifts"]
_TIMES = re.compile(rb"DTSTART[^:]*:(\w+)\s+DTEND[^:]*:(\w+)")


def _answer(busy: int, path: str, body: bytes, _base: str) -> bytes:
    if b"calendar-query" in body:
        return _multistatus("".join(_entry(path, number) for number in range(busy)))
    if b"current-user-principal" in body:
        return _multistatus(
            _response("/", "<current-user-principal><href>/anna/</href></current-user-principal>")
        )
    if b"calendar-home-set" in body:
        return _multistatus(
            _response("/anna/", f"<c:calendar-home-set><href>{_HOME}</href></c:calendar-home-set>")
        )
    kind = "<resourcetype><collection/><c:calendar/></resourcetype>"
    named = (
        _response(f"{_HOME}{each.lower()}/", f"{kind}<displayname>{each}</displayname>")
        for each in _CALENDARS
    )
    return _multistatus("".join(named))


def _entry(path: str, number: int) -> str:
    start = FIRST + timedelta(hours=3 * number)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Example//Program//EN",
        "BEGIN:VEVENT",
        f"UID:{number:032x}",
        "DTSTAMP:20261101T090000Z",
        "SUMMARY:A person's own, of some length",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        *(["RRULE:FREQ=WEEKLY"] if number % 10 == 0 else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    text = "\r\n".join(lines)
    told = f'<getetag>"{number}"</getetag><c:calendar-data>{text}</c:calendar-data>'
    return _response(f"{path}{number:032x}.ics", told)


def _response(href: str, properties: str) -> str:
    there = f"<propstat><prop>{properties}</prop><status>HTTP/1.1 200 OK</status></propstat>"
    return f"<response><href>{href}</href>{there}</response>"


def _multistatus(told: str) -> bytes:
    return f"<multistatus {_SPACES}>{told}</multistatus>".encode()


def _intervals(answer: bytes) -> list[tuple[datetime, datetime]]:
    """Do with an answer what everybody must do, and no more: a series counts once."""

    def stamp(text: bytes) -> datetime:
        return datetime.strptime(text.decode(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    return sorted((stamp(start), stamp(end)) for start, end in _TIMES.findall(answer))


QUESTION = Question(
    "REPORT",
    f"{_HOME}work/",
    {"Authorization": "Basic fake", "Depth": "1", "Content-Type": "application/xml"},
    query_body(WINDOW, [ETAG, CALENDAR_DATA]).encode(),
    _intervals,
)


def _calendars(server: Canned) -> CaldavCalendars:
    return CaldavCalendars(Token(), CaldavSettings(f"{server.url}/", Rereading()), clocks=real_clocks())


def main() -> None:
    """Print the tables."""
    report(__doc__, _answer, _calendars, QUESTION, {"one calendar": ["Work"], "five calendars": _CALENDARS})


if __name__ == "__main__":
    main()
