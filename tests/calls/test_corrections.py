"""What a caller said last holds: in the booking, in its event, and against repeats that come late."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.model import Attendee, Source
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at

BOOKED = {"status": "success"}
WRONG, RIGHT = "kim@example.org", "kim@example.com"


def said(line: Line) -> Attendee:
    (booking,) = line.confirmed()
    return booking.attendee


def event(line: Line) -> dict[str, Any]:
    """Return what the one event says, once the background has caught up."""
    line.bridge.background.stop(patience=5)
    line.bridge.background.run_due()
    (held,) = line.events()
    return held


def test_the_same_start_with_other_details_is_a_correction(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    assert line.book(at(9), name="Kim Exampel", email=WRONG, phone="+493012345678") == BOOKED
    assert line.book(at(9), name="Kim Example", email=RIGHT) == BOOKED
    assert said(line) == Attendee("Kim Example", RIGHT, "+493012345678")
    held = event(line)
    assert held["title"] == "Haircut: Kim Example"
    called = "Call to: Kim Example, +493012345678"
    lines = f"{called}\nName: Kim Example\nPhone: +493012345678\nE-mail: {RIGHT}"
    assert held["description"].startswith(f"{lines}\n\nChange or cancel: http://127.0.0.1:8000/a/")
    assert [guest[0] for guest in held["attendees"]] == [RIGHT]


def test_another_start_moves_and_corrects(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), name="Kim", email=WRONG, phone="+493012345678")
    assert line.book(at(10), name="Kim", email=RIGHT, phone="+493012345679") == BOOKED
    (booking,) = line.confirmed()
    assert booking.interval.start == at(10)
    assert (booking.attendee.email, booking.location) == (RIGHT, "+493012345679")
    held = event(line)
    assert RIGHT in held["description"] and WRONG not in held["description"]
    assert [guest[0] for guest in held["attendees"]] == [RIGHT]
    assert held["location"] == "+493012345679"


@pytest.mark.parametrize(
    ("first", "second", "appointments"),
    [
        ("Mia Example", "Ben Example", 2),
        ("Jan", "Jana", 2),
        ("Stephan Weber", "Stefan Weber", 1),
        ("Katrin", "Cathrin", 1),
        ("Jürgen", "Juergen Weber", 1),
        ("Max Weber", "Maximilian Weber", 1),
        ("Frau Weber", "Anna Weber", 1),
        ("Anna Weber", "Weber", 1),
        ("", "Anna", 1),
    ],
)
def test_a_mother_books_for_two_children(
    open_line: OpenLine, first: str, second: str, appointments: int
) -> None:
    line = open_line()
    line.book(at(9), name=first)
    assert line.book(at(10), name=second) == BOOKED
    assert len(line.confirmed()) == appointments


def test_a_late_repeat_does_not_bring_the_wrong_address_back(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    for email in (WRONG, RIGHT, WRONG):
        assert line.book(at(9), email=email) == BOOKED
    assert said(line).email == RIGHT
    line.clock.turn(hours=20)
    assert line.book(at(9), email=WRONG) == BOOKED
    assert said(line).email == RIGHT


def test_a_repeat_that_moves_back_changes_the_time_alone(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), email=WRONG)
    line.book(at(10), email=RIGHT)
    assert line.book(at(9), email=WRONG)["reason"].startswith("The appointment has already been moved to")
    line.clock.turn(seconds=61)
    assert line.book(at(9), email=WRONG) == BOOKED
    (booking,) = line.confirmed()
    assert (booking.interval.start, booking.attendee.email) == (at(9), RIGHT)


def test_what_is_not_said_again_stays(open_line: OpenLine) -> None:
    line = open_line(
        event_type='require_email = true\nfields = [{label = "Wish", name = "wish", required = true}]'
    )
    line.book(at(9), email=RIGHT, name="Kim Example", wish="short")
    assert line.book(at(9), phone="+493012345678", name="Kim") == BOOKED
    assert said(line) == Attendee("Kim Example", RIGHT, "+493012345678", (("Wish", "short", True),))
    assert line.book(at(10), name="Mia Example")["reason"].startswith("Please ask for the e-mail address")


def test_a_correction_that_was_misheard_is_asked_for_once(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), email=RIGHT)
    assert line.book(at(9), email="kim@gmaiml.com")["reason"].startswith("The e-mail address was understood")
    assert said(line).email == RIGHT
    assert line.book(at(9), email="kim@gmaiml.com", name="Kim") == BOOKED
    assert said(line) == Attendee("Kim", None, None, email_as_said="kim@gmaiml.com")
    assert event(line)["attendees"] == []


def test_a_repeat_after_staff_moved_it_is_told_where_it_is(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), name="Kim")
    assert line.bridge.reception.move(line.confirmed()[0], at(14), source=Source.PAGE).success
    line.clock.turn(minutes=14)
    assert line.book(at(9), name="Kim") == {
        "status": "failed",
        "reason": "The appointment has already been moved to Tuesday, November 24 at 2:00 PM.",
    }
    line.clock.turn(minutes=2)
    assert line.book(at(9), name="Kim") == BOOKED


def test_a_repeat_after_staff_cancelled_it_is_told_so(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), name="Kim")
    assert line.bridge.reception.cancel(line.confirmed()[0], source=Source.PAGE).success
    assert line.book(at(9), name="Kim") == {
        "status": "failed",
        "reason": "The appointment on Tuesday, November 24 at 9:00 AM has been cancelled by the business. "
        "Please agree on another time.",
    }
    assert line.book(at(9, 30), name="Kim") == BOOKED, "another wish is another request"
    line.clock.turn(minutes=16)
    assert line.book(at(9), name="Kim") == BOOKED


def test_a_callers_own_cancellation_blocks_nothing(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), name="Kim")
    assert line.bridge.reception.cancel(line.confirmed()[0]).success
    assert line.book(at(9), name="Kim") == BOOKED


def test_callers_without_a_contact_correct_nobody(open_line: OpenLine) -> None:
    line = open_line()
    assert line.book(at(9), "", name="Kim") == BOOKED
    assert line.book(at(9), "", name="Lee") == BOOKED
    assert {booking.attendee.name for booking in line.confirmed()} == {"Kim", "Lee"}


def test_who_corrects_while_the_booking_is_being_changed_keeps_it(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA)
    line.book(at(10), name="Kim Example")
    [booking] = line.confirmed()
    with line.bridge.store.write() as connection:  # a process that was killed in the middle of a move
        connection.exec_driver_sql("UPDATE bookings SET owner = 'nobody', lease_until = ends_at")
    assert line.book(at(10), name="Kim Example", email="kim@example.org") == {"status": "success"}
    assert [alert.key for alert in line.bridge.alerts.open()] == [f"correction:{booking.id}"]
