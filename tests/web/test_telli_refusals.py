"""What is refused, in which order, and what happens when the service breaks."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask

from bridge.errors import AlreadyMoved, StoreUnavailable
from bridge.speech.reasons import Speech
from bridge.web.telli import telli_blueprint
from tests.web.diary import NINE, Diary, Notes, app_of
from tests.web.telli_caller import CALLER, NINE_ISO, post, post_raw

UNVERIFIED = {"error": "invalid signature"}


@pytest.mark.parametrize("path", ["/available", "/book", "/consultation/book", "/nonsense/available"])
@pytest.mark.parametrize("body", [b"{}", b"", b"not json", b"\xff\xfe", b'"text"', b"[" * 60_000])
def test_without_a_good_signature_everything_is_401_even_unknown_event_types(path: str, body: bytes) -> None:
    notes = Notes()
    response = app_of(Diary(), notes=notes).test_client().post(path, data=body)
    assert (response.status_code, response.get_json()) == (401, UNVERIFIED)
    assert notes.outcomes == [("refused", "invalid_signature")]


def test_invalid_json_is_401_although_signed() -> None:
    response = post_raw(app_of(Diary()), "/available", b'{"a":1')
    assert (response.status_code, response.get_json()) == (401, UNVERIFIED)


@pytest.mark.parametrize("path", ["/nonsense/available", "/nonsense/book", "/%C3%BC%20x/available"])
def test_an_unknown_event_type_is_404_and_names_no_other(path: str) -> None:
    response = post(app_of(Diary()), path, CALLER)
    assert (response.status_code, response.get_json()) == (404, {"error": "unknown event type"})


def test_without_a_default_event_type_the_short_addresses_are_404() -> None:
    assert post(app_of(Diary(default=None)), "/available", CALLER).status_code == 404


@pytest.mark.parametrize("path", ["/available", "/consultation/book"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FROB"])
def test_another_method_is_405_in_json(path: str, method: str) -> None:
    response = app_of(Diary()).test_client().open(path, method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert response.content_type == "application/json"


def test_other_pages_keep_their_own_405() -> None:
    app = app_of(Diary())
    app.add_url_rule("/page", "page", lambda: "hello")
    response = app.test_client().post("/page")
    assert (response.status_code, response.mimetype) == (405, "text/html")


def body_of(size: int) -> bytes:
    frame = json.dumps({**CALLER, "note": ""}, separators=(",", ":"))
    return frame.replace('"note":""', f'"note":"{"x" * (size - len(frame))}"').encode("ascii")


@pytest.mark.parametrize(("size", "status"), [(65_536, 200), (65_537, 413), (200_000, 413)])
def test_a_body_of_64_kib_is_read_and_one_byte_more_is_413(size: int, status: int) -> None:
    assert post_raw(app_of(Diary()), "/available", body_of(size)).status_code == status


def test_413_comes_before_the_signature_and_in_json() -> None:
    response = app_of(Diary()).test_client().post("/book", data=b"x" * 70_000)
    assert (response.status_code, response.get_json()) == (413, {"error": "body too large"})


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("available", {"available": []}),
        ("book", {"status": "failed", "reason": "This request is not about booking an appointment."}),
    ],
)
def test_a_body_for_another_endpoint_does_nothing(name: str, answer: object) -> None:
    diary = Diary()
    response = post(app_of(diary), f"/{name}", {**CALLER, "start_iso": NINE_ISO, "event": "contact_lookup"})
    assert (response.status_code, response.get_json()) == (200, answer)
    assert diary.booked == []


def test_a_fault_is_answered_in_words_and_logged_by_its_id_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notes = Notes()
    app = app_of(Diary(fault=RuntimeError("+49 30 123456 Max Muster")), notes=notes)
    with caplog.at_level(logging.ERROR):
        offered = post(app, "/available", CALLER)
        booked = post(app, "/book", {**CALLER, "start_iso": NINE_ISO})
    assert (offered.status_code, offered.get_json()) == (200, {"available": []})
    assert booked.status_code == 200
    assert booked.get_json()["status"] == "failed"
    assert booked.get_json()["reason"].startswith("Something went wrong")
    assert notes.outcomes == [("fault", "fault"), ("fault", "fault")]
    assert len(caplog.messages) == 2
    assert all("RuntimeError" in line and "diary.py" in line for line in caplog.messages)
    assert "Muster" not in caplog.text


def test_a_database_that_is_gone_is_told_without_jargon_and_is_no_fault() -> None:
    notes = Notes()
    app = app_of(Diary(fault=StoreUnavailable("database is locked")), notes=notes)
    assert post(app, "/available", CALLER).get_json() == {"available": []}
    booked = post(app, "/book", {**CALLER, "start_iso": NINE_ISO}).get_json()
    assert booked == {
        "status": "failed",
        "reason": "The appointment could not be saved. Please try again in a moment.",
    }
    assert notes.outcomes == [("failed", "store_unavailable"), ("failed", "store_unavailable")]


def test_a_refusal_of_the_service_is_told_in_the_event_types_time() -> None:
    app = app_of(Diary(fault=AlreadyMoved("moved", NINE)))
    assert post(app, "/book", {**CALLER, "start_iso": NINE_ISO}).get_json() == {
        "status": "failed",
        "reason": "The appointment has already been moved to Tuesday, November 24 at 10:00 AM.",
    }


def test_a_fault_before_the_event_type_is_known_is_answered_too() -> None:
    class Broken(Diary):
        def event_type(self, name: str | None) -> object:  # type: ignore[override]
            raise KeyError(name)

    response = post(app_of(Broken()), "/book", CALLER)
    assert (response.status_code, response.get_json()["status"]) == (200, "failed")


def test_telli_is_not_served_without_keys() -> None:
    for keys in ([], [""], ["good", "  "]):
        with pytest.raises(ValueError, match="key"):
            telli_blueprint(Diary(), keys=keys, speech=Speech("en_US"), journal=Notes())


def test_what_stands_in_front_of_the_endpoints_may_refuse_in_json() -> None:
    app = app_of(Diary())

    @app.before_request
    def refuse() -> None:
        Flask.aborter_class()(503)

    response = post(app, "/available", CALLER)
    assert (response.status_code, response.get_json()) == (503, {"error": "service unavailable"})
