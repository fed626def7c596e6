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


def test_a_caller_who_asks_for_another_host_gets_them(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA, BEN)
    for start, host in ((at(9), "anna"), (at(9), "ben"), (at(10), "anna")):
        assert line.book(start, host=host)["status"] == "success"
        [booking] = line.confirmed()
        assert (booking.interval.start, booking.hosts) == (start, (host,))
    line.bridge.background.stop(patience=60)
    line.bridge.background.run_due()
    assert len(line.events()) == 1


def test_a_late_repeat_does_not_bring_the_first_host_back(open_line: OpenLine) -> None:
    line = open_line(ANNA, BEN)
    for host in ("anna", "ben"):
        line.book(at(9), host=host)
    assert line.book(at(9), host="anna")["reason"].startswith("The appointment has already been moved to")
    line.clock.turn(seconds=61)  # who says so now has changed their mind once more
    assert "already been moved" not in line.book(at(9), host="anna").get("reason", "")


def test_who_cannot_have_the_other_host_keeps_the_first(open_line: OpenLine) -> None:
    line = open_line(ANNA, BEN)
    line.book(at(9), "lee", host="ben")
    line.book(at(9), host="anna")
    assert line.book(at(9), host="ben")["status"] == "failed"
    line.clock.turn(minutes=16)
    assert line.book(at(11), "max", host="anna")["status"] == "success"
    line.clock.turn(minutes=16)  # too late to replace
    assert line.book(at(11), "max", host="ben")["status"] == "failed"
    assert {booking.hosts for booking in line.confirmed() if booking.interval.start == at(11)} == {("anna",)}
    assert len(line.confirmed()) == 3
