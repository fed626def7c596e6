"""Who is calling, as telli knows them: asked beside the calendars, a help and never a condition."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.model import Attendee
from tests.cast.clock import tomorrow_at
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine, OpenThere
from tests.cast.line import Line, at
from tests.vendors.common import Fault
from tests.vendors.google import FakeGoogle
from tests.vendors.telli import FakeTelli

PATIENT = "book_deadline_seconds = 20"
BOOKED = {"status": "success"}
KNOWN: dict[str, Any] = {
    "firstName": "Kim",
    "lastName": "Example",
    "email": "kim@example.com",
    "phoneNumber": "+4930123456",
    "properties": [{"key": "company", "dataType": "string", "value": "Muster GmbH", "label": "Company"}],
}


@pytest.fixture
def telli() -> Iterator[FakeTelli]:
    with FakeTelli() as fake:
        fake.add_contact("kim", "K-1", **KNOWN)
        yield fake


@pytest.fixture
def open_asking(open_line: OpenLine, telli: FakeTelli) -> OpenLine:
    def opened(*staff: Any, telli_lines: str = "", bridge: str = PATIENT, **toml: Any) -> Line:
        lines = f'lookup_contacts = true\napi_url = "{telli.url}"\n{telli_lines}'
        return open_line(*(staff or (ANNA,)), telli=lines, bridge=bridge, **toml)

    return opened


def attendee(line: Line) -> Attendee:
    (booking,) = line.confirmed()
    return booking.attendee


def test_what_the_request_leaves_out_is_known_from_telli(open_asking: OpenLine, telli: FakeTelli) -> None:
    line = open_asking(event_type="require_email = true")
    assert line.book(at(9)) == BOOKED
    assert attendee(line) == Attendee("Kim Example", "kim@example.com", "+4930123456")
    assert telli.operations() == ["contact"]


def test_a_contact_is_found_by_the_accounts_own_id_too(open_asking: OpenLine, telli: FakeTelli) -> None:
    telli.add_contact("lee", "L/1 ä", firstName="Lee")
    line = open_asking()
    assert line.book(at(9), "", payload={"external_contact_id": "L/1 ä"}) == BOOKED
    assert attendee(line).name == "Lee"
    assert telli.operations() == ["external contact"]


@pytest.mark.parametrize(
    ("payload", "details", "email"),
    [
        ({}, {}, "kim@example.com"),
        ({}, {"email": "said@example.com"}, "said@example.com"),
        ({"contact": {"email": "record@example.com"}}, {"email": "said@example.com"}, "record@example.com"),
        ({"contact": {"email": "record@example.com"}}, {"cal_email": "cal@example.com"}, "cal@example.com"),
        ({}, {"cal_email": "kim at example dot com"}, "kim@example.com"),
    ],
)
def test_the_contact_record_comes_after_what_was_said_and_before_the_question(
    open_asking: OpenLine, payload: dict[str, object], details: dict[str, Any], email: str
) -> None:
    line = open_asking(event_type="require_email = true")
    assert line.book(at(9), "kim", payload=payload, **details) == BOOKED
    assert attendee(line).email == email


def test_the_contacts_own_number_comes_before_one_taken_down_in_the_call(open_asking: OpenLine) -> None:
    line = open_asking()
    line.book(at(9), name="Kim Said", phone="+4930999999")
    assert (attendee(line).name, attendee(line).phone) == ("Kim Said", "+4930123456")


def test_booking_fields_know_the_contact(open_asking: OpenLine) -> None:
    fields = (
        'fields = [{label = "Company", source = "contact", name = "company", required = true}, '
        '{label = "First name", source = "system", name = "contact.firstName", required = true}]'
    )
    line = open_asking(event_type=fields)
    assert line.book(at(9)) == BOOKED
    assert [text for _, text, _ in attendee(line).answers] == ["Muster GmbH", "Kim"]


def test_a_contact_is_asked_for_once_in_a_call(open_asking: OpenLine, telli: FakeTelli) -> None:
    line = open_asking(event_type="replace_within_minutes = 0")
    line.available()
    for hour in (9, 10):
        assert line.book(at(hour)) == BOOKED
    assert telli.operations() == ["contact"]
    line.clock.turn(minutes=6)
    assert line.book(at(11)) == BOOKED
    assert telli.operations() == ["contact", "contact"]


def test_a_contact_is_asked_for_with_the_first_question(open_asking: OpenLine, telli: FakeTelli) -> None:
    line = open_asking()
    line.available()
    while not telli.operations():
        time.sleep(0.01)
    assert telli.operations() == ["contact"]


def test_what_is_on_record_does_not_undo_what_was_said(open_asking: OpenLine) -> None:
    line = open_asking()
    line.book(at(9), email="right@example.com")
    assert line.book(at(9), name="Kim Right") == BOOKED
    assert line.book(at(10), name="Kim Right", wish="short") == BOOKED
    assert (attendee(line).name, attendee(line).email) == ("Kim Right", "right@example.com")


@pytest.mark.parametrize(
    "fault", [Fault.HANG, Fault.DROP, Fault.GARBAGE, Fault.UNAVAILABLE, Fault.REDIRECT, Fault.TRUNCATE]
)
def test_a_telli_that_does_not_answer_costs_no_booking(
    open_asking: OpenLine, telli: FakeTelli, fault: Fault
) -> None:
    line = open_asking(bridge="book_deadline_seconds = 4" if fault is Fault.HANG else PATIENT)
    telli.fail_next(fault, times=None)
    assert line.book(at(9), name="Kim") == BOOKED
    assert attendee(line) == Attendee("Kim")
    telli.come_up()
    assert line.book(at(12), "lee") == BOOKED
    assert len(telli.operations()) == 1, "it is left alone for a while"
    line.clock.turn(seconds=31)
    telli.add_contact("max", **KNOWN)
    assert line.book(at(14), "max") == BOOKED
    assert line.confirmed()[-1].attendee.name == "Kim Example"


def test_a_stranger_to_telli_is_booked_as_described(open_asking: OpenLine) -> None:
    line = open_asking()
    assert line.book(at(9), "nobody", name="Lee") == BOOKED
    assert attendee(line) == Attendee("Lee")


def test_a_refused_key_alerts_the_owner_until_one_is_taken(open_asking: OpenLine, telli: FakeTelli) -> None:
    telli.key = "another"
    line = open_asking()
    assert line.book(at(9), name="Kim") == BOOKED
    [alert] = line.bridge.alerts.open()
    assert alert.text.startswith("telli refuses the API key")
    telli.key = "fake-telli-key"
    line.clock.turn(seconds=31)
    assert line.book(at(12), "max") == BOOKED
    assert line.bridge.alerts.open() == []


def test_while_keys_rotate_any_of_them_may_be_the_one(open_line: OpenLine, telli: FakeTelli) -> None:
    telli.key = "new-key"
    lines = f'lookup_contacts = true\napi_url = "{telli.url}"\n'
    line = open_line(ANNA, telli=f'{lines}api_keys = ["fake-telli-key", "new-key"]')
    assert line.book(at(9)) == BOOKED
    assert attendee(line).name == "Kim Example"


def test_nobody_is_asked_unless_it_is_wanted(open_line: OpenLine, telli: FakeTelli) -> None:
    line = open_line(ANNA, telli=f'api_url = "{telli.url}"')
    assert line.book(at(9)) == BOOKED
    assert (attendee(line), telli.operations()) == (Attendee(), [])


def test_telli_is_asked_at_the_same_time_as_the_calendars(
    open_at_vendors: OpenThere, google: FakeGoogle, telli: FakeTelli
) -> None:
    """telli's answer waits until the calendar was asked: one after the other, it would never come."""
    salon = open_at_vendors(google=google, telli=f'lookup_contacts = true\napi_url = "{telli.url}"')
    are_asked = threading.Event()
    telli.set_latency(1, lambda _seconds: are_asked.wait(60))
    google.set_latency(0.001, lambda _seconds: are_asked.set())
    outcome = salon.ask("cut", "kim", tomorrow_at(10), name="")
    assert outcome.booking is not None, outcome.reason
    assert outcome.booking.attendee.email == "kim@example.com"


def test_whom_to_call_back_is_known_from_telli_too(open_asking: OpenLine) -> None:
    line = open_asking()
    headers = {"Authorization": "Bearer fake-tool-token"}
    asked = {"contact_id": "kim", "reason": "A question", "language": "German"}
    answer = line.app.test_client().post("/tools/callback", json=asked, headers=headers).get_json()
    assert answer["spoken"] == "Die Bitte wurde weitergegeben; Sie werden zurückgerufen."
    assert "Kim Example back at +4930123456" in line.bridge.alerts.open()[0].text
