"""What may be written about published calendars, and what is said of the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.vendors.ics import IcsTable
from tests.config.samples import config_of, problems_of

BUSY = 'busy_calendars = ["ics:shifts"]'


def section(lines: str) -> str:
    return f"[ics.shifts]\n{lines}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("webcal://example.com/a.ics?x=%20", "https://example.com/a.ics?x=%20"),
        ("WEBCALS://example.com/a.ics", "https://example.com/a.ics"),
        ("http://example.com/a/", "http://example.com/a/"),
    ],
)
def test_a_link_is_read_as_it_is_written_and_webcal_by_https(written: str, read: str) -> None:
    config = config_of(section('url = "env:LINK"'), environ={"LINK": written}, host=BUSY)
    table = config.sections(IcsTable)["shifts"]
    assert table.url.get_secret_value() == read
    assert (table.refresh_minutes, table.max_age_minutes) == (timedelta(minutes=10), timedelta(minutes=120))


NO_LINK = 'is no link such as "https://example.com/shifts.ics" or "webcal://..."'


@pytest.mark.parametrize(
    ("lines", "host", "problem"),
    [
        ('url = "ftp://example.com/plainly-fake"', BUSY, ("ics.shifts.url", NO_LINK)),
        ("", BUSY, ("ics.shifts.url", 'is missing; write the link, such as "env:SHIFTS_URL"')),
        (
            'url = "https://example.com/a.ics"\nrefresh_minutes = 60\nmax_age_minutes = 60',
            BUSY,
            (
                "ics.shifts.max_age_minutes",
                "must be more than refresh_minutes, else the calendar is unknown before it is read again",
            ),
        ),
        (
            'url = "https://example.com/a.ics"',
            'booking_calendar = "ics:shifts"',
            (
                "hosts.anna.booking_calendar",
                (
                    '"ics:shifts" only shows when somebody is busy; bookings need a calendar that can be '
                    "written to"
                ),
            ),
        ),
        (
            'url = "https://example.com/a.ics"',
            'busy_calendars = ["ics:other"]',
            ("hosts.anna.busy_calendars[0]", '"ics:other" needs a [ics.other] section, which is missing'),
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(lines: str, host: str, problem: tuple[str, str]) -> None:
    assert problems_of(section(lines), host=host) == [problem]
