"""A published calendar: what its link says is busy time, and whatever says nothing leaves it unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bridge.published.keeping import Publication, PublishedTime
from bridge.published.provider import PublishedCalendars
from bridge.store.engine import Store
from bridge.store.sql import published
from providers.base import BusyAnswer, BusyQuery, EventRef, Interval
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    EndlessAnswer,
    ProviderError,
    ProviderUnavailable,
)
from providers.outward import is_public
from providers.route import Route
from tests.cast.clock import MONDAY, TEN, TurnableClock
from tests.local.files import calendar, entry
from tests.published.server import Link, LinkServer

MEETING = entry(UID="a", DTSTAMP="20261101T000000Z", DTSTART="20261123T100000Z", DTEND="20261123T110000Z")
SHIFTS = calendar(MEETING)
DAY = Interval(MONDAY, MONDAY + timedelta(days=1))
HOUR = Interval(TEN, TEN + timedelta(hours=1))


@pytest.fixture
def server() -> Iterator[LinkServer]:
    with LinkServer() as running:
        running.links["/shifts.ics"] = Link(SHIFTS)
        yield running


@dataclass
class Reader:
    """One published calendar in a store, with a clock to turn."""

    store: Store
    of: Publication
    clock: TurnableClock
    route: Route = field(default_factory=lambda: Route(is_private_allowed=True))
    seconds: float = 10.0
    may_reach: Callable[[str], bool] = is_public

    def refresh(self) -> timedelta:
        time = PublishedTime(self.store, self.route, self.clock.clocks(), self.seconds, self.may_reach)
        return time.refresh(self.of)

    def busy(self, window: Interval = DAY, **query: object) -> BusyAnswer:
        calendars = PublishedCalendars(self.store, {"shifts": self.of}, self.clock.clocks())
        asked = BusyQuery("shifts", **query)  # type: ignore[arg-type] # handed on
        return calendars.free_busy([asked], window, deadline=self.clock.deadline())[asked]

    def why(self) -> tuple[type[ProviderError], str]:
        """Return why nobody knows."""
        answer = self.busy()
        assert isinstance(answer, ProviderError), "unknown is never free"
        return type(answer), answer.detail


@pytest.fixture
def reader(store: Store, server: LinkServer) -> Reader:
    minutes = timedelta(minutes=1)
    of = Publication(
        "shifts", f"{server.url}/shifts.ics", "UTC", timedelta(days=14), 10 * minutes, 120 * minutes
    )
    return Reader(store, of, TurnableClock())


def test_what_was_read_is_busy_and_nothing_is_known_before(reader: Reader) -> None:
    assert reader.why() == (ProviderUnavailable, "the link has not been read yet")
    assert reader.refresh() == timedelta(minutes=10)
    assert reader.busy() == (HOUR,)
    assert reader.busy(without=EventRef("primary", "x", ical_uid="a")) == ()
    far = Interval(MONDAY + timedelta(days=200), MONDAY + timedelta(days=201))
    assert isinstance(reader.busy(far), ProviderUnavailable), "beyond what was worked out"


def test_a_version_that_is_known_is_not_sent_again_and_stays_true(reader: Reader, server: LinkServer) -> None:
    headers = {"Last-Modified": "Mon, 23 Nov 2026 06:00:00 GMT"}
    server.links["/shifts.ics"] = Link(SHIFTS, etag='"one"', headers=headers)
    reader.refresh()
    for _ in range(3):
        reader.clock.turn(minutes=100)
        reader.refresh()
    assert reader.busy() == (HOUR,)
    first, *later = [asked for _, asked in server.asked]
    assert "if-none-match" not in first
    assert {asked["if-none-match"] for asked in later} == {'"one"'}
    assert {asked["if-modified-since"] for asked in later} == {headers["Last-Modified"]}
    reader.clock.turn(days=70)  # what lies ahead was not worked out that far: it is wanted whole
    reader.refresh()
    assert "if-none-match" not in server.asked[-1][1]
    assert reader.busy(Interval(reader.clock.now(), reader.clock.now() + timedelta(days=14))) == ()


def test_what_was_read_holds_through_silence_until_it_is_too_old(reader: Reader, server: LinkServer) -> None:
    reader.refresh()
    server.links["/shifts.ics"] = Link(status=503)
    reader.clock.turn(minutes=120)
    assert reader.refresh() == timedelta(minutes=2)
    assert reader.busy() == (HOUR,)
    reader.clock.turn(minutes=1)
    assert reader.why() == (ProviderUnavailable, "HTTP 503")
    server.links["/shifts.ics"] = Link(calendar())
    reader.refresh()
    assert reader.busy() == ()
    reader.clock.turn(days=-1)
    assert reader.why()[0] is ProviderUnavailable, "read in the future: the clock was set back"


HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"
SUMMED_UP = calendar("BEGIN:VFREEBUSY", "FREEBUSY:20261123T100000Z/20261123T110000Z", "END:VFREEBUSY")


@pytest.mark.parametrize(
    ("link", "kind", "words"),
    [
        (Link(status=404), CalendarNotFound, "HTTP 404"),
        (Link(b" " * 5_000_001, status=404), CalendarNotFound, "HTTP 404"),
        (Link(status=401), CalendarNotFound, "HTTP 401"),
        (Link(status=418), ProviderError, "HTTP 418"),
        (Link(status=304), ProviderError, "HTTP 304"),
        (Link(HTML), ProviderError, "The file is not an iCalendar file: it has no BEGIN:VCALENDAR"),
        (Link(b""), ProviderError, "The file is not an iCalendar file: it has no BEGIN:VCALENDAR"),
        (Link(SHIFTS[:-40]), ProviderError, "The file ends in the middle of a VEVENT"),
        (Link(SHIFTS, promised=len(SHIFTS) + 1), ProviderError, "the answer ended before its end"),
        (Link(b"\xff" + SHIFTS), ProviderError, "The file is not UTF-8 text (byte 0)"),
        (Link(b" " * 5_000_001), EndlessAnswer, "the answer is larger than 5 MB"),
        (
            Link(SUMMED_UP),
            ProviderError,
            "it tells busy times in a way that is not read (VFREEBUSY)",
        ),
        (
            Link(calendar(entry(UID="b" * 400))),
            ProviderError,
            f"its entry {'b' * 290}",
        ),
        (Link(calendar(entry(UID="b"))), ProviderError, "its entry b cannot be read: it has no DTSTART"),
        (
            Link(calendar(MEETING.replace("DTSTART:", "DTSTART;TZID=Nowhere:"))),
            ProviderError,
            "its entry a cannot be read: its time zone 'Nowhere' is not known",
        ),
        (
            Link(status=302, headers={"Location": "/other.ics"}),
            ProviderError,
            "the link leads from one address to the next without end",
        ),
        (
            Link(status=302, headers={"Location": "file:///etc/passwd"}),
            ProviderError,
            "the link leads to an address that is not followed",
        ),
        (Link(status=302), ProviderError, "the link leads to an address that is not followed"),
    ],
    ids=lambda value: "" if isinstance(value, Link) else None,
)
def test_an_answer_that_is_no_whole_calendar_makes_it_unknown_at_once(
    reader: Reader, server: LinkServer, link: Link, kind: type[ProviderError], words: str
) -> None:
    reader.refresh()
    server.links["/shifts.ics"] = link
    server.links["/other.ics"] = Link(status=307, headers={"Location": "/shifts.ics"})
    reader.refresh()
    assert reader.why() == (kind, words)
    server.links["/shifts.ics"] = Link(status=503)
    reader.refresh()
    assert reader.why() == (kind, words), "silence takes nothing back"
    server.links["/shifts.ics"] = Link(SHIFTS)
    reader.refresh()
    assert reader.busy() == (HOUR,)


def test_a_server_that_hangs_is_left_within_the_time(reader: Reader, server: LinkServer) -> None:
    server.links["/shifts.ics"] = Link(hangs=True)
    reader.seconds = 0.1
    reader.refresh()
    assert reader.why()[0] is ProviderUnavailable


def test_nothing_is_read_in_the_own_network_unless_that_is_allowed(
    reader: Reader, server: LinkServer
) -> None:
    reader.route = Route()
    reader.refresh()
    assert reader.why()[0] is AccessDenied
    assert server.asked == []


def test_a_redirect_into_the_own_network_is_not_followed(reader: Reader, server: LinkServer) -> None:
    reader.route, reader.may_reach = Route(), lambda address: address == "127.0.0.1"
    elsewhere = server.url.replace("127.0.0.1", "127.0.0.2")
    reader.refresh()
    assert reader.busy() == (HOUR,)
    server.links["/shifts.ics"] = Link(status=302, headers={"Location": f"{elsewhere}/there.ics"})
    reader.refresh()
    assert reader.why()[0] is AccessDenied


def test_what_was_read_first_does_not_replace_what_was_read_last(reader: Reader, server: LinkServer) -> None:
    reader.refresh()

    def other_process() -> None:
        server.links["/shifts.ics"] = Link(calendar())
        reader.clock.turn(seconds=1)
        reader.refresh()

    later = SHIFTS.replace(b"T110000Z", b"T120000Z")
    server.links["/shifts.ics"] = Link(later, meanwhile=other_process)
    reader.refresh()
    assert reader.busy() == ()


def test_redirects_are_followed(reader: Reader, server: LinkServer) -> None:
    server.links["/shifts.ics"] = Link(status=301, headers={"Location": f"{server.url}/there.ics"})
    server.links["/there.ics"] = Link(SHIFTS)
    reader.refresh()
    assert reader.busy() == (HOUR,)


def test_another_link_says_nothing_of_what_was_read_at_the_first(reader: Reader, server: LinkServer) -> None:
    reader.refresh()
    reader.of = replace(reader.of, url=f"{server.url}/other.ics")
    assert reader.why() == (ProviderUnavailable, "the link has not been read yet")
    server.links["/other.ics"] = Link(status=503)
    reader.refresh()
    assert reader.why() == (ProviderUnavailable, "HTTP 503")


def at(hour: int, minute: int = 0) -> datetime:
    return MONDAY.replace(hour=hour, minute=minute)


OUTLOOK = calendar(
    "METHOD:PUBLISH",
    "X-WR-CALNAME:Shifts",
    "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n"
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\n"
    "END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE",
    "BEGIN:VEVENT\r\nRRULE:FREQ=WEEKLY;UNTIL=20270301T080000Z;INTERVAL=1;BYDAY=MO;WKST=MO\r\n"
    "UID:040000008200E0\r\nSUMMARY:Busy\r\nDTSTART;TZID=W. Europe Standard Time:20261102T090000\r\n"
    "DTEND;TZID=W. Europe Standard Time:20261102T100000\r\nCLASS:PUBLIC\r\nDTSTAMP:20261121T090000Z\r\n"
    "TRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nSEQUENCE:0\r\n"
    "X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nEND:VEVENT",
    "BEGIN:VEVENT\r\nUID:free\r\nSUMMARY:Free\r\nDTSTART:20261123T140000Z\r\nDTEND:20261123T150000Z\r\n"
    "X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\nEND:VEVENT",
)
GOOGLE = calendar(
    "CALSCALE:GREGORIAN",
    "X-WR-TIMEZONE:Europe/Berlin",
    "BEGIN:VEVENT\r\nDTSTART:20261123T120000Z\r\nDTEND:20261123T123000Z\r\nDTSTAMP:20261121T090000Z\r\n"
    "UID:x@google.com\r\nSUMMARY:Busy\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nEND:VEVENT",
    entry(UID="floating", DTSTART="20261123T180000", DTEND="20261123T190000"),
)


@pytest.mark.parametrize(
    ("content", "busy"),
    [
        (OUTLOOK, [(at(8), at(9))]),
        (GOOGLE, [(at(12), at(12, 30)), (at(17), at(18))]),
        (b"\xef\xbb\xbf" + SHIFTS, [HOUR]),
    ],
    ids=["Outlook's", "Google's, and a floating time", "with a byte order mark"],
)
def test_published_links_are_read_as_their_programs_write_them(
    reader: Reader, server: LinkServer, content: bytes, busy: list[Interval]
) -> None:
    server.links["/shifts.ics"] = Link(content, only_browsers=True)
    reader.refresh()
    assert reader.busy(timezone="Europe/Berlin") == tuple(Interval(*each) for each in busy)


def test_the_time_of_the_question_is_no_change(reader: Reader, server: LinkServer) -> None:
    def noted() -> published.ReadLink | None:
        with reader.store.read() as connection:
            return published.get(connection, "ics:shifts")

    reader.refresh()
    before = noted()
    assert before is not None
    server.links["/shifts.ics"] = Link(SHIFTS.replace(b"DTSTAMP:20261101", b"DTSTAMP:20261123"))
    reader.clock.turn(minutes=10)
    reader.refresh()
    assert noted() == replace(before, good_at=reader.clock.now())
    server.links["/shifts.ics"] = Link(SHIFTS.replace(b"T110000Z", b"T120000Z"))
    reader.refresh()
    assert reader.busy() == (Interval(TEN, at(12)),)
