"""What becomes of telephone numbers in a call."""

from __future__ import annotations

from tests.cast.config import Staff
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


def test_a_caller_is_told_whom_to_ring_where_the_appointment_is_by_phone(open_line: OpenLine) -> None:
    anna, ben = (
        Staff(name, lines=f'phone = "+493090{number}"') for name, number in (("anna", 1820), ("ben", 1821))
    )
    both = 'title = "Haircut"\nfixed_hosts = ["anna", "ben"]\ndefault = true\n'
    line = open_line(
        anna, ben, cut=both, visit='fixed_hosts = ["anna"]\nmeeting_platform = "in_person"\naddress = "A 1"'
    )
    assert line.book(at(9), name="Kim")["status"] == "success"
    assert line.events()[0]["description"].startswith(
        "With: Anna Example and Ben Example\nPhone of Anna Example: +4930901820\n"
        "Phone of Ben Example: +4930901821\n"
    )
    start = {"start_iso": "2026-11-24T12:00:00.000Z", "contact_id": "lee"}
    assert line.post("/visit/book", start)["status"] == "success"
    assert "Phone of" not in line.events()[-1]["description"], "who comes need not ring"
