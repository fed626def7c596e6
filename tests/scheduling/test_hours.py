from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bridge.model import DateRange, Schedule
from bridge.scheduling.days import local_days
from bridge.scheduling.hours import (
    is_known_region,
    open_between,
    open_intervals,
    own_schedule,
    special_days,
)
from providers.base import Interval
from tests.scheduling.building import (
    ALWAYS,
    APIA,
    BERLIN,
    HAVANA,
    KOLKATA,
    LORD_HOWE,
    SANTIAGO,
    daily,
    event_type,
    local,
    schedule,
    span,
    utc,
    wall,
    weekdays,
)
from tests.scheduling.oracle import open_minutes
from tests.scheduling.strategies import laws, nows, schedules

MONDAY, CHRISTMAS_EVE, CHRISTMAS = date(2026, 11, 23), date(2026, 12, 24), date(2026, 12, 25)


def test_a_weekday_is_open_as_the_week_says() -> None:
    hours = schedule(weekdays("09:00-12:00", "13:00-17:00"))
    assert open_intervals(hours, MONDAY) == (
        span("2026-11-23 09:00", "12:00"),
        span("2026-11-23 13:00", "17:00"),
    )


def test_a_day_that_the_week_does_not_name_is_closed() -> None:
    assert open_intervals(schedule(), date(2026, 11, 22)) == ()


def test_open_hours_are_in_the_zone_of_the_host() -> None:
    assert open_intervals(schedule(zone=KOLKATA), MONDAY) == (
        Interval(utc("2026-11-23 03:30"), utc("2026-11-23 11:30")),
    )


def test_stretches_that_meet_are_one() -> None:
    hours = schedule(daily("09:00-12:00", "12:00-15:00"))
    assert open_intervals(hours, MONDAY) == (span("2026-11-23 09:00", "15:00"),)


EVERYTHING = schedule(
    daily("09:00-17:00"),
    overrides={CHRISTMAS_EVE: wall("10:00-12:00"), CHRISTMAS: wall("08:00-09:00"), date(2026, 12, 23): ()},
    holidays="DE-BE",
    off=(DateRange(date(2026, 12, 30), date(2027, 1, 2)), DateRange(CHRISTMAS_EVE, CHRISTMAS_EVE)),
    set_days={date(2027, 1, 1): wall("11:00-12:00"), date(2026, 12, 21): ()},
)


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        pytest.param(date(2026, 12, 21), None, id="a day set by hand closes"),
        pytest.param(date(2027, 1, 1), "11:00", id="a day set by hand wins over time off"),
        pytest.param(date(2026, 12, 22), "09:00", id="the week"),
        pytest.param(date(2026, 12, 23), None, id="an empty override closes"),
        pytest.param(CHRISTMAS_EVE, None, id="time off wins over an override"),
        pytest.param(CHRISTMAS, "08:00", id="an override wins over a public holiday"),
        pytest.param(date(2026, 12, 26), None, id="a public holiday closes"),
        pytest.param(date(2026, 12, 29), "09:00", id="before time off"),
        pytest.param(date(2026, 12, 30), None, id="first day off"),
        pytest.param(date(2027, 1, 2), None, id="last day off"),
        pytest.param(date(2027, 1, 3), "09:00", id="after time off"),
        pytest.param(date(2027, 3, 8), None, id="a holiday of the region alone"),
    ],
)
def test_set_days_win_then_time_off_then_overrides_then_public_holidays_then_the_week(
    day: date, opens: str | None
) -> None:
    hours = open_intervals(EVERYTHING, day)
    assert [each.start for each in hours] == ([local(f"{day} {opens}")] if opens else [])


def test_the_days_of_which_something_else_may_be_said_are_found_once_each() -> None:
    found = special_days(EVERYTHING, date(2026, 12, 20), date(2027, 1, 2))
    assert [day.day for day in found] == [21, 23, 24, 25, 26, 30, 31, 1, 2]


def test_a_country_without_a_region_closes_only_its_own_holidays() -> None:
    assert open_intervals(schedule(daily("09:00-17:00"), holidays="DE"), date(2027, 3, 8))
    assert not open_intervals(schedule(daily("09:00-17:00"), holidays="US"), date(2027, 7, 5))  # observed


@pytest.mark.parametrize(
    ("region", "known"),
    [
        ("DE", True),
        ("DE-BE", True),
        ("US", True),
        ("XX", False),
        ("DE-XX", False),
        ("", False),
        ("DE-", False),
    ],
)
def test_a_region_is_known_when_its_holidays_are(region: str, known: bool) -> None:
    assert is_known_region(region) is known


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param(BERLIN, date(2026, 3, 29), 23.0, id="Berlin in spring"),
        pytest.param(BERLIN, date(2026, 10, 25), 25.0, id="Berlin in autumn"),
        pytest.param(LORD_HOWE, date(2026, 4, 5), 24.5, id="Lord Howe repeats half an hour"),
        pytest.param(LORD_HOWE, date(2026, 10, 4), 23.5, id="Lord Howe skips half an hour"),
        pytest.param(SANTIAGO, date(2026, 9, 6), 23.0, id="Santiago's day begins at 01:00"),
        pytest.param(HAVANA, date(2026, 11, 1), 25.0, id="Havana repeats midnight"),
        pytest.param(APIA, date(2011, 12, 30), 0.0, id="Apia left a day out"),
    ],
)
def test_a_whole_day_is_as_long_as_the_day_really_is(zone: ZoneInfo, day: date, hours: float) -> None:
    opened = open_intervals(schedule(ALWAYS, zone), day)
    assert sum((each.end - each.start).total_seconds() for each in opened) == hours * 3600
    assert opened == (() if not hours else (local_days(zone, day, day),))


@pytest.mark.parametrize(
    ("stretch", "day", "hours"),
    [
        pytest.param("01:00-04:00", date(2026, 3, 29), 2.0, id="over the gap"),
        pytest.param("02:15-02:45", date(2026, 3, 29), 0.0, id="inside the gap"),
        pytest.param("02:30-04:00", date(2026, 3, 29), 1.0, id="from inside the gap"),
        pytest.param("01:00-02:30", date(2026, 3, 29), 1.0, id="into the gap"),
        pytest.param("01:00-04:00", date(2026, 10, 25), 4.0, id="over the repeated hour"),
        pytest.param("01:00-02:00", date(2026, 10, 25), 2.0, id="until it is 02:00 for the second time"),
        pytest.param("02:15-02:45", date(2026, 10, 25), 1.5, id="inside the repeated hour"),
    ],
)
def test_open_hours_around_a_clock_change_have_their_real_length(
    stretch: str, day: date, hours: float
) -> None:
    opened = open_intervals(schedule(daily(stretch)), day)
    assert len(opened) == (1 if hours else 0)
    assert sum((each.end - each.start).total_seconds() for each in opened) == hours * 3600


def test_stretches_that_meet_in_a_repeated_hour_are_not_counted_twice() -> None:
    opened = open_intervals(schedule(daily("01:00-02:30", "02:30-04:00")), date(2026, 10, 25))
    assert opened == (Interval(utc("2026-10-24 23:00"), utc("2026-10-25 03:00")),)


def test_hours_of_a_day_may_reach_into_the_next_where_the_clock_goes_back_past_midnight() -> None:
    """In Newfoundland the clock once went back at 00:01, to 23:01 of the day before."""
    st_johns = ZoneInfo("America/St_Johns")
    hours = schedule(daily("22:00-23:30"), st_johns)
    opened = open_between(hours, local_days(st_johns, date(2006, 10, 29), date(2006, 10, 29)))
    assert opened[0] == (utc("2006-10-29 02:30"), utc("2006-10-29 03:00"))


def test_hours_that_meet_at_midnight_are_one() -> None:
    hours = schedule(daily("00:00-02:00", "22:00-24:00"))
    window = Interval(local("2026-11-23 12:00"), local("2026-11-24 12:00"))
    assert open_between(hours, window) == (Interval(local("2026-11-23 22:00"), local("2026-11-24 02:00")),)


def test_hours_are_cut_at_the_window() -> None:
    window = span("2026-11-23 10:00", "11:00")
    assert open_between(schedule(), window) == (window,)


def test_an_event_type_has_hours_of_its_own_in_its_own_zone() -> None:
    own = own_schedule(event_type(open_hours=daily("10:00-12:00"), timezone=KOLKATA))
    assert own is not None
    assert open_intervals(own, MONDAY) == (span("2026-11-23 10:00", "12:00", KOLKATA),)
    assert own_schedule(event_type()) is None


def test_nothing_is_open_where_dates_end() -> None:
    for day in (date.min, date(1, 12, 31), date.max):
        for zone in (BERLIN, KOLKATA, SANTIAGO):
            assert open_intervals(schedule(ALWAYS, zone, holidays="DE"), day) == ()


@given(hours=schedules(), now=nows())
@laws(40)
def test_open_hours_agree_with_the_clock_minute_by_minute(hours: Schedule, now: datetime) -> None:
    day = now.astimezone(hours.timezone).date()
    window = local_days(hours.timezone, day, day)
    opened = open_between(hours, window)
    expected = open_minutes(hours, day)
    assert all(any(start <= each < end for start, end in opened) for each in expected)
    assert sum((end - start).total_seconds() for start, end in opened) == 60 * len(expected)
