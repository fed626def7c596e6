from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import OfferRules, Suggest
from bridge.scheduling.offers import thin, varied
from tests.scheduling.building import minutes, utc
from tests.scheduling.strategies import laws

DAY = utc("2026-11-23 00:00")

days = st.sets(st.integers(0, 40), max_size=9).map(lambda drawn: [_at(each * 15) for each in sorted(drawn)])
caps = st.integers(1, 5)
distances = st.integers(0, 10).map(lambda each: timedelta(minutes=each * 13))


def _at(minute: int) -> datetime:
    return DAY + minutes(minute)


def _hours(text: str) -> list[datetime]:
    return [_at(round(float(each) * 60)) for each in text.split()]


def _rules(cap: int, between: timedelta, suggest: Suggest = Suggest.EARLIEST) -> OfferRules:
    return OfferRules(slots_per_day=cap, between=between, suggest=suggest)


def _keeps(chosen: list[datetime] | tuple[datetime, ...], between: timedelta) -> bool:
    return all(later - earlier >= between for earlier, later in pairwise(chosen))


def _most(starts: list[datetime], cap: int, between: timedelta) -> int:
    sizes = range(min(cap, len(starts)), 0, -1)
    return next((n for n in sizes if any(_keeps(each, between) for each in combinations(starts, n))), 0)


@pytest.mark.parametrize(
    ("starts", "cap", "hours", "chosen"),
    [
        pytest.param("9 9.5 10 12 12.5 15", 3, 3, "9 12 15", id="three hours apart"),
        pytest.param("9 9.5 10 11.5 14", 3, 3, "9 14", id="no closer than that"),
        pytest.param("9 9.5 10 10.5", 3, 0, "9 9.5 10", id="no distance"),
        pytest.param("9 9.5 10 10.5", 9, 0.5, "9 9.5 10 10.5", id="exactly the distance"),
        pytest.param("9 9.5 10 10.5", 9, 0.75, "9 10", id="a distance off the grid"),
        pytest.param("9", 3, 3, "9", id="a single start"),
        pytest.param("", 3, 3, "", id="none"),
    ],
)
def test_earliest_takes_the_first_and_each_next_that_keeps_the_distance(
    starts: str, cap: int, hours: float, chosen: str
) -> None:
    assert thin(_hours(starts), _rules(cap, timedelta(hours=hours))) == _hours(chosen)


@pytest.mark.parametrize(
    ("starts", "cap", "hours", "chosen"),
    [
        pytest.param("9 10 11 12 13 14 15 16", 3, 3, "9 12 15", id="no wider than all can have"),
        pytest.param("9 9.5 10 11 12 12.5 13 15 16", 3, 2, "9 12.5 16", id="the whole day"),
        pytest.param("9 10 12 16", 2, 3, "9 16", id="two"),
        pytest.param("9 12 13 16 17", 3, 3, "9 13 17", id="the smallest gap decides"),
        pytest.param("9 10 16", 1, 3, "9", id="one is the first"),
        pytest.param("9 9.5", 3, 3, "9", id="as many as earliest, not more"),
        pytest.param("9 10", 3, 0, "9 10", id="all there are"),
    ],
)
def test_spread_takes_those_furthest_apart_and_the_earlier_of_equals(
    starts: str, cap: int, hours: float, chosen: str
) -> None:
    assert thin(_hours(starts), _rules(cap, timedelta(hours=hours), Suggest.SPREAD)) == _hours(chosen)


@given(starts=days, cap=caps, between=distances, suggest=st.sampled_from(Suggest))
@laws(60)
def test_distance_and_cap_always_hold_and_nothing_is_added(
    starts: list[datetime], cap: int, between: timedelta, suggest: Suggest
) -> None:
    chosen = thin(starts, _rules(cap, between, suggest))
    assert _keeps(chosen, between)
    assert len(chosen) <= cap
    assert chosen == sorted(set(chosen) & set(starts))


@given(starts=days, cap=caps, between=distances)
@laws(60)
def test_both_ways_yield_as_many_as_there_can_be(
    starts: list[datetime], cap: int, between: timedelta
) -> None:
    most = _most(starts, cap, between)
    assert len(thin(starts, _rules(cap, between))) == most
    assert len(thin(starts, _rules(cap, between, Suggest.SPREAD))) == most


@given(starts=days, cap=caps, between=distances)
@laws(60)
def test_spread_is_the_first_choice_with_the_largest_smallest_gap(
    starts: list[datetime], cap: int, between: timedelta
) -> None:
    chosen = thin(starts, _rules(cap, between, Suggest.SPREAD))
    choices = [
        list(each) for each in combinations(starts, _most(starts, cap, between)) if _keeps(each, between)
    ]
    gap = max(min((b - a for a, b in pairwise(each)), default=timedelta(0)) for each in choices)
    widest = [each for each in choices if min((b - a for a, b in pairwise(each)), default=gap) == gap]
    assert chosen == min(widest)


def _varied(count: int, hours: float, *days: str) -> list[str]:
    looked_at = [
        [start + timedelta(days=number) for start in _hours(text)] for number, text in enumerate(days)
    ]
    rules = OfferRules(suggest=Suggest.VARIED, suggestions=count, between=timedelta(hours=hours))
    return [f"{(each - DAY).days} {each:%H:%M}" for each in varied(looked_at, rules)]


def test_varied_takes_one_start_a_day_earliest_and_latest_in_turn() -> None:
    week = ["9 12 16"] * 7
    assert _varied(6, 3, *week) == ["0 09:00", "1 16:00", "2 09:00", "3 16:00", "4 09:00", "5 16:00"]
    assert _varied(1, 3, *week) == ["0 09:00"]


def test_varied_gives_a_second_round_when_days_run_out_at_the_distance() -> None:
    assert _varied(6, 3, "9 10 16", "9 10 11", "9 15") == [
        "0 09:00",
        "0 16:00",
        "1 11:00",
        "2 09:00",
        "2 15:00",
    ]
    assert _varied(4, 0, "9 10 11") == ["0 09:00", "0 10:00", "0 11:00"]
    assert _varied(6, 3) == []
