"""With whom a caller's appointment is: with the host asked for, or with the one who saw them last."""

from __future__ import annotations

import pytest

from tests.cast.config import ANNA, BEN, CARL
from tests.cast.fixtures import OpenLine
from tests.cast.line import at


def test_the_host_asked_for_is_booked_or_nobody(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA, BEN)
    for hour in (9, 10, 11):
        assert line.book(at(hour), f"kim{hour}", host="Ben")["status"] == "success"
    assert [booking.hosts for booking in line.confirmed()] == [("ben",)] * 3
    answer = line.book(at(9), "lee", host="ben")
    assert answer["status"] == "failed"
    assert "November 24 at 8:30 AM" in answer["reason"]


@pytest.mark.parametrize(("keep", "host"), [("true", "ben"), ("false", "anna")])
def test_a_returning_callers_host_comes_first(open_line_on_both: OpenLine, keep: str, host: str) -> None:
    line = open_line_on_both(ANNA, BEN, event_type=f"keep_host = {keep}")
    for who in ("lee", "kim"):  # Anna, then Ben
        line.book(at(9), who)
    line.clock.turn(minutes=20)
    line.book(at(10), "max")
    line.book(at(11), "mia")
    assert line.book(at(12), "kim")["status"] == "success"
    latest = next(booking for booking in line.confirmed() if booking.interval.start == at(12))
    assert latest.hosts == (host,)


def test_where_the_host_is_not_bookable_the_rules_choose(open_line: OpenLine) -> None:
    line = open_line(ANNA, BEN, CARL, event_type="keep_host = true")
    line.book(at(9), "kim")
    line.clock.turn(minutes=20)
    assert line.book(at(10), "lee", host="anna")["status"] == "success"
    assert line.book(at(10), "kim")["status"] == "success"
    hosts = {booking.hosts for booking in line.confirmed() if booking.interval.start == at(10)}
    assert ("anna",) in hosts
    assert len(hosts) == 2
