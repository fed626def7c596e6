"""telli tells of each call that has ended; one that says it booked is compared with what is booked."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.model import BookingState, Contact
from bridge.service.ended_calls import EndedCall, EndedCalls, promise_chores
from bridge.web.admission import WEBHOOK_BYTES
from bridge.web.signature import SignatureInvalid
from bridge.web.svix import verify
from tests.cast.clock import TEN
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine, OpenSalon
from tests.cast.line import Line, at
from tests.config.samples import config_text, problems_in

KEY = b"plainly-fake-webhook-key"
SECRET = "whsec_" + b64encode(KEY).decode()
KIM: dict[str, Any] = {"name": "Kim Example", "phone_number": "+49 30 901820"}


@pytest.fixture
def line(open_line_on_both: OpenLine) -> Line:
    return open_line_on_both(ANNA, telli=f'webhook_secret = "{SECRET}"')


def signed(
    line: Line, body: bytes, *, key: bytes = KEY, age: float = 0, name: str = "msg_1"
) -> dict[str, str]:
    """Return the headers as Svix's documentation makes them."""
    stamp = str(int(line.clock.now().timestamp() - age))
    made = b64encode(hmac.new(key, f"{name}.{stamp}.".encode() + body, "sha256").digest()).decode()
    return {"svix-id": name, "svix-timestamp": stamp, "svix-signature": f"v1,b3RoZXI= v1,{made}"}


def tell(line: Line, call: Mapping[str, object], *, event: str = "call_ended", **how: Any) -> int:
    body = json.dumps({"event": event, "call": {"call_id": "call-1", **call}}).encode()
    answer = line.app.test_client().post("/telli/webhook", data=body, headers=signed(line, body, **how))
    return answer.status_code


def journal(line: Line) -> list[Mapping[str, Any]]:
    line.bridge.journal.write_down()
    return [each for each in line.bridge.journal.last() if each["question"] == "call_ended"]


def alerts(line: Line) -> list[str]:
    return [alert.text for alert in line.bridge.alerts.open()]


def test_a_call_that_booked_is_joined_with_its_booking(line: Line) -> None:
    line.book(at(10), **KIM)
    slot = "2026-11-24T10:00:00.000Z"
    by_number = {"contact_id": "another", "to_number": "+4930901820", "booked_slot_for": slot}
    assert tell(line, {"contact_id": "kim", "booked_slot_for": slot}) == 204
    assert tell(line, by_number) == 204
    [booking] = line.confirmed()
    joined = [(each["booking_id"], each["starts_at"]) for each in journal(line)]
    assert joined == [(booking.id, at(10))] * 2
    assert alerts(line) == []


@pytest.mark.parametrize(
    "call",
    [
        {"contact_id": "kim", "booked_slot_for": "2026-11-24T11:00:00Z"},  # booked at another time
        {"contact_id": "lee", "booked_slot_for": "2026-11-24T10:00:00Z"},  # somebody else's
        {"booked_slot_for": "2026-11-24T10:00:00Z"},  # nobody's
        {"contact_id": "lee", "booked_slot_for": "tomorrow"},
        {"contact_id": "lee", "booked_slot_for": {"start": 1}},
    ],
)
def test_a_call_that_promised_what_is_not_booked_alerts_the_owner_once(
    open_line: OpenLine, call: dict[str, object]
) -> None:
    line = open_line(ANNA, telli=f'webhook_secret = "{SECRET}"')
    line.book(at(10), **KIM)
    assert [tell(line, call), tell(line, call, name="msg_2")] == [204, 204]
    [text] = alerts(line)
    assert str(call.get("contact_id", "–")) in text
    told = [(each["outcome"], each["kind"], each["booking_id"]) for each in journal(line)]
    assert told == [("failed", "not_booked", None)] * 2


def test_what_was_booked_and_changed_since_was_no_empty_promise(line: Line) -> None:
    line.book(at(10), **KIM)
    line.bridge.reception.move(line.confirmed()[0], at(14))
    call = {"contact_id": "kim", "booked_slot_for": "2026-11-24T10:00:00Z"}
    tell(line, call)
    line.bridge.reception.cancel(line.confirmed()[0])
    tell(line, {**call, "booked_slot_for": "2026-11-24T14:00:00Z"})
    assert alerts(line) == []


def test_a_booking_still_held_alerts_only_while_it_does_not_stand(open_small: OpenSalon) -> None:
    salon = open_small(ANNA)
    context, alerts = salon.bridge.context, salon.bridge.alerts
    [look] = promise_chores(context).values()
    call = EndedCall("call 1", Contact("kim"), (), has_booked=True, booked_for=TEN)
    open_then: list[int] = []
    subjects: list[str] = []

    def checkpoint(step: str) -> None:
        if step == "held":
            assert not EndedCalls(context, None).compare(call).is_missing
            open_then.append(len(alerts.open()))
            [held] = salon.bookings(BookingState.HELD)
            subjects.append(f"{held.id} promised:1 call 1")
            assert look(*subjects)
            open_then.append(len(alerts.open()))

    salon.checkpoint = checkpoint
    salon.book("kim", TEN)
    assert open_then == [0, 1]
    assert look(*subjects) is None
    salon.clock.turn(seconds=30)
    salon.bridge.background.run_due()
    assert alerts.open() == []


def test_an_alert_closes_when_the_same_call_is_told_after_the_booking_stands(open_line: OpenLine) -> None:
    line = open_line(ANNA, telli=f'webhook_secret = "{SECRET}"')
    call = {"contact_id": "kim", "booked_slot_for": "2026-11-24T10:00:00Z"}
    tell(line, call)
    line.book(at(10), **KIM)
    assert len(alerts(line)) == 1
    tell(line, call)
    assert alerts(line) == []


def test_prose_is_no_promise_and_is_not_kept(line: Line) -> None:
    prose = "You are booked for ten, Kim!"
    call = {
        "contact_id": "kim",
        "transcript": prose,
        "call_analysis": {
            "appointment": {"value": True, "details": "2026-11-24T10:00:00Z"},
            "summary": prose,
        },
    }
    assert [tell(line, call), tell(line, call, event="contact_status_changed")] == [204, 204]
    assert alerts(line) == []
    assert prose not in json.dumps(journal(line), default=str)


def test_only_what_was_signed_a_moment_ago_is_heard(open_line: OpenLine) -> None:
    line = open_line(ANNA, telli=f'webhook_secret = "{SECRET}"')
    call = {"contact_id": "kim", "booked_slot_for": "2026-11-24T10:00:00Z"}
    assert [tell(line, call, key=b"another"), tell(line, call, age=301), tell(line, call, age=-301)] == [
        401
    ] * 3
    client = line.app.test_client()
    assert client.post("/telli/webhook", data=b"{}").status_code == 401
    large = b'{"transcript": "' + b"x" * WEBHOOK_BYTES + b'"}'
    assert client.post("/telli/webhook", data=large, headers=signed(line, large)).status_code == 413
    for body in (b"", b"[]", b"no JSON", b'{"event": "call_ended", "call": 1}', b"[" * 100_000):
        answer = client.post("/telli/webhook", data=body, headers=signed(line, body))
        assert answer.status_code == 204
    assert alerts(line) == []
    assert tell(line, call, age=299) == 204
    assert len(alerts(line)) == 1


def test_without_a_secret_nothing_is_there(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    assert tell(line, {"booked_slot_for": "2026-11-24T10:00:00Z"}) == 404


def test_svixs_own_example_is_verified() -> None:
    # https://docs.svix.com/receiving/verifying-payloads/how-manual
    headers = {
        "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "svix-timestamp": "1614265330",
        "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.fromtimestamp(1614265330, UTC)
    verify(b'{"test": 2432232314}', headers.get, secret, now)
    with pytest.raises(SignatureInvalid):
        verify(b'{"test": 2432232315}', headers.get, secret, now)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_no base64!", "no base64!"])
def test_a_secret_that_is_none_is_told_without_showing_it(secret: str) -> None:
    [(path, text)] = problems_in(config_text(telli=f'webhook_secret = "{secret}"'))
    assert path == "telli.webhook_secret"
    assert "whsec_" in text
    assert "base64" not in text
