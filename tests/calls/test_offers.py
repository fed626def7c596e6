"""Offers on the telephone: what was told stays good for as long as a call takes."""

from __future__ import annotations

import pytest

from tests.cast.fixtures import OpenLine
from tests.cast.line import at


def test_what_was_offered_is_booked_though_its_notice_has_run_out(open_line: OpenLine) -> None:
    line = open_line(notice=120)
    line.clock.turn(hours=3, minutes=29, seconds=50)  # 10:29:50
    first = line.available()[0]
    assert first == at(12, 30, day=23)
    line.clock.turn(minutes=10)
    assert line.book(first)["status"] == "success"


def test_after_ten_minutes_it_is_too_late(open_line: OpenLine) -> None:
    line = open_line(notice=120)
    line.clock.turn(hours=3, minutes=40, seconds=1)
    answer = line.book(at(12, 30, day=23))
    assert answer["status"] == "failed"
    assert answer["reason"].startswith("It is too late to book that time.".removesuffix("."))


@pytest.mark.parametrize(("seconds", "status"), [(0, "success"), (1, "failed")])
def test_a_start_that_has_passed_is_never_booked(open_line: OpenLine, seconds: int, status: str) -> None:
    line = open_line()
    line.clock.turn(hours=1, minutes=30, seconds=seconds)
    assert line.book(at(8, 30, day=23))["status"] == status


def test_a_move_keeps_to_what_was_offered_too(open_line: OpenLine) -> None:
    line = open_line(notice=120)
    assert line.book(at(15, day=23))["status"] == "success"
    line.clock.turn(hours=3, minutes=39)
    moved = line.bridge.reception.move(line.confirmed()[0], at(12, 30, day=23))
    assert moved.success
