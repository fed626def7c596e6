"""What callers do with their appointments through an agent's custom tools."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.cast.fixtures import OpenLine
from tests.cast.line import TOKEN, Line, at

KIM = {"contact_id": "kim"}
NUMBER = "+493012345678"


def is_as_described(line: Line, path: str, answer: Any) -> None:
    """Assert that an answer is what /openapi.json says of it."""
    description = line.app.test_client().get("/openapi.json").get_json()
    told = description["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(answer, told)


def tool(line: Line, tool_name: str, /, **members: object) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = line.app.test_client().post(f"/tools/{tool_name}", json=members, headers=headers)
    assert answer.status_code == 200
    parsed: dict[str, Any] = answer.get_json()
    is_as_described(line, f"/tools/{tool_name}", parsed)
    return parsed


def test_a_caller_hears_what_is_coming(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), "kim")
    line.book(at(10), "lee")
    (booking,) = (each for each in line.confirmed() if each.contact.contact_id == "kim")
    assert tool(line, "appointments", **KIM) == {
        "appointments": [
            {
                "id": booking.id,
                "start_iso": "2026-11-24T09:00:00.000Z",
                "end_iso": "2026-11-24T09:30:00.000Z",
                "title": "Haircut",
                "host": "Anna Example",
            }
        ],
        "spoken": "There is one appointment: Haircut with Anna Example, Tuesday, November 24 at 9:00 AM.",
    }
    assert tool(line, "appointments", contact_id="max") == {
        "appointments": [],
        "spoken": "There is no coming appointment.",
    }


def test_the_only_appointment_is_cancelled(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), "kim")
    assert tool(line, "cancel", **KIM) == {
        "status": "success",
        "spoken": "This appointment is cancelled: Haircut with Anna Example, "
        "Tuesday, November 24 at 9:00 AM.",
    }
    assert not line.confirmed()
    assert line.book(at(9), "kim") == {"status": "success"}, "who cancelled may book it again"


def test_a_repeated_cancellation_is_done(open_line: OpenLine) -> None:
    line = open_line(event_type="replace_within_minutes = 0")
    line.book(at(9), "kim")
    first = tool(line, "cancel", **KIM)
    assert tool(line, "cancel", **KIM) == first
    assert tool(line, "cancel", contact_id="lee")["reason"] == "There is no such appointment."
    line.book(at(11), "kim")
    (second,) = line.confirmed()
    for _ in range(2):
        assert tool(line, "cancel", booking_id=second.id.upper(), **KIM)["status"] == "success"
    assert tool(line, "cancel", **KIM) == {"status": "success", "spoken": "There is no coming appointment."}
    assert tool(line, "cancel", booking_id=second.id, contact_id="lee")["status"] == "failed"


def test_of_two_appointments_the_one_meant_is_asked_for(open_line: OpenLine) -> None:
    line = open_line(event_type="replace_within_minutes = 0")
    for hour in (9, 11):
        line.book(at(hour), "kim")
    asked = tool(line, "cancel", **KIM)
    assert asked["status"] == "failed"
    assert asked["reason"].startswith("There are several appointments: Haircut with")
    assert asked["reason"].endswith("Please ask which of them is meant.")
    second = line.confirmed()[1]
    assert tool(line, "cancel", booking_id=second.id, **KIM)["status"] == "success"
    assert [each.interval.start for each in line.confirmed()] == [at(9)]


def test_nobody_reaches_anybody_elses_appointment(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), "kim", phone=NUMBER)
    (booking,) = line.confirmed()
    for who in ({"contact_id": "lee"}, {}, {"phone_number": NUMBER}, {"external_contact_id": "kim"}):
        for name in ("cancel", "reschedule"):
            refused = tool(line, name, booking_id=booking.id, start_iso="2026-11-24T10:00:00Z", **who)
            assert refused["reason"] == "There is no such appointment."
        assert tool(line, "appointments", **who)["appointments"] == []
    assert line.confirmed() == [booking]


def test_an_appointment_is_moved_or_the_nearest_times_are_named(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), "kim")
    for who in ("lee", "max"):
        line.book(at(14), who)
    refused = tool(line, "reschedule", start_iso="2026-11-24T14:00:00.000Z", **KIM)
    assert refused["reason"].startswith("Appointment slot is no longer available. The next free times are")
    for _ in range(2):
        moved = tool(line, "reschedule", start_iso="2026-11-24T11:00:00.000Z", **KIM)
        assert moved["status"] == "success"
    assert moved["spoken"].endswith("Haircut with Anna Example, Tuesday, November 24 at 11:00 AM.")
    starts = {each.contact.contact_id: each.interval.start for each in line.confirmed()}
    assert starts["kim"] == at(11)
    assert tool(line, "reschedule", start_iso="soon", **KIM)["reason"].startswith("The start time is missing")


def test_shortly_before_callers_change_nothing_by_themselves(open_line: OpenLine) -> None:
    line = open_line(event_type="change_notice_minutes = 120")
    line.book(at(9), "kim")
    line.clock.turn(hours=24)
    for name in ("cancel", "reschedule"):
        refused = tool(line, name, start_iso="2026-11-24T12:00:00Z", **KIM)
        assert refused["reason"].startswith("It is too late to change this appointment")
    assert len(line.confirmed()) == 1


@pytest.mark.parametrize(
    ("verify", "said", "is_found"),
    [
        ("[]", {}, True),
        ('["name"]', {}, False),
        ('["name"]', {"name": "Lee"}, False),
        ('["name"]', {"name": "Frau Exampel, Kim"}, True),
        ('["name"]', {"last_name": "Example"}, True),
        ('["name", "email"]', {"name": "Kim", "email": "lee@example.com"}, False),
        ('["name", "email"]', {"name": "Kim", "email": "KIM@example.com"}, True),
    ],
)
def test_a_number_is_trusted_only_where_the_owner_says_so(
    open_line: OpenLine, verify: str, said: dict[str, str], is_found: bool
) -> None:
    line = open_line(telli=f"trust_phone_number = true\nverify = {verify}")
    line.book(at(9), "kim", phone=NUMBER, name="Kim Example", email="kim@example.com")
    found = tool(line, "appointments", phone_number=NUMBER, **said)
    assert bool(found["appointments"]) is is_found


def test_a_wish_to_be_called_back_reaches_the_owner_once(open_line: OpenLine) -> None:
    line = open_line()
    wish = {"name": "Kim Example", "phone_number": NUMBER, "reason": "a perm", "preferred_time": "tomorrow"}
    for _ in range(2):
        assert tool(line, "callback", **wish) == {
            "status": "success",
            "spoken": "The request was passed on; somebody will call back.",
        }
    (alert,) = line.bridge.alerts.open()
    assert alert.text == f"Please call Kim Example back at {NUMBER}. About: a perm. When: tomorrow."
    assert tool(line, "callback", name="Kim")["reason"].startswith("Please ask for the telephone number")


def test_tools_speak_german(open_line: OpenLine) -> None:
    line = open_line(bridge='locale = "de_DE"')
    assert tool(line, "appointments", **KIM)["spoken"] == "Es steht kein Termin an."
    line.book(at(9), "kim")
    assert tool(line, "appointments", **KIM)["spoken"] == (
        "Es steht ein Termin an: Haircut bei Anna Example, am Dienstag, dem 24. November um 9:00 Uhr."
    )
    assert tool(line, "cancel", **KIM)["spoken"] == (
        "Dieser Termin ist abgesagt: Haircut bei Anna Example, am Dienstag, dem 24. November um 9:00 Uhr."
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"contact_id": [], "booking_id": 7, "start_iso": {}}'])
def test_a_good_token_is_always_answered(open_line: OpenLine, body: bytes) -> None:
    line = open_line()
    client = line.app.test_client()
    for name in ("appointments", "cancel", "reschedule", "callback"):
        answer = client.post(f"/tools/{name}", data=body, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer.get_json()["spoken"]
        assert client.post(f"/tools/{name}", data=body).status_code == 401


def test_find_says_that_there_is_no_such_kind_of_appointment(open_line: OpenLine) -> None:
    line = open_line()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = line.app.test_client().post("/nothing/find", json={}, headers=headers)
    assert answer.get_json() == {"available": [], "spoken": "This kind of appointment is not offered."}
    is_as_described(line, "/{event_type}/find", answer.get_json())
    is_as_described(line, "/find", line.find(preferred_date="2026-11-24"))
