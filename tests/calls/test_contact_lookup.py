"""Who calls, told before the call by what was booked from the number; calendars are not asked for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from bridge.attendee import CallerRequest
from bridge.service.signing import HEADER
from tests.cast.at_vendors import ANNA_GOOGLE, google_section
from tests.cast.config import ANNA, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.vendors.common import Fault
from tests.vendors.google import FakeGoogle

NUMBER = "+4930123456"
KIM: dict[str, Any] = {"name": "Frau Kim Example", "email": "kim@example.com", "phone": NUMBER}
NOTHING_AHEAD: dict[str, None] = {
    "next_appointment_at": None,
    "appointment_status": None,
    "appointment_host": None,
    "appointment_link": None,
}


def lookup(line: Line, number: object, event: str = "contact_lookup") -> Any:
    asked = {"event": event, "phone_number": number, "to_number": "+4930999999"}
    answer = line.post("/contact-lookup", asked)
    description = line.app.test_client().get("/openapi.json").get_json()
    told = description["paths"]["/contact-lookup"]["post"]["responses"]["200"]["content"]
    jsonschema.validate(answer, told["application/json"]["schema"])
    return answer["contact"]


def test_who_has_booked_is_known_with_the_next_appointment(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA)
    line.book(at(11), "kim", payload={"external_contact_id": "K-1"}, **KIM)
    line.book(at(9, day=25), "kim", wish="another", **KIM)
    assert lookup(line, "+49 30 123456") == {
        "first_name": "Kim",
        "last_name": "Example",
        "salutation": "Frau",
        "email": "kim@example.com",
        "external_id": "K-1",
        "external_url": None,
        "phone_number": NUMBER,
        "properties": {
            "next_appointment_at": "2026-11-25T09:00:00.000Z",
            "appointment_status": "booked",
            "appointment_host": "Anna Example",
            "appointment_link": None,
        },
    }


@pytest.mark.parametrize("number", ["+4930999999", "", None, 7, ["+4930123456"], "x" * 500, "anonymous"])
def test_a_stranger_is_nobody(open_line: OpenLine, number: object) -> None:
    line = open_line(ANNA)
    line.book(at(9), **KIM)
    assert lookup(line, number) is None


def test_who_has_nothing_ahead_is_still_known(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    line.book(at(9), **KIM)
    line.bridge.reception.cancel(line.confirmed()[0])
    assert lookup(line, NUMBER)["last_name"] == "Example"
    assert lookup(line, NUMBER)["properties"] == NOTHING_AHEAD


def test_who_shares_a_number_is_not_greeted_by_anothers_name(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    line.book(at(9), "kim", **KIM)
    line.book(at(10), "lee", name="Lee Example", phone=NUMBER)
    found = lookup(line, NUMBER)
    assert (found["first_name"], found["last_name"], found["email"]) == (None, None, None)
    assert found["properties"]["next_appointment_at"] == "2026-11-24T09:00:00.000Z"


def test_properties_have_the_accounts_own_names(open_line: OpenLine) -> None:
    rest = (
        '[telli.write_back]\nnext_appointment_at = "termin"\nappointment_host = ""\nappointment_status = ""'
    )
    line = open_line(ANNA, rest=rest)
    line.book(at(9), **KIM)
    assert lookup(line, NUMBER)["properties"] == {
        "termin": "2026-11-24T09:00:00.000Z",
        "appointment_link": None,
    }


def test_another_event_is_no_lookup_and_a_lookup_books_nothing(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    line.book(at(9), **KIM)
    assert lookup(line, NUMBER, event="call_ended") is None
    asked = {"event": "contact_lookup", "start_iso": "2026-11-24T10:00:00.000Z"}
    assert line.post("/book", asked)["status"] == "failed"


@pytest.mark.parametrize("headers", [{}, {HEADER: "0" * 64}, {HEADER: "nonsense"}])
def test_without_the_signature_nobody_is_told_anything(open_line: OpenLine, headers: dict[str, str]) -> None:
    line = open_line(ANNA)
    body = json.dumps({"event": "contact_lookup", "phone_number": NUMBER})
    answer = line.app.test_client().post("/contact-lookup", data=body, headers=headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "invalid signature"})
    assert line.app.test_client().get("/contact-lookup").status_code == 405


def test_vendors_that_hang_keep_nobody_waiting(
    open_line: OpenLine, google: FakeGoogle, tmp_path: Path
) -> None:
    google.add_account(ANNA_GOOGLE)
    google.fail_next(Fault.HANG, times=None)
    at_google = Staff("ben", calendar=f"google:{ANNA_GOOGLE}/primary")
    line = open_line(
        ANNA, at_google, rest=google_section(google, tmp_path), bridge="book_deadline_seconds = 4"
    )
    line.bridge.reception.book(line.config.event_types["cut"], CallerRequest(contact_details=KIM), at(9))
    asked = google.operations()
    assert lookup(line, NUMBER)["last_name"] == "Example"
    assert google.operations() == asked
