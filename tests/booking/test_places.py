"""Appointments at several addresses: each where its host is by then, with time for the way between two."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bridge.model import Booking
from bridge.service.explain import explain
from bridge.store.sql import writes
from tests.booking.test_people import follow, person_moves
from tests.cast.clock import MONDAY
from tests.cast.config import Staff
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon

ANNA = Staff("anna", "08:00-12:00 @ practice, 12:00-20:00 @ branch")
TOWN = """
[places.practice]
address = "Hauptstr. 1, 10827 Berlin"
[places.branch]
address = "Nebenstr. 2, 10827 Berlin"
[travel]
"practice.branch" = 30
"""
PRACTICE, BRANCH = "Hauptstr. 1, 10827 Berlin", "Nebenstr. 2, 10827 Berlin"


def at(hour: int, minute: int = 0) -> datetime:
    return MONDAY.replace(hour=hour, minute=minute)


@pytest.fixture
def town(open_salon: OpenSalon) -> UnrulySalon:
    return open_salon(ANNA, rest=TOWN, cut='hosts = ["anna"]\nmeeting_platform = "in_person"')


@pytest.fixture
def small_town(open_small: OpenSalon) -> UnrulySalon:
    return open_small(ANNA, rest=TOWN, cut='hosts = ["anna"]\nmeeting_platform = "in_person"')


def told_in_event(salon: UnrulySalon, booking: Booking) -> str:
    with salon.bridge.store.read() as connection:
        return writes.draft_of(connection, writes.of_booking(connection, booking.id)[-1]).location


def test_an_appointment_is_where_its_host_is_by_then(town: UnrulySalon) -> None:
    morning = town.booked("cut", "kim", at(11, 30))
    assert (morning.location, told_in_event(town, morning)) == (PRACTICE, PRACTICE)
    town.bridge.background.run_due()
    refused = town.ask("cut", "lee", at(12))
    assert refused.reason is not None
    assert refused.reason.startswith("Appointment slot is no longer available")
    assert town.booked("cut", "lee", at(12, 30)).location == BRANCH
    town.is_consistent()


def test_a_rival_at_the_other_end_of_the_way_is_seen_before_its_event_is(town: UnrulySalon) -> None:
    town.race(lambda: town.booked("cut", "lee", at(11, 30)))
    assert not town.ask("cut", "kim", at(12)).success
    assert [booking.location for booking in town.confirmed()] == [PRACTICE]


def test_a_moved_appointment_is_at_its_new_place(small_town: UnrulySalon) -> None:
    booking = small_town.booked("cut", "kim", at(11))
    small_town.moved(booking, at(12, 30))
    assert small_town.booking(booking).location == told_in_event(small_town, booking) == BRANCH
    assert small_town.booked("cut", "lee", at(11, 30)).location == PRACTICE
    assert small_town.reception.move(booking, at(11)).success, "half of the way is its own"
    small_town.is_consistent()


def test_an_event_that_a_person_moves_to_another_place_tells_it(small_town: UnrulySalon) -> None:
    booking = small_town.booked("cut", "kim", at(11))
    follow(small_town)
    person_moves(small_town, booking, at(14))
    follow(small_town)
    follow(small_town)
    assert small_town.booking(booking).location == told_in_event(small_town, booking) == BRANCH


def test_an_event_moved_too_close_to_another_place_keeps_no_way_and_alerts(town: UnrulySalon) -> None:
    mine, _other = town.booked("cut", "kim", at(9)), town.booked("cut", "lee", at(12))
    follow(town)
    person_moves(town, mine, at(11, 30))
    follow(town)
    assert [claim.interval.start for claim in town.claims(mine)] == [at(11, 30)]
    assert any(alert.key == f"overlap:{mine.id}" for alert in town.bridge.alerts.open())
    person_moves(town, mine, at(11))
    follow(town)
    assert town.bridge.alerts.open() == []


def test_an_entry_of_the_hosts_own_is_where_the_hours_are(small_town: UnrulySalon) -> None:
    small_town.busy("anna", at(11, 30))
    assert not small_town.ask("cut", "kim", at(12)).success
    assert small_town.ask("cut", "kim", at(12) + timedelta(minutes=30)).success


def test_hosts_of_one_appointment_in_person_are_at_one_place(open_small: OpenSalon) -> None:
    salon = open_small(
        ANNA,
        Staff("ben", "08:00-20:00 @ practice"),
        Staff("carl", "08:00-20:00 @ branch"),
        Staff("dora", "08:00-20:00"),
        rest=TOWN,
        both='fixed_hosts = ["anna", "ben"]\nmeeting_platform = "in_person"\nhours_between_suggestions = 0',
        either='fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]\nmeeting_platform = "in_person"',
        anywhere='fixed_hosts = ["anna", "dora"]\nmeeting_platform = "in_person"',
        call='fixed_hosts = ["anna", "ben"]\nmeeting_platform = "phone"',
    )
    assert not salon.ask("both", "kim", at(14)).success
    assert all(time < "12:00" for time in salon.offered("both"))
    judged = explain(salon.bridge.context, salon.event_type("both"), at(14), salon.patience())
    assert (judged.is_bookable, judged.is_apart) == (False, True)
    assert salon.booked("both", "kim", at(8)).location == PRACTICE
    assert salon.booked("either", "lee", at(14)).hosts == ("anna", "carl")
    assert salon.booked("anywhere", "max", at(15)).location == BRANCH
    assert salon.booked("call", "eve", at(16)).hosts == ("anna", "ben")
    moved = salon.booked("either", "ida", at(10))
    assert moved.hosts == ("anna", "ben")
    assert salon.moved(moved, at(18)).hosts == ("anna", "carl"), (
        "who keeps the place, not the caller's last host"
    )
    salon.is_consistent()
