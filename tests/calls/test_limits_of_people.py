"""How many appointments one caller may have ahead."""

from __future__ import annotations

import pytest

from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at

_SENTENCE = "This caller has other appointments ahead, and cannot book one more."
_REFUSED = {"status": "failed", "reason": _SENTENCE}
_NUMBER = "+49 30 901820"


@pytest.fixture
def line(open_line_on_both: OpenLine) -> Line:
    rules = "max_bookings_per_contact = 2\nreplace_within_minutes = 0"
    return open_line_on_both(
        ANNA, BEN, cut=f'hosts = ["anna", "ben"]\ndefault = true\n{rules}', wash='hosts = ["ben"]'
    )


def test_a_contact_is_refused_one_more_than_there_may_be(line: Line) -> None:
    assert line.book(at(10))["status"] == line.book(at(11))["status"] == "success"
    assert line.book(at(12)) == _REFUSED
    assert line.book(at(12), "lee")["status"] == "success"
    assert line.book(at(11))["status"] == "success"  # a replay is no new one
    assert len(line.confirmed()) == 3


def test_past_cancelled_and_other_appointments_do_not_count(line: Line) -> None:
    for hour in (10, 11):
        line.book(at(hour))
    line.bridge.reception.cancel(line.confirmed()[0])
    assert line.book(at(12))["status"] == "success"
    assert line.post("/wash/book", {"contact_id": "kim", "start_iso": "2026-11-24T15:00:00.000Z"}) == {
        "status": "success"
    }
    assert line.book(at(13)) == _REFUSED
    line.clock.turn(days=1, hours=5)  # Tuesday noon: one is over
    assert line.book(at(13, day=25))["status"] == "success"


def test_callers_without_contact_count_by_their_number(line: Line) -> None:
    for hour in (10, 11):
        assert line.book(at(hour), "", phone_number=_NUMBER)["status"] == "success"
    assert line.book(at(12), "", phone_number="+49 (0)30 90 18 20") == _REFUSED
    assert line.book(at(12), "kim", phone_number=_NUMBER) == _REFUSED
    assert line.book(at(12), "")["status"] == "success"  # nobody known


def test_a_move_is_no_new_appointment(line: Line) -> None:
    for hour in (10, 11):
        line.book(at(hour))
    assert line.bridge.reception.move(line.confirmed()[0], at(15)).success


def test_a_dry_run_says_so_too(line: Line) -> None:
    for hour in (10, 11):
        line.book(at(hour))
    body = {"contact_id": "kim", "start_iso": "2026-11-24T12:00:00.000Z", "dry_run": True}
    assert line.post("/book", body) == _REFUSED
