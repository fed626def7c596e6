"""What telli is answered to a signed request."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.speech.reasons import Speech
from tests.web.diary import NINE, OLD_KEY, Diary, app_of
from tests.web.telli_caller import CALLER, NINE_ISO, post, post_raw

OFFER = (
    b'{"available":[{"start_iso":"2026-11-24T09:00:00.000Z","end_iso":"2026-11-24T09:30:00.000Z"},'
    b'{"start_iso":"2026-11-24T12:00:00.000Z","end_iso":"2026-11-24T12:30:00.000Z"}]}'
)

NOON_ISO = "2026-11-24T12:00:00.000Z"


@pytest.mark.parametrize("path", ["/available", "/consultation/available", "/available/"])
def test_available_answers_exactly_the_documented_members(path: str) -> None:
    response = post(app_of(Diary()), path, CALLER)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.data == OFFER


def test_an_offer_that_changed_is_answered_as_it_is_now() -> None:
    diary = Diary()
    app = app_of(diary)
    assert post(app, "/available", CALLER).data == OFFER
    diary.free.pop(0)
    assert post(app, "/available", CALLER).get_json()["available"][0]["start_iso"] == NOON_ISO
    assert post(app, "/consultation/available", CALLER).data == post(app, "/available", CALLER).data


def test_nothing_free_is_an_empty_list() -> None:
    assert post(app_of(Diary(free=[])), "/available", CALLER).data == b'{"available":[]}'


@pytest.mark.parametrize("path", ["/book", "/consultation/book"])
def test_book_answers_success_and_nothing_else(path: str) -> None:
    diary = Diary()
    response = post(app_of(diary), path, {**CALLER, "start_iso": NINE_ISO})
    assert (response.status_code, response.data) == (200, b'{"status":"success"}')
    assert [booking.interval.start for booking in diary.booked] == [NINE]


def test_a_slot_that_is_gone_is_told_in_the_documented_words_with_what_is_free() -> None:
    app = app_of(Diary())
    post(app, "/book", {**CALLER, "start_iso": NINE_ISO})
    again = post(app, "/book", {**CALLER, "contact_id": "c-2", "start_iso": NINE_ISO})
    assert again.status_code == 200
    assert again.get_json() == {
        "status": "failed",
        "reason": "Appointment slot is no longer available. "
        "The next free time is Tuesday, November 24 at 1:00 PM.",
    }


def test_a_german_reason_is_sent_as_utf8() -> None:
    response = post(
        app_of(Diary(speech=Speech("de_DE"), free=[])), "/book", {**CALLER, "start_iso": NINE_ISO}
    )
    assert '"reason":"Der Termin ist nicht mehr verfügbar"' in response.data.decode("utf-8")


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:00:00.000",
        "2026-11-24T10:00:00.000000000+01:00",
        "2026-11-24t09:00z",
        "2026-11-24 09:00:00",
    ],
)
def test_any_spelling_of_an_offered_start_books_it(start: str) -> None:
    diary = Diary()
    assert post(app_of(diary), "/book", {**CALLER, "start_iso": start}).get_json() == {"status": "success"}
    assert diary.booked[0].interval.start == NINE


ABSURD: list[object] = [
    None, "", 7, [], {}, True, "tomorrow", "2026-11-24", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "2024-02-30T10:00:00Z", "2016-12-31T23:59:60Z", "2026-11-24T09:00:00+24:00", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("start", ABSURD, ids=lambda start: repr(start)[:30])
def test_an_absurd_start_fails_in_words(start: object) -> None:
    response = post(app_of(Diary()), "/book", {**CALLER, "start_iso": start})
    assert response.status_code == 200
    assert response.get_json() == {
        "status": "failed",
        "reason": "The start time is missing or could not be understood.",
    }


SHAPES = [
    b"{}",
    b"[]",
    b'[{"contact_id":"c-1"}]',
    b'{"contact_id":7,"external_contact_id":null,"contact_details":"Max","contact":[1],"start_iso":{}}',
    b'{"contact_id":"\\u0000\\ud800","contact_details":[{"key":1},null],"contact":{"properties":{"a":{}}}}',
    b'{"contact_id":true,"contact_details":{"name":{},"phone":[1e400],"cal_email":0},"new":[-0]}',
]


@pytest.mark.parametrize("body", SHAPES, ids=range(len(SHAPES)))
def test_a_signed_body_of_any_shape_is_offered_slots_and_fails_to_book(body: bytes) -> None:
    app = app_of(Diary())
    assert post_raw(app, "/available", body).data == OFFER
    booked = post_raw(app, "/book", body)
    assert (booked.status_code, booked.get_json()["status"]) == (200, "failed")


def test_a_second_key_is_accepted_while_rotating() -> None:
    assert post(app_of(Diary()), "/available", CALLER, key=OLD_KEY).status_code == 200


def test_a_dry_run_books_nothing() -> None:
    diary = Diary()
    rehearsed = post(app_of(diary), "/book", {**CALLER, "start_iso": NINE_ISO, "dry_run": True})
    assert rehearsed.get_json() == {"status": "success"}
    assert rehearsed.headers["X-Bridge-Seen"] == "http 127.0.0.1 forwarded=no"
    assert diary.booked == []


@pytest.mark.parametrize("wanted", [False, None, 1, "true", [], {}])
def test_a_dry_run_asked_for_in_another_way_is_refused_and_never_booked(wanted: object) -> None:
    diary = Diary()
    answer = post(app_of(diary), "/book", {**CALLER, "start_iso": NINE_ISO, "dry_run": wanted}).get_json()
    assert (answer["status"], "nothing was booked" in answer["reason"]) == ("failed", True)
    assert diary.booked == []


@pytest.mark.parametrize("value", ["0", "1", ""])
def test_the_former_header_of_a_dry_run_never_books(value: str) -> None:
    diary = Diary()
    payload = {**CALLER, "start_iso": NINE_ISO}
    answer = post(app_of(diary), "/book", payload, headers={"x-bridge-dry-run": value}).get_json()
    assert answer["status"] == "failed"
    assert diary.booked == []


def test_booking_details_tell_of_the_appointment() -> None:
    response = post(app_of(Diary(), booking_details=True), "/book", {**CALLER, "start_iso": NINE_ISO})
    assert response.get_json() == {
        "status": "success",
        "booking": {
            "id": "b-1",
            "start_iso": "2026-11-24T09:00:00.000Z",
            "end_iso": "2026-11-24T09:30:00.000Z",
            "host": "Anna Weber",
            "location": "Hauptstr. 1, 10827 Berlin",
            "link": "",
        },
    }


def test_what_the_caller_must_still_say_is_asked_for() -> None:
    response = post(app_of(Diary()), "/strict/book", {**CALLER, "start_iso": NINE_ISO})
    assert "e-mail address" in response.get_json()["reason"]


def test_the_caller_reaches_the_service() -> None:
    diary = Diary()
    post(app_of(diary), "/book", {**CALLER, "start_iso": NINE_ISO})
    assert diary.booked[0].contact.contact_id == "c-1"
    assert diary.booked[0].attendee.name == "Max Muster"
    assert diary.booked[0].made_at < datetime(2026, 11, 24, tzinfo=UTC)
