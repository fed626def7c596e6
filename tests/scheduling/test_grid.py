from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from bridge.scheduling.grid import step_of
from tests.scheduling.building import (
    ALWAYS,
    KOLKATA,
    LORD_HOWE,
    bookable_starts,
    clock,
    daily,
    event_type,
    free,
    local,
    minutes,
    schedule,
    span,
)

MONDAY = "2026-11-23"
NOW = local("2026-11-23 08:00")


@pytest.mark.parametrize(
    ("increment", "step"),
    [
        *((60, 60), (120, 60), (30, 30), (90, 30), (20, 20), (40, 20), (80, 20), (15, 15), (45, 15)),
        *((10, 10), (50, 10), (5, 5), (25, 5), (55, 5), (1, 1), (7, 1), (59, 1), (61, 1)),
    ],
)
def test_the_step_is_the_largest_of_its_kind_that_divides_the_increment(increment: int, step: int) -> None:
    assert step_of(event_type(start_increment=minutes(increment))) == minutes(step)


@pytest.mark.parametrize(
    ("length", "increment", "busy", "starts"),
    [
        pytest.param(30, 30, [], "09:00 09:30 10:00 10:30 11:00 11:30", id="an empty morning"),
        pytest.param(50, 50, [], "09:00 09:50 10:40", id="the increment is the duration"),
        pytest.param(60, 30, [], "09:00 09:30 10:00 10:30 11:00", id="an increment of its own"),
        pytest.param(45, 45, ["09:00-09:50"], "10:00 10:45", id="a gap is used from its beginning"),
        pytest.param(45, 45, ["09:50-10:05"], "09:00 10:15 11:00", id="each gap has its own rhythm"),
        pytest.param(90, 90, ["09:00-09:40"], "10:00", id="rounded up to the half hour"),
        pytest.param(60, 60, ["09:40-10:20"], "11:00", id="too short a gap holds none"),
        pytest.param(120, 120, [], "09:00", id="what no longer fits is left out"),
        pytest.param(10, 90, ["10:15-10:20"], "09:00 10:30", id="two gaps between neighbouring starts"),
    ],
)
def test_starts_are_laid_over_each_free_gap(
    length: int, increment: int, busy: list[str], starts: str
) -> None:
    kind = event_type(length, start_increment=minutes(increment), horizon_days=0)
    taken = tuple(span(f"{MONDAY} {each[:5]}", each[6:]) for each in busy)
    morning = {"anna": free(hours=schedule(daily("09:00-12:00")), busy=taken)}
    assert clock(list(bookable_starts(kind, morning, NOW))) == [f"23 {each}" for each in starts.split()]


def test_a_gap_between_buffers_is_used_from_its_first_bookable_instant() -> None:
    kind = event_type(
        30, start_increment=minutes(45), buffer_before=minutes(10), buffer_after=minutes(5), horizon_days=0
    )
    morning = {"anna": free(hours=schedule(daily("09:00-12:00")), busy=(span(f"{MONDAY} 10:00", "10:30"),))}
    # 09:00 to 10:00 less 35 minutes at its end, then from 10:40, on the quarter hour.
    assert clock(list(bookable_starts(kind, morning, NOW))) == ["23 09:00", "23 10:45", "23 11:30"]


def test_a_gap_begins_when_the_notice_ends() -> None:
    kind = event_type(45, minimum_notice=minutes(60), horizon_days=0)
    morning = {"anna": free(hours=schedule(daily("09:00-12:00")))}
    at_half_past_eight = NOW + minutes(31)
    assert clock(list(bookable_starts(kind, morning, at_half_past_eight))) == [
        "23 09:45",
        "23 10:30",
        "23 11:15",
    ]


def test_a_gap_that_begins_between_two_minutes_is_rounded_up_all_the_same() -> None:
    kind = event_type(15, horizon_days=0)
    morning = {"anna": free(hours=schedule(daily("09:00-10:00")))}
    for odd in (timedelta(microseconds=1), timedelta(seconds=59), timedelta(seconds=60)):
        starts = clock(list(bookable_starts(kind, morning, local("2026-11-23 09:15") + odd)))
        assert starts == ["23 09:30", "23 09:45"]


def test_the_grid_is_shifted_by_the_offset() -> None:
    kind = event_type(60, start_offset=minutes(10), horizon_days=0)
    morning = {"anna": free(hours=schedule(daily("09:00-12:00")))}
    assert clock(list(bookable_starts(kind, morning, NOW))) == ["23 09:10", "23 10:10"]


def test_a_gap_over_midnight_keeps_its_rhythm() -> None:
    kind = event_type(70, horizon_days=1)
    night = {"anna": free(hours=schedule(daily("21:00-24:00", "00:00-02:00")))}
    starts = clock(list(bookable_starts(kind, night, local("2026-11-23 20:00"))))
    assert starts == ["23 21:00", "23 22:10", "23 23:20", "24 00:30", "24 21:00", "24 22:10", "24 23:20"]


def test_a_gap_over_many_days_keeps_its_rhythm() -> None:
    kind = event_type(50, horizon_days=20)
    starts = list(bookable_starts(kind, {"anna": free(hours=schedule(ALWAYS))}, NOW))
    assert {later - earlier for earlier, later in itertools.pairwise(starts)} == {minutes(50)}
    assert len(starts) == (20 * 1440 + 16 * 60) // 50 + 1


def test_starts_lie_on_the_clock_of_the_event_type() -> None:
    kind = event_type(60, timezone=KOLKATA, horizon_days=0)
    starts = list(bookable_starts(kind, {"anna": free(hours=schedule(daily("09:00-12:00")))}, NOW))
    assert clock(starts) == ["23 09:30", "23 10:30"]
    assert clock(starts, KOLKATA) == ["23 14:00", "23 15:00"]


def test_the_grid_follows_a_clock_that_changes_by_half_an_hour() -> None:
    kind = event_type(60, timezone=LORD_HOWE, horizon_days=1)
    night = {"anna": free(hours=schedule(daily("00:00-05:00"), LORD_HOWE))}
    starts = list(bookable_starts(kind, night, local("2026-10-03 12:00", LORD_HOWE)))
    assert clock(starts, LORD_HOWE) == ["04 00:00", "04 01:00", "04 03:00", "04 04:00"]


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        pytest.param("2026-03-28 20:00", "00:00 01:30 04:00 05:30", id="an hour skipped"),
        pytest.param("2026-10-24 20:00", "00:00 01:30 02:00 03:30 05:00", id="an hour repeated"),
    ],
)
def test_starts_keep_their_distance_over_a_clock_change(now: str, starts: str) -> None:
    kind = event_type(90, horizon_days=1)
    night = {"anna": free(hours=schedule(daily("00:00-07:00")))}
    laid = list(bookable_starts(kind, night, local(now)))
    assert [each[3:] for each in clock(laid)] == starts.split()
    assert all(b - a == timedelta(minutes=90) for a, b in itertools.pairwise(laid))
