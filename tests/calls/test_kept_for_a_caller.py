"""Slots told to one caller stay out of what others are told, for a while."""

from __future__ import annotations

from tests.cast.config import ANNA, Staff
from tests.cast.fixtures import OpenLine

_KEPT = "keep_offer_minutes = 5\nslots_per_day = 2\nhours_between_suggestions = 0\ndays_to_look_ahead = 1"
_SHORT_DAY = Staff("anna", "08:00-10:00")  # four appointments


def test_others_are_told_of_other_times_until_the_minutes_are_over(open_line: OpenLine) -> None:
    line = open_line(ANNA, event_type=_KEPT)
    first = line.available("kim")
    second = line.available("lee")
    assert len(first) == len(second) == 2
    assert not set(first) & set(second)
    assert line.available("kim") == first  # one's own stay
    line.clock.turn(minutes=5, seconds=1)
    assert line.available("max") == first


def test_where_nothing_else_is_left_everybody_is_told_the_same(open_line: OpenLine) -> None:
    line = open_line(_SHORT_DAY, event_type=f"{_KEPT}\nhorizon_days = 0")
    told = [line.available(who) for who in ("kim", "lee", "max")]
    assert told[0] != told[1]
    assert told[2] == told[0]


def test_what_is_kept_for_one_can_be_wished_for_and_booked_by_all(open_line: OpenLine) -> None:
    line = open_line(ANNA, event_type=_KEPT)
    first = line.available("kim")[0]
    wish = {"preferred_date": f"{first:%Y-%m-%d}", "preferred_time": f"{first:%H:%M}"}
    assert line.available("lee", **wish)[0] == first
    assert line.available("")[0] == first
    assert line.book(first, "max")["status"] == "success"


def test_a_caller_who_has_booked_leaves_the_rest_to_others(open_line: OpenLine) -> None:
    line = open_line(ANNA, event_type=_KEPT)
    first, second = line.available("kim")
    line.book(first, "kim")
    assert line.available("lee")[0] == second


def test_another_process_knows_what_was_told(open_line: OpenLine) -> None:
    line, other = open_line(ANNA, event_type=_KEPT), open_line(ANNA, event_type=_KEPT)
    assert not set(line.available("kim")) & set(other.available("lee"))


def test_what_was_told_is_forgotten_after_a_day(open_line: OpenLine) -> None:
    line = open_line(ANNA, event_type=_KEPT)
    line.available("kim")
    line.clock.turn(days=1, minutes=1)
    line.available("lee")
    with line.bridge.store.read() as connection:
        assert connection.exec_driver_sql("SELECT contact_key FROM told_offers").all() == [("contact:lee",)]
