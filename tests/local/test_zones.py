"""Which zone a calendar program means."""

from __future__ import annotations

import pytest

from tests.local.desk import OTHER, Desk, days
from tests.local.files import entry

SUMMER = "2026-07-01T07:00/08:00"
WINTER = "2026-12-01T08:00/09:00"


def at_nine(tzid: str, uid: str = "a") -> str:
    return entry(
        UID=uid,
        **{f"DTSTART;TZID={tzid}": "20260701T090000", f"DTEND;TZID={tzid}": "20260701T100000"},
        RRULE="FREQ=DAILY;COUNT=200",
    )


def defined(tzid: str, *, winter: str, summer: str, extra: str = "") -> str:
    """Return a zone that changes its clocks as Europe does."""
    return "\r\n".join(
        [
            "BEGIN:VTIMEZONE",
            f"TZID:{tzid}",
            *([extra] if extra else []),
            "BEGIN:STANDARD",
            "DTSTART:16010101T030000",
            f"TZOFFSETFROM:{summer}",
            f"TZOFFSETTO:{winter}",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
            "END:STANDARD",
            "BEGIN:DAYLIGHT",
            "DTSTART:16010101T020000",
            f"TZOFFSETFROM:{winter}",
            f"TZOFFSETTO:{summer}",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
            "END:DAYLIGHT",
            "END:VTIMEZONE",
        ]
    )


def shown(desk: Desk, name: str = "anna") -> list[str]:
    return [
        *desk.busy(days("2026-07-01", "2026-07-02"), name=name),
        *desk.busy(days("2026-12-01", "2026-12-02"), name=name),
    ]


@pytest.mark.parametrize(
    "tzid",
    [
        "Europe/Berlin",
        '"Europe/Berlin"',
        "W. Europe Standard Time",
        '"W. Europe Standard Time"',
        "/citadel.example.org/20260101_1/Europe/Berlin",
        "/Europe/Berlin",
    ],
)
def test_a_zone_known_by_any_name_needs_no_definition(desk: Desk, tzid: str) -> None:
    assert desk.load(at_nine(tzid)).skipped == ()
    assert shown(desk) == [SUMMER, WINTER]


@pytest.mark.parametrize(
    ("tzid", "written"),
    [
        ("Customized Time Zone", "Customized Time Zone"),
        ('"tzone://Microsoft/Custom"', "tzone://Microsoft/Custom"),
        ('"(UTC+01:00) Amsterdam, Berlin, Rome"', "(UTC+01:00) Amsterdam, Berlin, Rome"),
        ('"(UTC+01:00) Amsterdam, Berlin, Rome"', r"(UTC+01:00) Amsterdam\, Berlin\, Rome"),
        ("Meine Zone", "Meine Zone"),
    ],
)
def test_a_zone_of_another_name_is_what_its_file_says(desk: Desk, tzid: str, written: str) -> None:
    zone = defined(written, winter="+0100", summer="+0200")
    assert desk.load(zone, at_nine(tzid)).skipped == ()
    assert shown(desk) == [SUMMER, WINTER]


def test_a_zone_may_be_defined_after_it_is_used(desk: Desk) -> None:
    desk.load(at_nine("Meine Zone"), defined("Meine Zone", winter="+0100", summer="+0200"))
    assert shown(desk) == [SUMMER, WINTER]


def test_two_files_may_mean_different_zones_by_one_name(desk: Desk) -> None:
    desk.load(defined("Our Zone", winter="+0100", summer="+0200"), at_nine("Our Zone"))
    desk.load(defined("Our Zone", winter="-0500", summer="-0400"), at_nine("Our Zone"), name=OTHER)
    assert shown(desk) == [SUMMER, WINTER]
    assert shown(desk, OTHER) == ["2026-07-01T13:00/14:00", "2026-12-01T14:00/15:00"]


def test_a_definition_that_names_its_place_is_that_zone(desk: Desk) -> None:
    wrong = defined("Mine", winter="+0900", summer="+0900", extra="X-LIC-LOCATION:Europe/Berlin")
    desk.load(wrong, at_nine("Mine"))
    assert shown(desk) == [SUMMER, WINTER]


def test_a_known_name_is_not_redefined_by_a_file(desk: Desk) -> None:
    desk.load(defined("Europe/Berlin", winter="+0900", summer="+0900"), at_nine("Europe/Berlin"))
    assert shown(desk) == [SUMMER, WINTER]


@pytest.mark.parametrize("tzid", ["Nowhere/Land", "localtime", "../../etc/passwd", "Europe"])
def test_a_time_in_a_zone_nobody_knows_is_never_taken_for_the_hosts(desk: Desk, tzid: str) -> None:
    result = desk.load(at_nine(tzid), entry(UID="b", DTSTART="20261201T080000Z", DTEND="20261201T090000Z"))
    assert result.skipped == (("a", f"its time zone {tzid!r} is not known"),)
    assert shown(desk) == [WINTER]


def test_a_zone_whose_clocks_change_every_second_is_refused(desk: Desk) -> None:
    zone = defined("Mad", winter="+0100", summer="+0200").replace("FREQ=YEARLY;", "FREQ=SECONDLY;")
    result = desk.load(zone, at_nine("Mad"))
    assert result.skipped == (("a", "the definition of its time zone 'Mad' makes no sense"),)


def test_a_series_in_utc_keeps_the_wall_clock_of_its_calendars_zone(desk: Desk) -> None:
    times = {"DTSTART": "20260701T070000Z", "DTEND": "20260701T080000Z"}
    desk.load("X-WR-TIMEZONE:Europe/Berlin", entry(UID="a", **times, RRULE="FREQ=DAILY;COUNT=200"))
    assert shown(desk) == [SUMMER, WINTER]
    desk.load(entry(UID="b", **times, RRULE="FREQ=DAILY;COUNT=200"), name=OTHER)
    assert shown(desk, OTHER) == [SUMMER, "2026-12-01T07:00/08:00"]
