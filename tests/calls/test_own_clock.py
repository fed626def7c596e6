"""Times are told by the event type's clock, and by the caller's own where that shows another."""

from __future__ import annotations

import pytest

from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import at
from tests.vendors.telli import FakeTelli

_TWO = "slots_per_day = 2\ndays_to_look_ahead = 1\n"
_IN_PERSON = 'meeting_platform = "in_person"\naddress = "Musterweg 1"\n'
BERLIN = 'timezone = "Europe/Berlin"\nbook_deadline_seconds = 20'
NEW_YORK = {"timezoneIana": "America/New_York"}


def test_a_refusal_names_free_times_by_both_clocks(open_line: OpenLine) -> None:
    line = open_line(ANNA, bridge=BERLIN)
    line.book(at(8), "lee")
    refused = line.book(at(8), payload={"contact": NEW_YORK})
    assert refused["reason"].endswith(
        "Tuesday, November 24 at 8:30 AM, and Tuesday, November 24 at 9:30 AM. In your time zone that is "
        "Tuesday, November 24 at 2:00 AM, 2:30 AM, and 3:30 AM."
    )


def test_offers_are_worded_by_both_clocks(open_line: OpenLine) -> None:
    line = open_line(ANNA, telli="slot_details = true", event_type=_TWO, bridge=BERLIN)
    told = line.post("/available", {"contact": NEW_YORK, "contact_details": {"language": "de"}})
    assert told["available"][0]["spoken"] == (
        "am Montag, dem 23. November um 8:00 Uhr (in Ihrer Zeitzone am Montag, dem 23. November um 2:00 Uhr)"
    )
    assert told["message"] == (
        "Frei sind Termine am Montag, dem 23. November um 8:00 und 11:00 Uhr. "
        "In Ihrer Zeitzone ist das am Montag, dem 23. November um 2:00 und 5:00 Uhr."
    )
    assert "Zeitzone" not in line.post("/available", {"contact_details": {"language": "de"}})["message"]


@pytest.mark.parametrize("zone", ["Europe/Vienna", "Nowhere/City", "Europe", "../etc/passwd", "", 7, None])
def test_a_clock_that_shows_the_same_or_none_adds_nothing(open_line: OpenLine, zone: object) -> None:
    line = open_line(ANNA, telli="slot_details = true", event_type=_TWO, bridge=BERLIN)
    told = line.post("/available", {"contact": {"timezoneIana": zone}})
    assert told["message"] == "Free are Monday, November 23 at 8:00 AM and 11:00 AM."


def test_who_is_to_come_reads_the_clock_there(open_line: OpenLine) -> None:
    line = open_line(ANNA, telli="slot_details = true", event_type=_TWO + _IN_PERSON, bridge=BERLIN)
    told = line.post("/available", {"contact": NEW_YORK})
    assert "time zone" not in told["message"] + told["available"][0]["spoken"]
    line.book(at(8), "lee")
    assert "time zone" not in line.book(at(8), payload={"contact": NEW_YORK})["reason"]


def test_tools_tell_appointments_by_both_clocks(open_line: OpenLine) -> None:
    line = open_line(ANNA, bridge=BERLIN)
    line.book(at(8))
    own = {"contact_id": "kim", "timezone": "America/New_York"}
    headers = {"Authorization": "Bearer fake-tool-token"}
    spoken = (
        line.app.test_client().post("/tools/appointments", json=own, headers=headers).get_json()["spoken"]
    )
    assert spoken.endswith("at 9:00 AM (Tuesday, November 24 at 3:00 AM in your time zone).")
    found = line.find(preferred_date="2026-11-24", limit=1, timezone="America/New_York", language="German")
    assert found["spoken"].startswith("Frei sind Termine am Dienstag, dem 24. November um 8:00 Uhr. In Ihrer")


def test_the_zone_may_be_known_from_telli_alone(open_line: OpenLine) -> None:
    with FakeTelli() as telli:
        telli.add_contact("kim", **NEW_YORK)
        line = open_line(ANNA, telli=f'lookup_contacts = true\napi_url = "{telli.url}"', bridge=BERLIN)
        line.book(at(8), "lee")
        assert "In your time zone that is Tuesday" in line.book(at(8), "kim")["reason"]
