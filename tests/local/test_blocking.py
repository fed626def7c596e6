"""Time that somebody blocks in an embedded calendar by hand."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.local_calendar.blocking import NoSuchTime, Wanted

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_whole_days_are_as_long_as_they_really_are() -> None:
    found = Wanted(date(2026, 10, 25), date(2026, 10, 25)).within(BERLIN)
    assert found.end - found.start == timedelta(hours=25)


def test_from_one_clock_to_another_may_pass_midnight() -> None:
    found = Wanted(MONDAY, TUESDAY, time(22), time(6)).within(BERLIN)
    assert found.end - found.start == timedelta(hours=8)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(TUESDAY, MONDAY),
        Wanted(MONDAY, MONDAY, time(10), time(10)),
        Wanted(MONDAY, MONDAY, time(10), time(9)),
        Wanted(MONDAY, date(2027, 11, 25)),
        Wanted(MONDAY, date.max),
    ],
)
def test_what_ends_before_it_begins_or_never_is_no_time(wanted: Wanted) -> None:
    with pytest.raises(NoSuchTime):
        wanted.within(BERLIN)
