"""Wall-clock times, all-day events and busy answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.base import Interval
from providers.intervals import busy_answer
from providers.times import all_day, instant, pieces

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, 1, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-03-29T02:00", "Europe/Berlin", "2026-03-29T01:00+00:00"),
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00+00:00"),
        ("2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00+00:00"),
        ("2018-11-04T00:00", "America/Sao_Paulo", "2018-11-04T03:00+00:00"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00+00:00"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
    ],
)
def test_a_time_that_does_not_exist_moves_to_the_end_of_the_gap(wall: str, zone: str, expected: str) -> None:
    for is_end in (False, True):
        found = instant(datetime.fromisoformat(wall), ZoneInfo(zone), is_end=is_end)
        assert found == datetime.fromisoformat(expected)


def test_a_time_that_exists_twice_is_the_first_as_start_and_the_second_as_end() -> None:
    wall = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 -- a wall clock's
    assert instant(wall, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(wall, BERLIN, is_end=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-12-01", 24)])
def test_an_all_day_event_has_as_many_hours_as_its_day(day: str, hours: int) -> None:
    first = date.fromisoformat(day)
    begin, end = all_day(first, first + timedelta(days=1), BERLIN)
    assert end - begin == timedelta(hours=hours)


def test_days_follow_each_other_without_a_gap_where_midnight_exists_twice() -> None:
    havana = ZoneInfo("America/Havana")
    before = all_day(date(2026, 10, 31), date(2026, 11, 1), havana)
    day = all_day(date(2026, 11, 1), date(2026, 11, 2), havana)
    assert before.end == day.start
    assert day.end - day.start == timedelta(hours=25)


moments = st.integers(-30, 54).map(lambda hour: WINDOW.start + timedelta(hours=hour))
intervals = st.tuples(moments, st.integers(0, 20)).map(
    lambda pair: Interval(pair[0], pair[0] + timedelta(hours=pair[1]))
)


@settings(deadline=None)  # a slow machine is no failure
@given(st.lists(intervals, max_size=8))
def test_busy_time_is_exactly_what_any_interval_covers_inside_the_window(found: list[Interval]) -> None:
    answer = busy_answer(found, WINDOW)
    assert all(earlier.end < later.start for earlier, later in pairwise(answer))
    for half_hour in range(48):
        moment = WINDOW.start + timedelta(minutes=30 * half_hour + 15)
        covered = any(item.start <= moment < item.end for item in found)
        assert any(item.start <= moment < item.end for item in answer) == covered
    assert all(WINDOW.start <= item.start < item.end <= WINDOW.end for item in answer)


@settings(deadline=None)  # a slow machine is no failure
@given(st.lists(intervals, max_size=8))
def test_order_and_repetition_change_nothing(found: list[Interval]) -> None:
    assert busy_answer([*reversed(found), *found], WINDOW) == busy_answer(found, WINDOW)


def test_pieces_cover_the_window_without_gap_or_overlap() -> None:
    window = Interval(at(0), at(0) + timedelta(days=130, hours=5))
    cut = list(pieces(window, 60))
    assert [piece.end - piece.start for piece in cut] == [
        timedelta(days=60),
        timedelta(days=60),
        timedelta(days=10, hours=5),
    ]
    assert cut[0].start == window.start
    assert cut[-1].end == window.end
    assert all(earlier.end == later.start for earlier, later in pairwise(cut))


def test_an_empty_window_has_no_pieces() -> None:
    assert list(pieces(Interval(at(1), at(1)), 60)) == []
