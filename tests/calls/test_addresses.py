"""What becomes of e-mail addresses in a call: right, or asked for once."""

from __future__ import annotations

import pytest

from tests.cast.fixtures import OpenLine
from tests.cast.line import at

MISHEARD = "kim@gmaiml.com"
ASKED = {
    "status": "failed",
    "reason": (
        f"The e-mail address was understood as “{MISHEARD}”. "
        "Please ask the caller to spell it and then book again."
    ),
}
BOOKED = {"status": "success"}


def test_a_misheard_address_is_asked_for_once_and_then_kept_as_said(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    assert line.book(at(9), cal_email=MISHEARD) == ASKED
    assert not line.confirmed()
    assert line.book(at(9), cal_email=MISHEARD) == BOOKED
    assert line.confirmed()[0].attendee.email is None
    [event] = line.events()
    assert f"E-mail (not checked): {MISHEARD}" in event["description"]
    assert event["attendees"] == []


def test_the_address_once_spelled_is_the_callers(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), cal_email="kim at example dot com")
    assert line.book(at(9), cal_email="kim@example.com") == BOOKED
    assert line.confirmed()[0].attendee.email == "kim@example.com"


@pytest.mark.parametrize("who", ["kim", ""])
def test_after_a_quarter_of_an_hour_it_is_asked_for_again(open_line: OpenLine, who: str) -> None:
    line = open_line()
    assert line.book(at(9), who, cal_email=MISHEARD) == ASKED
    line.clock.turn(minutes=15, seconds=1)
    assert line.book(at(9), who, cal_email=MISHEARD) == ASKED
    line.clock.turn(minutes=14)
    assert line.book(at(9), who, cal_email=MISHEARD) == BOOKED


def test_somebody_else_is_asked_too(open_line: OpenLine) -> None:
    line = open_line()
    for who in ("kim", "lee", ""):
        assert line.book(at(9), who, cal_email=MISHEARD) == ASKED
    assert line.book(at(10), "", cal_email=MISHEARD) == ASKED, (
        "without a contact each start is another caller"
    )
    assert line.book(at(10), "kim", cal_email=MISHEARD) == BOOKED, "a contact is asked once for any start"


def test_where_an_address_is_required_it_is_asked_for_until_it_is_right(open_line: OpenLine) -> None:
    line = open_line(event_type="require_email = true")
    assert [line.book(at(9), cal_email=MISHEARD) for _ in range(3)] == [ASKED] * 3
    assert line.book(at(9), cal_email="kim@example.com") == BOOKED


def test_a_rehearsal_asks_and_remembers_nothing(open_line: OpenLine) -> None:
    line = open_line()
    body = {
        "contact_id": "kim",
        "contact_details": {"email": MISHEARD},
        "start_iso": f"{at(9):%Y-%m-%dT%H:%MZ}",
    }
    for _ in range(2):
        assert line.post("/book", {**body, "dry_run": True}) == ASKED
    assert line.book(at(9), cal_email=MISHEARD) == ASKED


def test_the_question_is_asked_in_german(open_line: OpenLine) -> None:
    line = open_line(bridge='locale = "de_DE"')
    assert line.book(at(9), cal_email="kim ät example punkt de")["reason"] == (
        "Die E-Mail-Adresse wurde als „kim ät example punkt de“ verstanden. "
        "Bitte lassen Sie sie buchstabieren und buchen Sie dann erneut."
    )
