from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.scheduling.days import (
    FIRST,
    LAST,
    at_wall,
    date_of,
    day_start,
    later_day,
    local_days,
    offset_seconds,
    shift,
    stretches,
)
from providers.base import Interval
from tests.scheduling.building import APIA, BERLIN, HAVANA, LORD_HOWE, SANTIAGO, UTC_ZONE, utc
from tests.scheduling.strategies import laws

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Berlin skips, then repeats, 02:00 to 03:00
CASABLANCA = ZoneInfo("Africa/Casablanca")  # changes its clock twice within five weeks, for Ramadan
ZONES = [BERLIN, LORD_HOWE, SANTIAGO, HAVANA, CASABLANCA, ZoneInfo("Asia/Kolkata")]


@pytest.mark.parametrize(
    ("day", "minute", "as_end", "instant"),
    [
        pytest.param(date(2026, 6, 1), 9 * 60, False, "2026-06-01 07:00", id="summer"),
        pytest.param(date(2026, 12, 1), 9 * 60, False, "2026-12-01 08:00", id="winter"),
        pytest.param(date(2026, 12, 1), 1440, True, "2026-12-01 23:00", id="24:00"),
        pytest.param(SPRING, 119, False, "2026-03-29 00:59", id="just before the gap"),
        pytest.param(SPRING, 120, False, "2026-03-29 01:00", id="beginning of the gap"),
        pytest.param(SPRING, 150, False, "2026-03-29 01:00", id="inside the gap"),
        pytest.param(SPRING, 150, True, "2026-03-29 01:00", id="inside the gap, as an end"),
        pytest.param(SPRING, 180, False, "2026-03-29 01:00", id="end of the gap"),
        pytest.param(SPRING, 181, False, "2026-03-29 01:01", id="after the gap"),
        pytest.param(AUTUMN, 150, False, "2026-10-25 00:30", id="exists twice, as a start"),
        pytest.param(AUTUMN, 150, True, "2026-10-25 01:30", id="exists twice, as an end"),
        pytest.param(AUTUMN, 120, True, "2026-10-25 01:00", id="the first that exists twice, as an end"),
        pytest.param(AUTUMN, 180, False, "2026-10-25 02:00", id="just after it existed twice"),
    ],
)
def test_wall_clock_times_lie_where_the_rules_for_clock_changes_put_them(
    day: date, minute: int, as_end: bool, instant: str
) -> None:
    assert at_wall(BERLIN, day, minute, as_end=as_end) == utc(instant)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param(BERLIN, date(2026, 6, 1), 24.0, id="ordinary"),
        pytest.param(BERLIN, SPRING, 23.0, id="spring"),
        pytest.param(BERLIN, AUTUMN, 25.0, id="autumn"),
        pytest.param(LORD_HOWE, date(2026, 10, 4), 23.5, id="half an hour skipped"),
        pytest.param(LORD_HOWE, date(2026, 4, 5), 24.5, id="half an hour repeated"),
        pytest.param(SANTIAGO, date(2026, 9, 6), 23.0, id="begins at 01:00"),
        pytest.param(SANTIAGO, date(2026, 4, 4), 25.0, id="its last hour repeated"),
        pytest.param(SANTIAGO, date(2026, 4, 5), 24.0, id="after the repeated hour"),
        pytest.param(HAVANA, date(2026, 11, 1), 25.0, id="its midnight repeated"),
        pytest.param(HAVANA, date(2026, 10, 31), 24.0, id="before a repeated midnight"),
        pytest.param(APIA, date(2011, 12, 30), 0.0, id="left out by the calendar"),
    ],
)
def test_a_day_has_as_many_hours_as_it_really_has(zone: ZoneInfo, day: date, hours: float) -> None:
    start, end = local_days(zone, day, day)
    assert end - start == timedelta(hours=hours)


def test_a_day_that_has_no_midnight_begins_when_its_clock_does() -> None:
    start = day_start(SANTIAGO, date(2026, 9, 6))
    assert start == utc("2026-09-06 04:00")
    assert start.astimezone(SANTIAGO).hour == 1


def test_stretches_see_two_changes_that_cancel_each_other() -> None:
    window = Interval(utc("2026-01-01"), utc("2026-06-01"))
    assert [offset for _, offset in stretches(CASABLANCA, window)] == [3600, 0, 3600]


@given(zone=st.sampled_from(ZONES), hours=st.integers(0, 32 * 365 * 24))
@laws(100)
def test_every_instant_lies_in_the_local_day_of_its_date(zone: ZoneInfo, hours: int) -> None:
    instant = utc("2008-01-01") + timedelta(hours=hours)
    start, end = local_days(zone, date_of(zone, instant), date_of(zone, instant))
    assert start <= instant < end


@given(
    zone=st.sampled_from(ZONES), first=st.dates(date(2008, 1, 1), date(2040, 1, 1)), days=st.integers(1, 400)
)
@laws(30)
def test_stretches_cut_a_window_exactly_where_the_offset_changes(
    zone: ZoneInfo, first: date, days: int
) -> None:
    window = Interval(day_start(zone, first), day_start(zone, first + timedelta(days=days)))
    pieces = stretches(zone, window)
    assert [pieces[0][0].start, *(piece.end for piece, _ in pieces)] == [
        *(piece.start for piece, _ in pieces),
        window.end,
    ]
    for (piece, offset), following in zip(pieces, [*pieces[1:], None], strict=True):
        assert offset_seconds(zone, piece.start) == offset
        assert offset_seconds(zone, piece.end - timedelta.resolution) == offset
        assert following is None or following[1] != offset


def test_sums_stop_at_the_ends_of_the_usable_time() -> None:
    highest, lowest = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    assert shift(highest, timedelta(days=1)) == LAST
    assert shift(lowest, -timedelta(days=1)) == FIRST
    assert shift(lowest, timedelta(0)) == FIRST
    assert shift(FIRST, timedelta.max) == LAST


def test_days_beyond_the_usable_time_begin_at_its_ends() -> None:
    for zone in ZONES:
        assert day_start(zone, date.min) == FIRST
        assert day_start(zone, date.max) == LAST
        assert local_days(zone, date.max, date.max) == (LAST, LAST)
        assert date_of(zone, datetime.max.replace(tzinfo=UTC)).year in (9998, 9999)
        assert date_of(zone, datetime.min.replace(tzinfo=UTC)).year in (1, 2)
    assert later_day(date(2026, 1, 1), 10**12) == LAST.date()
    assert stretches(UTC_ZONE, Interval(LAST, LAST)) == ()
