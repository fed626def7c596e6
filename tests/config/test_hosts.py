"""What a host may say, what it becomes, and the sentence for each thing it may not say."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bridge.model import CalendarName, DateRange, WallRange
from providers.busy_policy import AllDay, BusyPolicy
from tests.config.samples import config_of, problems_of

_GOOGLE = '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'
_MICROSOFT = '[microsoft]\nclient_id = "fake"\nclient_secret = "fake"\n'
_ALL = f"{_GOOGLE}{_MICROSOFT}"
_NO_EMAIL = 'is not an e-mail address such as "anna@example.com"'
_NO_DAY = 'is not a day such as "2026-12-22" or days such as "2026-12-22/2027-01-03"'
_NO_PROVIDER = 'begins with no provider: "google", "microsoft", "caldav", "exchange", "ics" or "local"'


@pytest.mark.parametrize(
    ("line", "path", "sentence"),
    [
        ("name =", "name", 'is missing; write what people read, such as "Anna Weber"'),
        ('name = ""', "name", '"" is empty'),
        ('name = "  "', "name", '"  " is empty'),
        ('name = "Anna\\nWeber"', "name", '"Anna\\nWeber" must be one line of at most 200 characters'),
        ("email =", "email", 'is missing; write the host\'s address, such as "anna@example.com"'),
        ("email = 5", "email", "5 must be text in quotes, not a number"),
        ('email = "anna"', "email", f'"anna" {_NO_EMAIL}'),
        ('email = "anna@example"', "email", f'"anna@example" {_NO_EMAIL}'),
        ('email = "Anna <anna@example.com>"', "email", f'"Anna <anna@example.com>" {_NO_EMAIL}'),
        (
            'phone = "030 1234567"',
            "phone",
            '"030 1234567" is not a telephone number with its country, such as "+49301234567"',
        ),
        (
            'public_holidays = "AT-DE"',
            "public_holidays",
            (
                '"AT-DE" is not a region of AT whose public holidays are known; '
                "these are: 1, 2, 3, 4, 5, 6, 7, 8, 9"
            ),
        ),
        (
            'public_holidays = "Germany"',
            "public_holidays",
            '"Germany" is not a country or region such as "DE" or "DE-BE"; did you mean "DE"?',
        ),
        ('time_off = "2026-12-22"', "time_off", "must be a list in square brackets, not text"),
        ('time_off = ["Christmas"]', "time_off[0]", f'"Christmas" {_NO_DAY}'),
        ('time_off = ["22.12.2026"]', "time_off[0]", f'"22.12.2026" {_NO_DAY}'),
        ('time_off = ["2026-12-22/"]', "time_off[0]", f'"2026-12-22/" {_NO_DAY}'),
        ('time_off = ["2026-02-30"]', "time_off[0]", '"2026-02-30" names a date that does not exist'),
        ('time_off = ["0001-01-01"]', "time_off[0]", '"0001-01-01" must lie in the years 2000 to 2199'),
        (
            'time_off = ["2026-12-22/2026-12-24", "2027-01-03/2026-12-22"]',
            "time_off[1]",
            '"2027-01-03/2026-12-22" ends before it starts; did you mean "2026-12-22/2027-01-03"?',
        ),
        ("weight = -1", "weight", "-1 is out of range: it must be a whole number from 0 to 1000000"),
        ("weight = 1.5", "weight", "1.5 must be a whole number from 0 to 1000000"),
        ("priority = 5", "priority", "5 is out of range: it must be a whole number from 0 to 4"),
        ('priority = "2"', "priority", '"2" must be a whole number from 0 to 4, without quotes'),
        (
            'all_day_events = "blocks"',
            "all_day_events",
            '"blocks" must be "block", "ignore" or "out_of_office_only"; did you mean "block"?',
        ),
        (
            'busy_statuses = ["busy", "tentativ"]',
            "busy_statuses[1]",
            (
                '"tentativ" must be "busy", "tentative", "oof", "unknown" or "workingElsewhere"; '
                'did you mean "tentative"?'
            ),
        ),
        (
            'busy_statuses = ["oof"]',
            "busy_statuses",
            'must hold "busy"; without it meetings would be booked over',
        ),
        (
            'busy_statuses = "busy"',
            "busy_statuses",
            "must be a list in square brackets, not text",
        ),
        (
            "booking_calendar =",
            "booking_calendar",
            'is missing; write the calendar that takes bookings, such as "local:anna"',
        ),
        (
            'booking_calendar = "anna"',
            "booking_calendar",
            (
                '"anna" is no calendar\'s name: a calendar is named "<provider>:<account>/<calendar>" '
                'or "<provider>:<calendar>"'
            ),
        ),
        (
            'booking_calendar = "outlook:anna@example.com/calendar"',
            "booking_calendar",
            f'"outlook:anna@example.com/calendar" {_NO_PROVIDER}; did you mean "microsoft"?',
        ),
        (
            'booking_calendar = "gogle:anna@example.com/primary"',
            "booking_calendar",
            f'"gogle:anna@example.com/primary" {_NO_PROVIDER}; did you mean "google"?',
        ),
        (
            'booking_calendar = "google:anna@example.com"',
            "booking_calendar",
            (
                '"google:anna@example.com" is no calendar\'s name: a calendar of google is named '
                '"google:<account>/<calendar>"'
            ),
        ),
        (
            'booking_calendar = "google:anna/primary"',
            "booking_calendar",
            (
                '"google:anna/primary" names the account "anna", but an account is an address such as '
                "anna@example.com"
            ),
        ),
        (
            'booking_calendar = "local:anna weber"',
            "booking_calendar",
            (
                '"local:anna weber" may only hold the letters a to z, digits, - and _, at most 64, '
                "no - or _ in front"
            ),
        ),
        (
            'booking_calendar = "google:anna@example.com/schedule:room@example.com"',
            "booking_calendar",
            (
                '"google:anna@example.com/schedule:room@example.com" is no calendar\'s name: Google shows '
                "a colleague's time only as a shared calendar"
            ),
        ),
        (
            'booking_calendar = "microsoft:anna@example.com/schedule:"',
            "booking_calendar",
            (
                '"microsoft:anna@example.com/schedule:" is no calendar\'s name: write '
                '"microsoft:<account>/schedule:<address>"'
            ),
        ),
        (
            'booking_calendar = "microsoft:anna@example.com/shared:ben"',
            "booking_calendar",
            (
                '"microsoft:anna@example.com/shared:ben" is no calendar\'s name: write '
                '"microsoft:<account>/shared:<address>"'
            ),
        ),
        (
            'booking_calendar = "microsoft:anna@example.com/schedule:room@example.com"',
            "booking_calendar",
            (
                '"microsoft:anna@example.com/schedule:room@example.com" only shows when somebody is busy; '
                "bookings need a calendar that can be written to"
            ),
        ),
        (
            'busy_calendars = ["local:anna", 3]',
            "busy_calendars[1]",
            "3 must be text in quotes, not a number",
        ),
        (
            'busy_calendar = "local:anna"',
            "busy_calendar",
            'is not known here; did you mean "busy_calendars"?',
        ),
        (
            "open_hours = 5",
            "open_hours",
            '5 must be a section with lines such as monday = ["09:00-17:00"], not a number',
        ),
    ],
)
def test_a_wrong_line_of_a_host_is_told(line: str, path: str, sentence: str) -> None:
    assert problems_of(_ALL, host=line) == [(f"hosts.anna.{path}", sentence)]


@pytest.mark.parametrize("vendor", ["google", "microsoft"])
def test_a_vendors_calendar_needs_the_vendors_section(vendor: str) -> None:
    name = f"{vendor}:anna@example.com/x"
    sentence = f'"{name}" needs a [{vendor}] section, which is missing'
    assert problems_of(host=f'busy_calendars = ["local:anna", "{name}"]\nbooking_calendar = "{name}"') == [
        ("hosts.anna.busy_calendars[1]", sentence),
        ("hosts.anna.booking_calendar", sentence),
    ]


def test_a_host_becomes_the_bridges_own_value() -> None:
    host = config_of(
        _ALL,
        host='phone = "+49 (30) 123-4567"\ntimezone = "Asia/Kolkata"\npublic_holidays = "DE-BE"\n'
        'time_off = ["2026-12-22/2027-01-03", "2026-11-30", 2026-12-01]\nweight = 0\npriority = 4\n'
        'busy_statuses = ["busy", "workingElsewhere"]\nall_day_events = "out_of_office_only"\n'
        'busy_calendars = ["google:Anna@Example.com/primary", "local:anna"]\n'
        'date_overrides = { "2026-12-24" = ["09:00-12:00"], "2026-12-28" = [] }',
    ).hosts["anna"]
    assert (host.id, host.name, host.email, host.phone) == (
        "anna",
        "Anna Weber",
        "anna@example.com",
        "+49301234567",
    )
    assert host.schedule.timezone == ZoneInfo("Asia/Kolkata")
    assert (host.weight, host.priority) == (0, 4)
    assert host.schedule.public_holidays == "DE-BE"
    assert host.schedule.time_off == (
        DateRange(date(2026, 12, 22), date(2027, 1, 3)),
        DateRange(date(2026, 11, 30), date(2026, 11, 30)),
        DateRange(date(2026, 12, 1), date(2026, 12, 1)),
    )
    assert host.schedule.overrides == {date(2026, 12, 24): (WallRange(540, 720),), date(2026, 12, 28): ()}
    assert host.busy_policy == BusyPolicy(frozenset({"busy", "workingElsewhere"}), AllDay.OUT_OF_OFFICE_ONLY)
    assert host.booking_calendar == CalendarName("local", "", "anna")
    assert host.busy_calendars == (
        CalendarName("google", "anna@example.com", "primary"),
        host.booking_calendar,
    )


def test_what_a_host_leaves_out_has_the_documented_default() -> None:
    host = config_of(bridge='timezone = "Asia/Kolkata"').hosts["anna"]
    assert host.schedule.timezone == ZoneInfo("Asia/Kolkata")
    assert (host.weight, host.priority, host.phone) == (100, 2, None)
    assert host.busy_policy == BusyPolicy()
    assert host.schedule.public_holidays is None


def test_the_booking_calendar_is_checked_when_no_other_is_named() -> None:
    assert config_of().hosts["anna"].busy_calendars == (CalendarName("local", "", "anna"),)
    empty = config_of(host="busy_calendars = []")
    assert empty.hosts["anna"].busy_calendars == (CalendarName("local", "", "anna"),)


def test_bookings_go_to_the_first_checked_calendar_that_can_be_written_to() -> None:
    host = config_of(
        _ALL,
        host='booking_calendar =\nbusy_calendars = ["microsoft:anna@example.com/schedule:room@example.com", '
        '"microsoft:anna@example.com/calendar", "local:anna"]',
    ).hosts["anna"]
    assert str(host.booking_calendar) == "microsoft:anna@example.com/calendar"


def test_calendars_that_can_only_be_looked_at_leave_the_booking_calendar_missing() -> None:
    assert problems_of(
        _ALL,
        host='booking_calendar =\nbusy_calendars = ["microsoft:anna@example.com/schedule:room@example.com"]',
    ) == [
        (
            "hosts.anna.booking_calendar",
            'is missing; write the calendar that takes bookings, such as "local:anna"',
        )
    ]


def test_a_calendar_named_twice_is_asked_once() -> None:
    assert (
        len(config_of(host='busy_calendars = ["local:anna", "local:anna"]').hosts["anna"].busy_calendars) == 1
    )


@pytest.mark.parametrize(
    ("key", "longest"),
    [
        ("name", "x" * 200),
        ("email", "x" * 60 + "@" + "y." * 93 + "example"),
    ],
)
def test_text_has_a_longest_length(key: str, longest: str) -> None:
    assert problems_of(host=f'{key} = "{longest}"') == []
    [(path, told)] = problems_of(host=f'{key} = "{longest}xx"')
    assert path == f"hosts.anna.{key}"
    assert len(told) < 150
