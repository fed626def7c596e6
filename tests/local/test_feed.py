"""The feed that other calendar programs read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import recurring_ical_events

from bridge.local_calendar.feed import Feeds, feed
from bridge.local_calendar.importing import import_ics
from tests.contracts.account import KEY, plenty, rich_draft, span
from tests.local.desk import NAME, NOW, OTHER, Desk, days
from tests.local.files import entry
from tests.local.test_zones import at_nine, defined

NINE = {"DTSTART": "20261201T090000Z", "DTEND": "20261201T093000Z"}


def written(desk: Desk, *, name: str = "Anna") -> bytes:
    return feed(desk.store, NAME, now=NOW, name=name)


def read(desk: Desk) -> Any:
    return icalendar.Calendar.from_ical(written(desk))


def test_a_booking_is_shown_with_everything_a_program_needs(desk: Desk) -> None:
    wanted = rich_draft(span(1, 9), "Call with Anna")
    event = desk.provider.create_event(NAME, KEY, wanted, deadline=plenty())
    desk.provider.move_event(event.ref, span(2, 9), timezone="UTC", deadline=plenty())
    calendar = read(desk)
    (shown,) = calendar.events
    assert (calendar["PRODID"], calendar["VERSION"]) == ("-//calendar-bridge//feed//EN", "2.0")
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
    assert shown["UID"] == f"{KEY}@calendar-bridge"
    assert (shown["DTSTART"].dt, shown["DTEND"].dt) == span(2, 9)
    assert (shown["SUMMARY"], shown["DESCRIPTION"], shown["LOCATION"]) == ("Call with Anna",) * 3
    assert (shown["STATUS"], shown["SEQUENCE"]) == ("CONFIRMED", 1)
    assert shown["LAST-MODIFIED"].dt == shown["DTSTAMP"].dt
    assert b"DTSTART:20261202T090000Z\r\n" in written(desk)


def test_nobodys_address_is_shown(desk: Desk) -> None:
    desk.provider.create_event(NAME, KEY, rich_draft(span(1, 9), "Call"), deadline=plenty())
    assert b"guest@example.com" not in written(desk)


def test_a_cancelled_booking_is_shown_no_more(desk: Desk) -> None:
    event = desk.book(span(1, 9), key=KEY)
    desk.provider.cancel_event(event.ref, notify=False, deadline=plenty())
    assert read(desk).events == []


@pytest.mark.parametrize(
    "text",
    [
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil",
        "x\rEND:VEVENT\rBEGIN:VEVENT",
        "x\nEND:VCALENDAR\nBEGIN:VCALENDAR",
        "x\u2028END:VEVENT\x85BEGIN:VEVENT\x0bUID:evil\x0c",
        "x\\nEND:VEVENT;UID=1,2:3",
        "Zahnärztin 👩‍⚕️ " * 20,
    ],
)
def test_no_text_breaks_out_of_its_line(desk: Desk, text: str) -> None:
    desk.provider.create_event(NAME, KEY, rich_draft(span(1, 9), text), deadline=plenty())
    desk.load(entry(UID="a", **NINE, SUMMARY=text.replace("\n", "").replace("\r", "\\n")))
    content = feed(desk.store, NAME, now=NOW, name=text)
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if line.startswith(("BEGIN:", "END:"))] == [
        "BEGIN:VCALENDAR",
        *["BEGIN:VEVENT", "END:VEVENT"] * 2,
        "END:VCALENDAR",
    ]
    assert len([line for line in lines if line.startswith("UID")]) == 2
    assert not {"\r", "\n", "\x0b", "\x0c", "\x85", "\u2028"} & set("".join(lines))
    shown = icalendar.Calendar.from_ical(content).events[0]
    assert str(shown["SUMMARY"]).split() == str(shown["DESCRIPTION"]).split()


@pytest.mark.parametrize(
    ("escaped", "expected"),
    [("x" * 7_999 + "\\n" + "y", "x" * 7_999), ("x" * 7_998 + "\\\\" + "y", "x" * 7_998 + "\\")],
)
def test_a_long_text_is_never_cut_within_an_escape(desk: Desk, escaped: str, expected: str) -> None:
    desk.load(entry(UID="a", **NINE, DESCRIPTION=escaped))
    (shown,) = read(desk).events
    assert shown["DESCRIPTION"] == expected


def test_every_line_is_folded_and_ends_as_the_standard_wants(desk: Desk) -> None:
    desk.provider.create_event(NAME, KEY, rich_draft(span(1, 9), "ü" * 300), deadline=plenty())
    desk.load(entry(UID="a", **NINE, SUMMARY="ü" * 300))
    content = written(desk)
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_imported_series_are_shown_as_they_are(desk: Desk) -> None:
    times = {"DTSTART;TZID=Europe/Berlin": "20261201T090000", "DTEND;TZID=Europe/Berlin": "20261201T100000"}
    moved = {"RECURRENCE-ID;TZID=Europe/Berlin": "20261202T090000"}
    desk.load(
        entry(UID="a", **times, RRULE="FREQ=DAILY;COUNT=3", SUMMARY="Standup"),
        entry(UID="a", **moved, **{name: value.replace("1201", "1209") for name, value in times.items()}),
    )
    calendar = read(desk)
    assert calendar.events[0]["RRULE"]["COUNT"] == [3]
    found = recurring_ical_events.of(calendar).between(*days("2026-11-30", "2026-12-12"))
    assert sorted(one["DTSTART"].dt.astimezone(UTC).day for one in found) == [1, 3, 9]
    assert all("DTSTAMP" in event for event in calendar.events)


def test_every_zone_in_use_is_defined_once(desk: Desk) -> None:
    desk.load(defined("Mine", winter="+0100", summer="+0200"), at_nine("Mine"), at_nine("Mine", uid="b"))
    desk.load(at_nine("Europe/Berlin", uid="c"), at_nine("Europe/Berlin", uid="d"))
    calendar = read(desk)
    assert len(calendar.timezones) == 2
    assert calendar.get_missing_tzids() == set()
    for event in calendar.events:
        assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_a_feed_imported_elsewhere_makes_the_same_time_busy(desk: Desk) -> None:
    desk.book(span(1, 9), key=KEY)
    desk.load(defined("Mine", winter="+0100", summer="+0200"), at_nine("Mine"))
    desk.load(entry(UID="b", **{"DTSTART;VALUE=DATE": "20261205"}, RRULE="FREQ=WEEKLY"))
    result = import_ics(desk.imported, OTHER, written(desk), NOW)
    assert (result.added, result.skipped) == (3, ())
    before = desk.busy(days("2026-12-01", "2026-12-04"))
    assert before == [f"2026-12-0{day}T08:00/09:{30 if day == 1 else 0:02d}" for day in (1, 2, 3)]
    assert desk.busy(days("2026-12-01", "2026-12-04"), name=OTHER) == before


def test_the_past_is_shown_for_a_year(desk: Desk) -> None:
    for number, start in enumerate([datetime(2025, 11, 1, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)]):
        desk.book(span(1, 9)._replace(start=start, end=start + timedelta(hours=1)), key=f"{number:032x}")
    assert [event["DTSTART"].dt.month for event in read(desk).events] == [12]


def test_the_version_changes_with_the_feed_and_only_then(desk: Desk) -> None:
    feeds = Feeds(desk.store, {NAME: "Anna", OTHER: "Ben"})
    seen = [feeds.version(NAME, now=NOW)]
    event = desk.book(span(1, 9), key=KEY)
    seen.append(feeds.version(NAME, now=NOW))
    desk.load(entry(UID="a", **NINE))
    seen.append(feeds.version(NAME, now=NOW))
    desk.provider.cancel_event(event.ref, notify=False, deadline=plenty())
    seen.append(feeds.version(NAME, now=NOW))
    seen.append(feeds.version(NAME, now=NOW + timedelta(days=1)))
    assert len(set(seen)) == len(seen)
    desk.book(span(1, 9), key=KEY, name=OTHER)
    assert feeds.version(NAME, now=NOW + timedelta(days=1, hours=3)) == seen[-1]
    same = [feeds.content(NAME, now=NOW + timedelta(hours=hours)) for hours in range(3)]
    assert len(set(same)) == 1
