"""Who did not come: recorded by the office's own systems, counted over everything, and shown."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import TOKEN, Line, at
from tests.cast.mail import mail_server, mail_toml

OFFICE = "fake-office-token"
NUMBER = "+49 30 901820"
_SENTENCE = (
    "This caller did not come to earlier appointments, "
    "and can only book by speaking to somebody at the business."
)


@pytest.fixture
def line(open_line_on_both: OpenLine) -> Line:
    return open_line_on_both(
        ANNA,
        telli=f'office_tokens = ["{OFFICE}"]',
        cut='hosts = ["anna"]\ndefault = true\nmax_no_shows = 2\nreplace_within_minutes = 0',
        wash='hosts = ["anna"]',
    )


def tell(line: Line, booking_id: object, token: str = OFFICE) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    answer = line.app.test_client().post("/tools/no-show", json={"booking_id": booking_id}, headers=headers)
    if answer.status_code != 200:
        return answer.status_code
    description = line.app.test_client().get("/openapi.json").get_json()
    told = description["paths"]["/tools/no-show"]["post"]["responses"]["200"]["content"]["application/json"]
    jsonschema.validate(answer.get_json(), told["schema"])
    return answer.get_json()


def test_only_the_office_says_who_did_not_come_and_only_once_it_has_begun(line: Line) -> None:
    line.book(at(10))
    [booking] = line.confirmed()
    assert tell(line, booking.id, TOKEN) == 401, "the agent's own token"
    assert tell(line, booking.id) == {"status": "failed", "reason": "This appointment has not begun yet."}
    line.clock.turn(days=1, hours=3, minutes=1)
    assert tell(line, booking.id) == tell(line, booking.id.upper()) == {"status": "success"}
    assert line.bridge.reception.booking(booking.id).state == "no_show"
    for unknown in ("0" * 32, "", None, 7):
        assert tell(line, unknown) == {"status": "failed", "reason": "There is no such appointment."}


def miss(line: Line, path: str = "/book", **caller: object) -> None:
    day = line.clock.now().day + 1
    start = at(10, day=day)
    line.post(path, {**caller, "start_iso": f"{start:%Y-%m-%dT%H:%M:%S}.000Z"})
    [booking] = line.confirmed()
    line.clock.turn(days=1, hours=4)
    tell(line, booking.id)
    line.clock.turn(hours=-4)


def test_who_did_not_come_as_often_as_one_may_is_refused_over_all_event_types(line: Line) -> None:
    miss(line, contact_id="kim")
    assert line.book(at(15, day=25))["status"] == "success"
    line.bridge.reception.cancel(line.confirmed()[0])
    miss(line, "/wash/book", contact_id="kim", contact_details={"phone_number": NUMBER})
    assert line.book(at(15, day=26)) == {"status": "failed", "reason": _SENTENCE}
    assert line.book(at(15, day=26), "lee")["status"] == "success"
    assert line.post("/wash/book", {"contact_id": "kim", "start_iso": "2026-11-26T16:00:00.000Z"}) == {
        "status": "success"
    }, "this kind sets no limit"


def test_callers_without_contact_count_by_their_number(line: Line) -> None:
    miss(line, contact_details={"phone_number": NUMBER})
    miss(line, contact_details={"phone_number": NUMBER})
    assert line.book(at(15, day=26), "", phone_number=NUMBER) == {"status": "failed", "reason": _SENTENCE}
    assert line.book(at(15, day=26), "")["status"] == "success"


def test_the_owner_sees_it_with_the_next_booking(open_line: OpenLine) -> None:
    with mail_server() as box:
        telli = f'office_tokens = ["{OFFICE}"]'
        line = open_line(ANNA, telli=telli, rest=mail_toml(box), event_type='notify = ["office@example.com"]')
        line.book(at(10))
        line.go_on()
        line.clock.turn(days=1, hours=4)
        tell(line, line.confirmed()[0].id)
        line.book(at(15, day=25))
        line.go_on()
    told = [each.get_body(("plain",)).get_content() for each in box.messages]  # type: ignore[union-attr]
    assert ["No-shows so far: 1" in text for text in told] == [False, True]
