"""What a caller wishes for, through the endpoints."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.model import Ability
from providers.errors import AccessDenied
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import at

WEEK = "horizon_days = 21"


def starts(answer: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(slot["start_iso"]) for slot in answer["available"]]


def test_a_refusal_names_the_nearest_times_before_and_after(open_line: OpenLine) -> None:
    line = open_line(ANNA, event_type=WEEK)
    line.book(at(10, day=27), "lee")
    assert line.book(at(10, day=27), "kim")["reason"] == (
        "Appointment slot is no longer available. The next free times are Friday, November 27 at 9:00 AM, "
        "Friday, November 27 at 9:30 AM, and Friday, November 27 at 10:30 AM."
    )


@pytest.mark.parametrize(
    ("details", "first"),
    [
        ({"preferred_date": "2026-12-03"}, at(8) + timedelta(days=9)),
        ({"preferred_date": "next Thursday", "preferred_daypart": "afternoon"}, at(12, day=26)),
        ({"preferred_date": "übermorgen Nachmittag"}, at(12, day=25)),
        ({"preferred_weekday": "Friday", "preferred_time": "14:30"}, at(14, 30, day=27)),
        ({"preferred_time": "2 pm"}, at(14, day=23)),
        ({"earliest_date": "2026-12-01"}, at(8) + timedelta(days=7)),
        ({"preferredDate": "2024-12-03"}, at(8) + timedelta(days=9)),
    ],
)
def test_available_begins_with_what_is_nearest_to_the_wish(
    open_line: OpenLine, details: dict[str, str], first: datetime
) -> None:
    line = open_line(event_type=WEEK)
    offered = line.available(**details)
    assert offered[0] == first
    assert 1 < len(offered) <= 6


@pytest.mark.parametrize(
    "details", [{"preferred_date": "soonish"}, {"host": "nobody"}, {"preferred_time": 7}]
)
def test_what_cannot_be_read_is_no_wish(open_line: OpenLine, details: dict[str, Any]) -> None:
    line = open_line()
    assert line.available(**details) == line.available()


def test_a_host_wished_for_is_the_only_one_offered(open_line: OpenLine) -> None:
    line = open_line(event_type=WEEK)
    for who in ("kim", "lee"):
        line.book(at(9), who)
    anna = next(booking for booking in line.confirmed() if booking.hosts == ("anna",))
    assert line.book(at(10, day=24), "max")["status"] == "success"
    busy = {booking.interval.start for booking in line.confirmed() if booking.hosts == ("anna",)}
    offered = line.available(host="Anna", preferred_date="2026-11-24", preferred_time="9:00")
    assert anna.interval.start not in offered
    assert not busy & set(offered)


def test_find_tells_all_free_times_of_a_day_nearest_to_the_wish_first(open_line: OpenLine) -> None:
    line = open_line(event_type=WEEK)
    answer = line.find(preferred_date="2026-12-03", preferred_time="15:00")
    assert len(answer["available"]) == 24
    assert starts(answer)[:3] == [
        at(15) + timedelta(days=9),
        at(14, 30) + timedelta(days=9),
        at(15, 30) + timedelta(days=9),
    ]
    assert answer["spoken"].startswith("Free are Thursday, December 3 at")
    limited = line.find(preferred_date="2026-12-03", preferred_time="9:00", limit=2)
    assert limited["spoken"] == "Free are Thursday, December 3 at 8:30 AM and 9:00 AM."


def test_find_says_why_a_day_has_nothing_in_four_different_sentences(open_line: OpenLine) -> None:
    line = open_line(
        event_type=WEEK + "\nopen_hours = { tuesday = ['08:00-09:00'], wednesday = ['08:00-09:00'] }",
        notice=60,
    )
    line.clock.turn(hours=7)
    for who in ("kim", "lee"):
        for minute in (0, 30):
            assert line.book(at(8, minute), f"{who}{minute}")["status"] == "success"
    said = {
        day: line.find(preferred_date=day)["spoken"].partition(". The next")
        for day in ("2026-11-26", "2026-11-24", "2026-11-20", "2027-03-01")
    }
    assert [text for text, _, _ in said.values()] == [
        "No appointments are offered on Thursday, November 26",
        "Everything is booked on Tuesday, November 24",
        "It is too late for an appointment on Friday, November 20",
        "That is too far ahead: nothing can be booked yet on Monday, March 1",
    ]
    assert all(
        rest.startswith(" free times are Wednesday, November 25 at 8:00 AM")
        for _, _, rest in list(said.values())[:3]
    )


def test_find_says_that_a_calendar_takes_no_appointments(open_line: OpenLine) -> None:
    line = open_line(event_type=WEEK)
    for host in ("anna", "ben"):
        name = line.config.hosts[host].booking_calendar
        line.bridge.health.write_refused(name, AccessDenied("local", "create_event", "read-only"), at(9))
    answer = line.find(preferred_date="2026-11-24")
    assert answer["available"] == []
    assert answer["spoken"].startswith("The calendar takes no new appointments at the moment.")
    line.bridge.health.good(line.config.hosts["ben"].booking_calendar, Ability.WRITE)
    assert line.find(preferred_date="2026-11-24")["available"]


def test_find_says_how_an_impossible_year_was_understood(open_line: OpenLine) -> None:
    line = open_line(event_type=WEEK)
    spoken = line.find(preferred_date="2024-12-03", limit=1)["spoken"]
    assert spoken == (
        "“2024-12-03” was taken to mean an appointment on Thursday, December 3. "
        "Free are Thursday, December 3 at 8:00 AM."
    )


def test_find_speaks_german(open_line: OpenLine) -> None:
    line = open_line(event_type=WEEK, bridge='locale = "de_DE"')
    assert line.find(preferred_date="nächsten Donnerstag", preferred_time="14 Uhr", limit=1)["spoken"] == (
        "Frei sind Termine am Donnerstag, dem 26. November um 14:00 Uhr."
    )
    assert line.find(preferred_date="2027-03-01")["spoken"].startswith(
        "Das liegt zu weit in der Zukunft: am Montag, dem 1. März kann noch nicht gebucht werden. "
    )


def test_a_bad_token_is_turned_away_whatever_it_asks(open_line: OpenLine) -> None:
    line = open_line()
    client = line.app.test_client()
    for headers in ({}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic fake-tool-token"}):
        for path in ("/find", "/cut/find", "/nothing/find"):
            assert client.post(path, data=b"{", headers=headers).status_code == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"limit": "x", "preferred_date": []}', b'{"limit": 0}'])
def test_a_good_token_is_always_answered(open_line: OpenLine, body: bytes) -> None:
    line = open_line()
    headers = {"Authorization": "Bearer fake-tool-token"}
    for path in ("/find", "/nothing/find"):
        answer = line.app.test_client().post(path, data=body, headers=headers)
        assert answer.status_code == 200
        assert set(answer.json or {}) == {"available", "spoken"}
