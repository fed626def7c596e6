"""Entries that are told again and again are read once, and one that was made to harm spoils no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge.local_calendar.apart import Limits
from bridge.local_calendar.rereading import Rereading
from providers.base import Interval
from tests.local.files import calendar, entry

REACH = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 15, tzinfo=UTC))
MEETING = calendar(
    entry(UID="m", DTSTART="20261202T090000Z", DTEND="20261202T100000Z", RRULE="FREQ=DAILY;COUNT=3")
).decode()


def starts(told: object) -> list[str]:
    assert not isinstance(told, str), told
    return [f"{one.interval.start:%d %H}" for one in told]  # type: ignore[attr-defined]


def test_an_entry_tells_the_same_the_first_time_and_later() -> None:
    reading = Rereading()
    (first,) = reading([MEETING], REACH, "UTC")
    (again,) = reading([MEETING], REACH, "UTC")
    assert again is first
    assert starts(first) == ["02 09", "03 09", "04 09"]
    assert [one.id for one in first if not isinstance(one, str)] == [
        "20261202T090000Z",
        "20261203T090000Z",
        "20261204T090000Z",
    ]


def test_another_stretch_and_another_zone_are_read_anew() -> None:
    reading = Rereading()
    later = Interval(REACH.start + timedelta(days=400), REACH.end + timedelta(days=400))
    (first,) = reading([MEETING], REACH, "UTC")
    assert reading([MEETING], later, "UTC") == [()]
    (elsewhere,) = reading([MEETING], REACH, "Europe/Berlin")
    assert elsewhere is not first


@pytest.mark.parametrize(
    "text", ["nothing", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", MEETING.replace("20261202", "no")]
)
def test_a_text_that_cannot_be_read_says_why_and_spoils_no_other(text: str) -> None:
    broken, sound = Rereading()([text, MEETING], REACH, "UTC")
    assert isinstance(broken, str)
    assert starts(sound) == ["02 09", "03 09", "04 09"]


def test_what_would_take_for_ever_is_stopped_and_spoils_no_plain_one() -> None:
    evil = MEETING.replace("FREQ=DAILY;COUNT=3", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU;BYSETPOS=1")
    slow, sound = Rereading(Limits(entry=0.001, stopped=0))([evil, MEETING], REACH, "UTC")
    assert isinstance(slow, str)
    assert starts(sound) == ["02 09", "03 09", "04 09"]
