"""Appointments at several places: one place each, and time for the way between two."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bridge.model import Places
from bridge.scheduling.hours import HoursFrom, hours_of, place_at, with_set_days
from bridge.scheduling.offers import window_around
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from providers.base import Interval
from tests.scheduling.building import (
    bookable_starts,
    clock,
    event_type,
    free,
    host,
    local,
    minutes,
    schedule,
    span,
    wall,
    weekdays,
)

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 22)
NOW = local("2026-11-23 07:00")
TOWN = Places(
    {"practice": "Hauptstr. 1", "branch": "Nebenstr. 2", "home": "Ring 3"},
    {frozenset(("practice", "branch")): minutes(30)},
)
HOURS = schedule(weekdays("09:00-12:00 @ practice", "12:00-17:00 @ branch"))
VISIT = event_type(30, places=TOWN, horizon_days=0)


def busy(start: str, end: str) -> Interval:
    return span(f"2026-11-23 {start}", end)


def broken(time: HostTime, start: str, **rules: Any) -> list[Rule]:
    kind = event_type(30, places=TOWN, horizon_days=0, **rules)
    return list(failing_rules(kind, time, local(f"2026-11-23 {start}"), NOW))


def test_a_slot_lies_in_the_hours_of_one_place() -> None:
    long = event_type(60, start_increment=minutes(30), places=TOWN, horizon_days=0)
    starts = clock(list(bookable_starts(long, {"anna": free(hours=HOURS)}, NOW)))
    assert starts[4:6] == ["23 11:00", "23 12:00"]


def test_hours_of_one_place_that_meet_are_one() -> None:
    meeting = schedule(weekdays("09:00-12:00 @ practice", "12:00-17:00 @ practice"))
    assert broken(free(hours=meeting), "11:45", start_increment=minutes(15)) == []


@pytest.mark.parametrize(
    ("place", "start", "fits"),
    [
        ("practice", "12:00", False),
        ("practice", "12:30", True),
        ("branch", "12:00", True),
        ("home", "12:00", True),  # whose way nobody has told
    ],
)
def test_between_appointments_at_two_places_the_way_fits(place: str, start: str, fits: bool) -> None:
    taken = TOWN.ends_at(place, busy("11:30", "12:00"))
    assert broken(free(hours=HOURS, ways=taken), start) == ([] if fits else [Rule.TRAVEL])


def test_the_way_to_the_next_appointment_fits_too() -> None:
    taken = TOWN.ends_at("branch", busy("12:00", "12:30"))
    assert broken(free(hours=HOURS, ways=taken), "11:00") == []
    assert broken(free(hours=HOURS, ways=taken), "11:30") == [Rule.TRAVEL]


def test_buffers_are_no_time_to_travel() -> None:
    taken = TOWN.ends_at("practice", busy("11:00", "11:45"))
    time = free(hours=HOURS, ways=taken)
    assert broken(time, "12:15", start_increment=minutes(15)) == []
    assert broken(time, "12:15", start_increment=minutes(15), buffer_before=minutes(5)) == [Rule.TRAVEL]


@pytest.mark.parametrize(
    ("entry", "start", "fits"),
    [
        (busy("11:00", "12:00"), "12:00", False),
        (busy("11:00", "12:00"), "12:30", True),
        (busy("12:00", "12:30"), "11:30", False),
        (busy("12:00", "12:30"), "12:30", True),
        (busy("08:00", "09:00"), "12:00", True),
    ],
)
def test_what_other_calendars_tell_is_where_the_hours_are(entry: Interval, start: str, fits: bool) -> None:
    assert broken(free(hours=HOURS, busy=(entry,)), start) == ([] if fits else [Rule.TRAVEL])


def test_offers_leave_out_what_the_way_takes() -> None:
    time = free(hours=HOURS, busy=(busy("11:30", "12:00"),))
    starts = clock(list(bookable_starts(VISIT, {"anna": time}, NOW)))
    assert starts[4:6] == ["23 11:00", "23 12:30"]


def test_the_busy_time_that_must_be_known_reaches_over_the_longest_way() -> None:
    start = local("2026-11-23 10:00")
    assert window_around(VISIT, start) == busy("09:30", "11:00")


@pytest.mark.parametrize(
    ("time", "place"),
    [
        (busy("09:00", "12:00"), "practice"),
        (busy("16:30", "17:00"), "branch"),
        (busy("11:45", "12:15"), ""),
        (busy("17:00", "17:30"), ""),
    ],
)
def test_a_time_is_at_the_place_whose_hours_hold_all_of_it(time: Interval, place: str) -> None:
    assert place_at(HOURS, time) == place


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ("08:00-10:00", "08:00-10:00 @ practice"),
        ("10:00-19:00", "10:00-12:00 @ practice, 12:00-19:00 @ branch"),
    ],
)
def test_hours_set_by_hand_are_where_that_weekdays_are(hours: str, told: str) -> None:
    by_hand = with_set_days(host(hours=HOURS), ((MONDAY, wall(hours)),)).schedule
    assert hours_of(by_hand, MONDAY) == (HoursFrom.SET_DAY, wall(*told.split(", ")))


def test_hours_set_by_hand_on_a_closed_day_are_at_the_first_place() -> None:
    by_hand = with_set_days(host(hours=HOURS), ((SUNDAY, wall("10:00-12:00")),)).schedule
    assert hours_of(by_hand, SUNDAY)[1] == wall("10:00-12:00 @ practice")
