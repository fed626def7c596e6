"""Bookable starts by nearness to a wish."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bridge.scheduling.wishes import Part, Preference, around, fits, nearest, time_wish, told
from tests.scheduling.building import BERLIN, clock, local, minutes
from tests.scheduling.strategies import laws

MONDAY = date(2026, 11, 23)
MORNING, AFTERNOON = Part(0, 720), Part(720, 1440)
THURSDAY = frozenset({3})


def starts(*days: int) -> list[datetime]:
    """Return the full hours from 9 to 16 of these days of November."""
    return [local(f"2026-11-{day} {hour:02}:00") for day in days for hour in range(9, 17)]


def ranked(wish: Preference, *days: int) -> list[str]:
    return clock(nearest(starts(*days), wish, zone=BERLIN, today=MONDAY))


def told_of(wish: Preference, count: int, *days: int, hours: int = 3) -> list[str]:
    order = nearest(starts(*days), wish, zone=BERLIN, today=MONDAY)
    return clock(told(order, wish, count, zone=BERLIN, between=timedelta(hours=hours)))


def test_the_asked_day_and_part_come_first_then_the_nearest_days_then_the_nearest_time() -> None:
    order = ranked(Preference(day=date(2026, 11, 25), part=AFTERNOON), 23, 24, 25, 26)
    assert order[:5] == ["25 12:00", "25 13:00", "25 14:00", "25 15:00", "25 16:00"]
    assert order[5:8] == ["25 11:00", "25 10:00", "25 09:00"]
    assert order[8:10] == ["24 12:00", "24 13:00"]
    assert order[-1].startswith("23")


def test_a_time_of_day_is_approached_from_both_sides() -> None:
    order = ranked(Preference(day=date(2026, 11, 24), minute=12 * 60 + 20), 24)
    assert order[:4] == ["24 12:00", "24 13:00", "24 11:00", "24 14:00"]


def test_any_such_weekday_fits_and_the_soonest_comes_first() -> None:
    order = ranked(Preference(weekdays=THURSDAY, part=MORNING), 25, 26, 27)
    assert order[:3] == ["26 09:00", "26 10:00", "26 11:00"]
    assert [each[:2] for each in order].index("25") < [each[:2] for each in order].index("27")


def test_nothing_before_the_earliest_day_is_told() -> None:
    assert {each[:2] for each in ranked(Preference(earliest=date(2026, 11, 25)), 23, 24, 25, 26)} == {
        "25",
        "26",
    }


def test_days_take_turns_where_any_day_would_do() -> None:
    assert told_of(Preference(part=AFTERNOON), 4, 23, 24, 25) == [
        "23 12:00",
        "24 12:00",
        "25 12:00",
        "23 15:00",
    ]


def test_starts_of_one_day_lie_apart_as_long_as_there_are_others() -> None:
    wish = Preference(day=date(2026, 11, 24), part=AFTERNOON)
    assert told_of(wish, 3, 23, 24) == ["24 12:00", "24 15:00", "24 13:00"]
    assert told_of(wish, 6, 23, 24)[5:] == ["24 11:00"]


def test_a_time_on_a_day_is_told_by_nearness_alone() -> None:
    assert told_of(Preference(day=date(2026, 11, 24), minute=14 * 60), 3, 23, 24) == [
        "24 14:00",
        "24 13:00",
        "24 15:00",
    ]


def test_around_a_start_lie_the_nearest_before_and_after_and_the_next_nearest() -> None:
    asked = local("2026-11-24 12:30")
    free = [start for start in starts(23, 24, 25) if not local("2026-11-24 09:00") <= start < asked]
    order = nearest(free, time_wish(BERLIN, asked), zone=BERLIN, today=MONDAY)
    assert clock(around(order, asked, 3)) == ["23 12:00", "24 13:00", "24 14:00"]


def test_before_the_first_and_after_the_last_only_one_side_is_told() -> None:
    asked = local("2026-11-23 08:00")
    order = nearest(starts(23), time_wish(BERLIN, asked), zone=BERLIN, today=MONDAY)
    assert clock(around(order, asked, 3)) == ["23 09:00", "23 10:00", "23 11:00"]
    assert around([], asked, 3) == []


wishes = st.builds(
    Preference,
    day=st.none() | st.dates(MONDAY, date(2026, 12, 4)),
    weekdays=st.frozensets(st.integers(0, 6), max_size=2),
    part=st.none() | st.sampled_from([MORNING, AFTERNOON, Part(990, 1440)]),
    minute=st.none() | st.integers(0, 1439),
    earliest=st.none() | st.dates(MONDAY, date(2026, 12, 4)),
)
bookable = st.sets(st.integers(0, 12 * 96), max_size=25).map(
    lambda quarters: [local("2026-11-23 00:00") + minutes(15 * each) for each in sorted(quarters)]
)


@given(bookable, wishes, st.integers(1, 8))
@laws(60)
def test_what_fits_is_never_left_out_for_what_does_not(
    free: list[datetime], wish: Preference, count: int
) -> None:
    order = nearest(free, wish, zone=BERLIN, today=MONDAY)
    few = told(order, wish, count, zone=BERLIN, between=timedelta(hours=3))
    assert len(few) == len(set(few)) == min(count, len(order))
    assert set(few) <= set(free)
    fitting = sum(fits(start, wish, BERLIN) for start in free)
    assert sum(fits(start, wish, BERLIN) for start in few) == min(fitting, count)


@given(bookable, wishes)
@laws(30)
def test_the_order_of_the_starts_does_not_matter(free: list[datetime], wish: Preference) -> None:
    backwards = nearest(free[::-1], wish, zone=BERLIN, today=MONDAY)
    assert backwards == nearest(free, wish, zone=BERLIN, today=MONDAY)
