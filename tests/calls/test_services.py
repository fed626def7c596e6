"""One event type with several services, through the endpoints."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.cast.config import ANNA, BEN, EVERY_START
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at

_SERVICES = f"""
{EVERY_START}
[event_types.cut.services.colour]
title = "Colouring"
duration_minutes = 90
buffer_after_minutes = 15
hosts = ["ben"]
[event_types.cut.services.first-visit]
title = "First visit"
meeting_platform = "in_person"
address = "Hauptstr. 1"
"""
_HALF_AN_HOUR, _COLOURING = timedelta(minutes=30), timedelta(minutes=90)


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, BEN, event_type=_SERVICES)


def offered(line: Line, who: str = "kim", **details: str) -> list[dict[str, str]]:
    answer = line.post("/available", {"contact_id": who, "contact_details": details})
    slots: list[dict[str, str]] = answer["available"]
    return slots


def lengths(slots: list[dict[str, str]]) -> set[timedelta]:
    return {
        datetime.fromisoformat(slot["end_iso"]) - datetime.fromisoformat(slot["start_iso"]) for slot in slots
    }


@pytest.mark.parametrize("said", ["colour", "Colouring", "COLOURING", "a colouring please"])
def test_a_service_is_chosen_by_its_id_or_as_callers_say_it(line: Line, said: str) -> None:
    assert lengths(offered(line, service=said)) == {_COLOURING}
    assert lengths(offered(line, "lee")) == {_HALF_AN_HOUR}


def test_a_service_is_booked_with_its_own_length_hosts_place_and_title(line: Line) -> None:
    assert line.book(at(10), service="colour", name="Kim Example")["status"] == "success"
    [booking] = line.confirmed()
    assert (booking.service, booking.hosts) == ("colour", ("ben",))
    assert booking.interval.end - booking.interval.start == _COLOURING
    assert line.events()[0]["title"] == "Colouring: Kim Example"
    assert line.book(at(11, 30), "lee", service="colour")["status"] == "failed"  # the buffer after it
    assert line.book(at(13), "max", service="the first visit")["status"] == "success"
    assert line.events()[1]["location"] == "Hauptstr. 1"


@pytest.mark.parametrize(("minutes", "booked"), [(29, "colour"), (31, "")])
def test_a_booking_without_service_is_of_the_one_told_of_last(line: Line, minutes: int, booked: str) -> None:
    offered(line, service="colour")
    line.clock.turn(minutes=minutes)
    assert line.book(at(10))["status"] == "success"
    assert line.confirmed()[0].service == booked


def test_who_booked_a_service_keeps_it_where_the_next_request_names_none(line: Line) -> None:
    line.book(at(10), service="colour", name="Kim Example")
    line.book(at(10), name="Kim Example", email="kim@example.org")  # a correction
    line.clock.turn(minutes=10)
    line.book(at(12), name="Kim Example")
    [booking] = line.confirmed()
    assert (booking.service, booking.interval.end) == ("colour", at(13, 30))
    assert booking.attendee.email == "kim@example.org"


def test_a_late_repeat_keeps_the_service_it_was_told_of(line: Line) -> None:
    offered(line, service="colour")
    line.clock.turn(minutes=29, seconds=59)
    line.book(at(10))
    line.clock.turn(seconds=5)
    line.book(at(10))
    assert [each.service for each in line.confirmed()] == ["colour"]


def test_what_another_caller_was_told_is_not_booked(line: Line) -> None:
    offered(line, "lee", service="colour")
    offered(line, "", service="colour")
    line.book(at(10), "kim")
    line.book(at(11), "")
    assert [booking.service for booking in line.confirmed()] == ["", ""]


def test_an_unknown_service_is_answered_with_those_there_are(line: Line) -> None:
    sentence = "There is no such appointment. Possible are Haircut, Colouring, and First visit."
    answer = line.post("/available", {"contact_id": "kim", "contact_details": {"service": "massage"}})
    assert answer == {"available": [], "message": sentence}
    assert line.book(at(10), service="massage") == {"status": "failed", "reason": sentence}
    assert line.find(service="massage") == {"available": [], "spoken": sentence}
    assert line.confirmed() == []


def test_where_there_are_no_services_the_word_means_nothing(open_line: OpenLine) -> None:
    line = open_line()
    assert lengths(offered(line, service="massage")) == {_HALF_AN_HOUR}
    assert line.book(at(10), service="massage")["status"] == "success"


def test_a_moved_booking_keeps_the_length_of_its_service(line: Line) -> None:
    line.book(at(10), service="colour")
    line.clock.turn(minutes=20)
    [booking] = line.confirmed()
    moved = line.bridge.reception.move(booking, at(14)).booking
    assert moved is not None
    assert moved.interval.end == at(15, 30)
    assert line.confirmed()[0].service == "colour"


def test_a_caller_who_takes_another_service_instead_has_one_appointment(line: Line) -> None:
    line.book(at(10), service="colour")
    assert line.book(at(12), service="first visit")["status"] == "success"
    assert line.book(at(12), service="colour")["status"] == "success"
    [booking] = line.confirmed()
    assert (booking.service, booking.interval.start, booking.interval.end) == ("colour", at(12), at(13, 30))


def test_every_service_counts_for_the_limits_of_the_event_type(open_line: OpenLine) -> None:
    line = open_line(ANNA, event_type=f"max_bookings_per_day = 1\n{_SERVICES.replace('ben', 'anna')}")
    assert line.book(at(10), service="colour")["status"] == "success"
    refused = line.book(at(15), "lee")
    assert refused["status"] == "failed"
    assert "November 24" not in refused["reason"]


def test_another_service_takes_place_where_it_says(line: Line) -> None:
    line.book(at(10), service="first visit", phone="+493012345678")
    assert line.confirmed()[0].location == "Hauptstr. 1"
    assert line.book(at(10), service="haircut", phone="+493012345678")["status"] == "success"
    [booking] = line.confirmed()
    assert (booking.service, booking.location) == ("", "+493012345678")
