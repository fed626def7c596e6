from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.scheduling.days import FIRST, LAST, pad
from providers.base import Interval
from providers.intervals import Span, clip, intersect, members, merge, near, overlaps, room, subtract, union
from tests.scheduling.building import minutes, utc
from tests.scheduling.strategies import laws

ORIGIN = utc("2026-11-23 00:00")

spans = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6)), max_size=8).map(
    lambda drawn: [(_instant(start), _instant(start + length)) for start, length in drawn]
)


def _instant(minute: int) -> datetime:
    return ORIGIN + minutes(minute)


def _spans(text: str) -> list[Interval]:
    pairs = [part.split("-") for part in text.split()]
    return [Interval(_instant(int(start)), _instant(int(end))) for start, end in pairs]


def _covered(intervals: list[Span] | tuple[Interval, ...]) -> set[datetime]:
    """Return the minutes that the intervals hold."""
    return {each for each in map(_instant, range(30)) for start, end in intervals if start <= each < end}


def _assert_merged(intervals: list[Span] | tuple[Interval, ...]) -> None:
    assert all(start < end for start, end in intervals)
    assert all(before[1] < after[0] for before, after in pairwise(intervals))


@pytest.mark.parametrize(
    ("given_spans", "expected"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("5-7 1-3", "1-3 5-7", id="sorted"),
        pytest.param("1-3 3-5", "1-5", id="those that meet are one"),
        pytest.param("1-9 2-4 3-5", "1-9", id="those inside vanish"),
        pytest.param("1-3 1-3", "1-3", id="doubles vanish"),
        pytest.param("2-2 4-5", "4-5", id="empty ones vanish"),
        pytest.param("1-3 2-2 3-3", "1-3", id="empty ones add nothing"),
    ],
)
def test_merging_leaves_the_same_time_in_the_fewest_intervals(given_spans: str, expected: str) -> None:
    merged = merge(_spans(given_spans))
    assert list(merged) == _spans(expected)
    assert all(isinstance(each, Interval) for each in merged)


@pytest.mark.parametrize(
    ("whole", "holes", "left"),
    [
        pytest.param("0-10", "", "0-10", id="no hole"),
        pytest.param("0-10", "3-5", "0-3 5-10", id="in the middle"),
        pytest.param("0-10", "0-3 8-12", "3-8", id="at the edges"),
        pytest.param("0-4 6-10", "2-8", "0-2 8-10", id="over a pause"),
        pytest.param("0-2 3-5 6-8", "1-9", "0-1", id="over several"),
        pytest.param("0-10", "1-9 2-3", "0-1 9-10", id="one inside another"),
        pytest.param("0-4 5-9", "0-7 1-2", "7-9", id="one inside another over a pause"),
        pytest.param("3-5", "0-3 5-9", "3-5", id="only touching"),
        pytest.param("3-5", "3-5", "", id="everything"),
    ],
)
def test_subtracting_leaves_what_no_hole_covers(whole: str, holes: str, left: str) -> None:
    assert subtract(_spans(whole), _spans(holes)) == _spans(left)


@given(first=spans, second=spans)
@laws(150)
def test_set_algebra_agrees_with_sets_of_minutes(first: list[Span], second: list[Span]) -> None:
    one, other = union(first), union(second)
    for result, expected in (
        (union([*first, *second]), _covered(first) | _covered(second)),
        (merge([Interval(*each) for each in [*first, *second]]), _covered(first) | _covered(second)),
        (intersect(one, other), _covered(first) & _covered(second)),
        (
            subtract(one, sorted(span for span in second if span[0] < span[1])),
            _covered(one) - _covered(other),
        ),
        (clip(one, (_instant(4), _instant(12))), _covered(one) & _covered([(_instant(4), _instant(12))])),
    ):
        assert _covered(result) == expected
        _assert_merged(result)


@given(first=spans, second=spans)
@laws(50)
def test_overlapping_means_sharing_a_minute(first: list[Span], second: list[Span]) -> None:
    for window in second:
        assert overlaps(first, window) == bool(_covered(first) & _covered([window]))


@given(found=spans, window=st.tuples(st.integers(0, 15), st.integers(1, 14)), length=st.integers(1, 9))
@laws(150)
def test_room_begins_where_a_stretch_of_the_window_is_beside_all_others(
    found: list[Span], window: tuple[int, int], length: int
) -> None:
    begin, until = window[0], window[0] + window[1]
    taken = near(union(found), (_instant(begin), _instant(until)))
    assert all(overlaps([each], (_instant(begin), _instant(until))) for each in taken)
    expected = {
        _instant(minute)
        for minute in range(begin, until - length + 1)
        if not overlaps(found, (_instant(minute), _instant(minute + length)))
    }
    left = room(taken, (_instant(begin), _instant(until)), minutes(length))
    assert _covered(left) == expected
    _assert_merged(left)


def test_room_is_left_beside_what_began_before_all_dates() -> None:
    earliest = datetime.min.replace(tzinfo=UTC)
    window = _instant(0), _instant(20)
    assert room([(earliest, _instant(5))], window, minutes(15)) == [
        (_instant(5), _instant(5) + timedelta.resolution)
    ]


@given(found=spans, minute=st.sets(st.integers(0, 29)))
@laws(50)
def test_members_are_the_instants_inside(found: list[Span], minute: set[int]) -> None:
    instants = [_instant(each) for each in sorted(minute)]
    assert members(instants, union(found)) == [each for each in instants if each in _covered(found)]


def test_padding_widens_each_to_either_side() -> None:
    assert pad(_spans("5-6 7-9"), minutes(2), minutes(3)) == _spans("3-9 5-12")


def test_padding_stops_where_dates_do() -> None:
    whole = [(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))]
    assert pad(whole, timedelta(hours=1), timedelta(hours=1)) == [(FIRST, LAST)]
