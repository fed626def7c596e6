"""Files that would keep a call waiting are bounded when they are imported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.local_calendar.apart import Limits
from bridge.local_calendar.importing import ImportRefused, import_ics
from tests.local.desk import NAME, NOW, Desk, days
from tests.local.files import calendar, entry

NINE = {"DTSTART": "20261201T090000Z", "DTEND": "20261201T093000Z"}
TOO_OFTEN = "it repeats too often"
NO_DAY = "its repetition rule fits no day"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", TOO_OFTEN),
        ("FREQ=SECONDLY;COUNT=1000000000", TOO_OFTEN),
        ("FREQ=MINUTELY;INTERVAL=15", TOO_OFTEN),
        ("FREQ=HOURLY", TOO_OFTEN),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", NO_DAY),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9;BYMINUTE=0,10,20,30,40,50", TOO_OFTEN),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", NO_DAY),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", NO_DAY),
        ("FREQ=YEARLY;BYWEEKNO=1;BYMONTH=6", NO_DAY),
        ("FREQ=DAILY;INTERVAL=0", "its repetition rule makes no sense"),
        ("FREQ=DAILY;INTERVAL=-1", "its repetition rule makes no sense"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(desk: Desk, rule: str, reason: str) -> None:
    result = desk.load(entry(UID="a", **NINE, RRULE=rule))
    assert result.skipped == (("a", reason),)
    assert desk.busy() == []


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ("FREQ=DAILY;COUNT=1000000000", 13),
        ("FREQ=DAILY;COUNT=-1", 13),
        ("FREQ=DAILY;UNTIL=99991231T235959Z", 13),
        ("FREQ=DAILY;BYHOUR=9,11,13;UNTIL=20261203T000000Z", 6),
        ("FREQ=MINUTELY;INTERVAL=120;COUNT=6", 6),
        ("FREQ=HOURLY;INTERVAL=3;UNTIL=20261201T200000Z", 4),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=1TU", 1),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", 1),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", 2),
    ],
)
def test_an_unusual_rule_that_can_be_followed_is(desk: Desk, rule: str, number: int) -> None:
    assert desk.load(entry(UID="a", **NINE, RRULE=rule)).added == 1
    assert len(desk.busy()) == number


@pytest.mark.parametrize(
    "properties",
    [
        {"DTSTART": "99991231T230000Z", "DTEND": "99991231T235959Z"},
        {"DTSTART;VALUE=DATE": "99991231"},
        {"DTSTART": "00010101T000000Z", "DTEND": "00010101T010000Z"},
        {"DTSTART": "20261201T090000Z", "DTEND": "99991231T235959Z"},
        {"DTSTART": "20261201T090000Z", "DURATION": "P999999D"},
        {**NINE, "RDATE": "99991231T230000Z"},
    ],
)
def test_an_entry_at_the_end_of_time_is_left_out(desk: Desk, properties: dict[str, str]) -> None:
    result = desk.load(entry(UID="a", **properties))
    assert result.skipped == (("a", "it lies outside the years 1600 to 2200"),)


@pytest.mark.parametrize("length", ["P99999999999D", "PT99999999999999H", "P1Y"])
def test_a_length_beyond_reckoning_is_left_out(desk: Desk, length: str) -> None:
    result = desk.load(entry(UID="a", DTSTART="20261201T090000Z", DURATION=length))
    assert (result.added, len(result.skipped)) == (0, 1)


def test_a_series_whose_occurrences_last_for_years_is_left_out(desk: Desk) -> None:
    endless = {"DTSTART": "20261201T090000Z", "DTEND": "20361201T090000Z", "RRULE": "FREQ=DAILY"}
    assert desk.load(entry(UID="a", **endless)).skipped == (
        ("a", "it repeats, and lasts longer than a year"),
    )


def test_huge_attachments_and_texts_are_not_kept(desk: Desk) -> None:
    huge = {"ATTACH;ENCODING=BASE64;VALUE=BINARY": "A" * 5_000_000, "DESCRIPTION": "x\\n" * 500_000}
    assert desk.load(entry(UID="a", **NINE, **huge)).added == 1
    assert desk.store.file is not None
    desk.store.close()
    assert desk.store.file.stat().st_size < 1_000_000
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


def test_a_series_with_endless_exceptions_is_left_out(desk: Desk) -> None:
    moved = [
        entry(UID="a", **{"RECURRENCE-ID": f"20261201T{second // 60:02d}{second % 60:02d}00Z"}, **NINE)
        for second in range(1001)
    ]
    assert desk.load(entry(UID="a", **NINE), *moved).skipped == (("a", "it has too many exceptions"),)


def test_a_line_of_endless_dates_leaves_its_entry_out(desk: Desk) -> None:
    dates = ",".join(["20261202T090000Z"] * 20_000)
    assert desk.load(entry(UID="a", **NINE, EXDATE=dates)).skipped == (("a", "its EXDATE cannot be read"),)


def test_components_nested_without_end_are_passed_over(desk: Desk) -> None:
    deep = "BEGIN:VALARM\r\n" * 20_000 + "END:VALARM\r\n" * 20_000
    assert desk.load(deep.rstrip(), entry(UID="a", **NINE)).added == 1


def test_control_characters_are_left_out(desk: Desk) -> None:
    text = "a\x00b\x0bc\u2028d\rEND:VEVENT\re"
    assert desk.load(entry(UID="a\x00", **NINE, SUMMARY=text)).added == 1
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


@pytest.mark.parametrize("uid", ["x" * 501, "x" * 100_000])
def test_a_uid_longer_than_a_database_takes_is_left_out(desk: Desk, uid: str) -> None:
    assert desk.load(entry(UID=uid, **NINE)).added == 0


def test_a_file_beyond_the_limit_is_refused_unread(desk: Desk) -> None:
    with pytest.raises(ImportRefused, match="larger than 40 MB"):
        import_ics(desk.imported, NAME, b" " * 40_000_001, NOW)


def test_a_file_of_endless_entries_is_refused(desk: Desk) -> None:
    with pytest.raises(ImportRefused, match="more than 100,000 entries"):
        desk.load("BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 100_000 + entry(UID="a", **NINE))
    assert desk.busy() == []


def test_a_file_of_ten_megabytes_is_imported(desk: Desk) -> None:
    text = "Words " * 1_300
    many = [
        entry(UID=f"{number}", DESCRIPTION=text, DTSTART=f"2026{month:02d}01T090000Z", DURATION="PT30M")
        for number, month in enumerate([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] * 105)
    ]
    content = calendar(*many)
    assert len(content) > 9_500_000
    assert import_ics(desk.imported, NAME, content, NOW).added == len(many)
    assert desk.busy(days("2026-06-01", "2026-07-01")) == ["2026-06-01T09:00/09:30"]


# No rule of a few letters says so more clearly: every hour of 400 years is counted, to tell one day's first.
SEARCHING = {
    "DTSTART": "16010101T090000Z",
    "DTEND": "16010101T093000Z",
    "RRULE": "FREQ=DAILY;BYSETPOS=1;BYHOUR=9",
}


def test_an_entry_that_takes_too_long_is_left_out_and_named(desk: Desk) -> None:
    desk.imported = replace(desk.imported, limits=Limits(entry=0.2))
    told = desk.load(entry(UID="endless", **SEARCHING), entry(UID="a", **NINE))
    assert (told.added, told.skipped) == (1, (("endless", "reading it takes too long"),))
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


def test_a_file_that_would_take_too_much_memory_is_refused(desk: Desk) -> None:
    # Of a zone's definition each entry has its own: 90 KB become 135 MB.
    inner = "\r\n".join(
        f"BEGIN:STANDARD\r\nDTSTART:19{year}0101T000000\r\nTZNAME:{'x' * 1_000}\r\nEND:STANDARD"
        for year in range(10, 99)
    )
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Odd\r\n{inner}\r\nEND:VTIMEZONE"
    many = [entry(UID=f"{number}", **{"DTSTART;TZID=Odd": "20261201T090000"}) for number in range(1_500)]
    with pytest.raises(ImportRefused, match="definitions of time zones in the file are too long"):
        desk.load(zone, *many)
    assert desk.busy() == []


def test_a_file_of_such_entries_is_refused_as_a_whole(desk: Desk) -> None:
    desk.imported = replace(desk.imported, limits=Limits(entry=0.2, stopped=1))
    many = [entry(UID=f"endless-{number}", **SEARCHING) for number in range(80)]
    with pytest.raises(ImportRefused, match="for instance its entries endless-0, endless-1"):
        desk.load(entry(UID="a", **NINE), *many)
    assert desk.busy() == []
