"""What becomes of telephone numbers in a call."""

from __future__ import annotations

from tests.cast.fixtures import OpenLine
from tests.cast.line import at


def test_a_number_is_booked_as_its_country_dials_it(open_line: OpenLine) -> None:
    line = open_line(bridge='country = "DE"')
    assert line.book(at(9), phone="null 30 23 12 50 00")["status"] == "success"
    assert line.confirmed()[0].attendee.phone == "+493023125000"


def test_without_a_country_a_national_number_is_kept_as_said_and_marked_in_the_event(
    open_line: OpenLine,
) -> None:
    line = open_line()
    assert line.book(at(9), name="Kim Example", phone="030 23125000")["status"] == "success"
    assert line.confirmed()[0].attendee.phone is None
    assert "Phone (not checked): 030 23125000" in line.events()[0]["description"]
