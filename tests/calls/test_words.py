"""Words with the times, and the language of the call, through the endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast.config import ANNA, BEN, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at

_TWO = "slots_per_day = 2\ndays_to_look_ahead = 1"


@pytest.fixture
def open_detailed(open_line: OpenLine) -> OpenLine:
    def opened(*staff: Staff, **toml: Any) -> Line:
        return open_line(*staff, telli="slot_details = true", event_type=_TWO, **toml)

    return opened


def test_each_slot_says_when_it_is_and_with_whom(open_detailed: OpenLine) -> None:
    line = open_detailed(ANNA, bridge='timezone = "Europe/Berlin"')
    answer = line.post("/available", {"contact_id": "kim"})
    assert answer["available"][0] == {
        "start_iso": "2026-11-23T07:00:00.000Z",
        "end_iso": "2026-11-23T07:30:00.000Z",
        "spoken": "Monday, November 23 at 8:00 AM",
        "host": "Anna Example",
        "timezone": "Europe/Berlin",
    }
    assert answer["message"] == "Free are Monday, November 23 at 8:00 AM and 11:00 AM."


def test_nobody_is_named_where_one_of_several_will_be_chosen(open_detailed: OpenLine) -> None:
    line = open_detailed(ANNA, BEN)
    assert {slot["host"] for slot in line.post("/available", {})["available"]} == {""}
    wished = line.post("/available", {"contact_details": {"host": "ben", "preferred_time": "10:00"}})
    assert {slot["host"] for slot in wished["available"]} == {"Ben Example"}
    assert wished["message"].startswith("Free are Monday, November 23 at 10:00 AM")


def test_nothing_to_offer_is_said_too(open_detailed: OpenLine) -> None:
    line = open_detailed(Staff("anna", "08:00-08:10"))
    assert line.post("/available", {}) == {
        "available": [],
        "message": "There are no free appointments at the moment.",
    }


@pytest.mark.parametrize(
    "payload",
    [
        {"contact_details": {"language": "German"}},
        {"contact_details": {"Language": "de-AT"}},
        {"contact_details": {}, "contact": {"properties": [{"key": "locale", "value": "de_DE"}]}},
    ],
)
def test_the_call_has_a_language_of_its_own(open_detailed: OpenLine, payload: dict[str, object]) -> None:
    line = open_detailed(ANNA)
    answer = line.post("/available", {"contact_id": "kim", **payload})
    assert answer["available"][0]["spoken"] == "am Montag, dem 23. November um 8:00 Uhr"
    assert answer["message"] == "Frei sind Termine am Montag, dem 23. November um 8:00 und 11:00 Uhr."
    line.book(at(8), "lee")
    refused = line.post("/book", {"start_iso": "2026-11-24T08:00:00.000Z", **payload})
    assert refused["reason"] == (
        "Der Termin ist nicht mehr verfügbar. Die nächsten freien Termine sind am Montag, dem 23. "
        "November um 8:00 Uhr, am Dienstag, dem 24. November um 8:30 Uhr "
        "und am Dienstag, dem 24. November um 9:00 Uhr."
    )
    assert line.post("/available", {})["message"].startswith("Free are")


def test_a_language_that_is_not_spoken_here_changes_nothing(open_detailed: OpenLine) -> None:
    line = open_detailed(ANNA)
    for said in ("Klingon", "", 7, None):
        answer = line.post("/available", {"contact_details": {"language": said}})
        assert answer["message"].startswith("Free are")


def test_without_the_setting_only_the_documented_members_are_told(open_line: OpenLine) -> None:
    answer = open_line(ANNA).post("/available", {})
    assert set(answer) == {"available"}
    assert {key for slot in answer["available"] for key in slot} == {"start_iso", "end_iso"}
