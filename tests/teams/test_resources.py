"""Rooms and devices: one appointment at a time, entered into their calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bridge.model import BookingState
from bridge.scheduling.slots import Rule
from bridge.service.explain import explain_kept
from bridge.service.week import Weeks
from providers.base import EventDraft, Interval
from tests.booking.test_people import follow, person_moves
from tests.cast.clock import HALF_AN_HOUR, HALF_PAST, MONDAY, TEN, PresentClock, tomorrow_at
from tests.cast.config import ANNA, BEN, EVERY_START, salon_config
from tests.cast.fixtures import OpenSalon
from tests.cast.salon import Salon
from tests.cast.unruly import Killed
from tests.vendors.unruly import Trouble

ROOMS = "".join(
    f'[resources.{room}]\nname = "{room.title()}"\ncalendar = "local:{room}"\n' for room in ("room1", "room2")
)
ONE = 'hosts = ["anna", "ben"]\nresources = [["room1"]]\n'
EITHER = 'hosts = ["anna", "ben"]\nresources = [["room1", "room2"]]\n'


def entries(salon: Salon, room: str) -> list[Interval]:
    return [event.interval for event in salon.events(room)]


def busy_room(salon: Salon, room: str) -> None:
    """Let somebody else have a room at ten."""
    draft = EventDraft("Cleaning", Interval(TEN, HALF_PAST), "UTC", private={})
    provider = salon.provider(salon.config.resources[room].booking_calendar)
    provider.create_event(room, salon.bridge.context.new_id(), draft, deadline=salon.patience())


def test_two_hosts_who_share_a_room_are_not_booked_there_at_once(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, rest=ROOMS, visit=ONE + EVERY_START)
    first = salon.booked("visit", "kim", TEN)
    assert first.resources == ("room1",)
    assert salon.claimed(first) == ["anna", "room1"]
    assert "10:00" not in salon.offered("visit")
    refused = salon.ask("visit", "lee", TEN)
    assert refused.reason is not None
    assert refused.reason.startswith("Appointment slot is no longer available")
    assert salon.booked("visit", "lee", HALF_PAST).resources == ("room1",)
    salon.is_consistent()


def test_a_room_is_taken_from_the_moment_it_is_held(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, rest=ROOMS, visit=ONE, other=ONE)
    salon.race(lambda: salon.booked("other", "lee", TEN))
    assert not salon.ask("visit", "kim", TEN).success
    assert [booking.event_type for booking in salon.confirmed()] == ["other"]


def test_twenty_callers_at_once_have_one_appointment_a_slot(store_url: str) -> None:
    salon = Salon(salon_config(store_url, ANNA, BEN, rest=ROOMS, visit=ONE), clock=PresentClock())
    starts = [tomorrow_at(10), tomorrow_at(10) + HALF_AN_HOUR]
    with ThreadPoolExecutor(20) as callers:
        told = list(callers.map(lambda n: salon.ask("visit", f"caller {n}", starts[n % 2]), range(20)))
    assert sum(each.success for each in told) == 2
    assert sorted(booking.interval.start for booking in salon.confirmed()) == starts
    salon.bridge.background.run_due()
    assert sorted(entry.start for entry in entries(salon, "room1")) == starts
    salon.bridge.stop()


def test_the_first_free_room_of_a_list_is_taken(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, rest=ROOMS, visit=EITHER)
    busy_room(salon, "room1")
    assert salon.booked("visit", "kim", TEN).resources == ("room2",)
    assert not salon.ask("visit", "lee", TEN).success
    assert salon.booked("visit", "lee", HALF_PAST).resources == ("room1",)


def test_a_room_that_nobody_can_read_is_not_offered(open_small: OpenSalon) -> None:
    lost = '[resources.room1]\nname = "Room 1"\ncalendar = "google:office@example.com/room1"\n'
    google = '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'
    salon = open_small(ANNA, BEN, rest=lost + google, visit=ONE)
    assert salon.offered("visit") == []
    told = salon.ask("visit", "kim", TEN)
    assert told.reason is not None
    assert "calendar" in told.reason


def test_pages_judge_a_room_like_a_host(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, rest=ROOMS, visit=ONE)
    busy_room(salon, "room1")
    context, kind, now = salon.bridge.context, salon.event_type("visit"), salon.clock.now()
    week = Weeks(context).week(kind, MONDAY.date(), now=now)
    assert ([each.host.id for each in week.hosts], bool(week.told)) == (["anna", "ben"], True)
    found = explain_kept(context, kind, TEN, now, salon.patience())
    assert not found.is_bookable
    assert [(each.host, Rule.FREE in each.failing) for each in found.hosts] == [
        ("anna", False),
        ("ben", False),
        ("room1", True),
    ]


def test_the_entry_of_a_room_goes_where_its_appointment_goes(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, rest=ROOMS, visit=EITHER)
    booking = salon.booked("visit", "kim", TEN)
    salon.bridge.background.run_due()
    assert entries(salon, "room1") == [booking.interval]
    salon.moved(booking, HALF_PAST)
    assert entries(salon, "room1") == [Interval(HALF_PAST, HALF_PAST + HALF_AN_HOUR)]
    busy_room(salon, "room1")
    assert salon.moved(booking, TEN).resources == ("room2",)
    assert [entry.start for entry in entries(salon, "room2")] == [TEN]
    assert salon.claimed(booking) == ["anna", "room2"]
    salon.reception.cancel(salon.booking(booking))
    salon.settle()
    assert entries(salon, "room2") == []
    assert entries(salon, "room1") == [Interval(TEN, HALF_PAST)], "the cleaning stays"


def test_an_appointment_is_not_in_its_own_way_in_the_room(open_small: OpenSalon) -> None:
    long = "duration_minutes = 60\nstart_increment_minutes = 30"
    salon = open_small(ANNA, rest=ROOMS, visit=f'hosts = ["anna"]\nresources = [["room1"]]\n{long}')
    booking = salon.booked("visit", "kim", TEN)
    salon.bridge.background.run_due()
    assert salon.moved(booking, HALF_PAST).interval.start == HALF_PAST
    assert [entry.start for entry in entries(salon, "room1")] == [HALF_PAST]


def test_an_entry_follows_the_event_that_a_person_moves(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, rest=ROOMS, cut='hosts = ["anna"]\nresources = [["room1"]]')
    booking = salon.booked("cut", "kim", TEN)
    follow(salon)
    person_moves(salon, booking, HALF_PAST)
    follow(salon)
    follow(salon)
    assert [entry.start for entry in entries(salon, "room1")] == [HALF_PAST]
    assert salon.booking(booking).state is BookingState.CONFIRMED


def test_what_a_person_does_to_an_entry_is_told_and_left_until_the_next_change(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, rest=ROOMS, visit='hosts = ["anna"]\nresources = [["room1"]]', other=ONE)
    booking = salon.booked("visit", "kim", TEN)
    follow(salon)
    (entry,) = salon.events("room1")
    provider = salon.provider(salon.config.resources["room1"].booking_calendar)
    key = f"entry_changed:{booking.id}/room1"
    for time in (HALF_PAST, TEN):  # moved away, and back
        there = Interval(time, time + HALF_AN_HOUR)
        provider.move_event(replace(entry.ref, etag=None), there, timezone="UTC", deadline=salon.patience())
        follow(salon)
        follow(salon)
        assert (entries(salon, "room1"), salon.bridge.alerts.is_open(key)) == ([there], time != TEN)
    provider.cancel_event(entry.ref, notify=False, deadline=salon.patience())
    follow(salon)
    follow(salon)
    assert (entries(salon, "room1"), salon.bridge.alerts.is_open(key)) == ([], True)
    assert salon.booking(booking).state is BookingState.CONFIRMED
    assert not salon.ask("other", "lee", TEN).success, "it is the appointment's all the same"
    salon.moved(booking, HALF_PAST)
    follow(salon)
    assert [entry.start for entry in entries(salon, "room1")] == [HALF_PAST]
    assert salon.bridge.alerts.open() == []


def test_whatever_happens_to_its_writes_ends_with_one_entry_or_none(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, rest=ROOMS, visit='hosts = ["anna"]\nresources = [["room1"]]')
    troubles = [each for each in Trouble if each is not Trouble.NONE]
    tens = [TEN + timedelta(days=1 + number) for number in range(len(troubles))]

    def in_trouble(steps: Iterable[Callable[[], object]]) -> list[Interval]:
        for step in steps:
            step()
        salon.plan.writes.extend(troubles)
        salon.bridge.background.run_due()
        salon.plan.forget()
        salon.clock.turn(minutes=2)
        salon.bridge.background.run_due()
        salon.unruly.land_all(salon)  # the requests that hung, behind those that were made after them
        salon.settle()
        return sorted(entries(salon, "room1"))

    booked = [partial(salon.booked, "visit", f"caller {ten.day}", ten) for ten in tens]
    assert in_trouble(booked) == sorted(booking.interval for booking in salon.confirmed())
    those = salon.confirmed()
    moved = [partial(salon.reception.move, each, each.interval.start + HALF_AN_HOUR) for each in those]
    assert in_trouble(moved) == sorted(booking.interval for booking in salon.confirmed())
    assert [each.start for each in entries(salon, "room1")] == [ten + HALF_AN_HOUR for ten in tens]
    assert in_trouble(partial(salon.reception.cancel, each) for each in salon.confirmed()) == []
    assert salon.bridge.alerts.open() == []
    salon.is_consistent()


def test_an_entry_whose_calendar_never_answers_is_told(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, rest=ROOMS, visit='hosts = ["anna"]\nresources = [["room1"]]')
    booking = salon.booked("visit", "kim", TEN)
    salon.plan.every_write = Trouble.LATE
    salon.settle()
    assert salon.bridge.alerts.is_open(f"entry:{booking.id}/room1")
    salon.plan.forget()
    salon.unruly.land_all(salon)
    salon.clock.turn(hours=1)
    salon.settle()
    assert (entries(salon, "room1"), salon.bridge.alerts.open()) == ([booking.interval], [])


@pytest.mark.parametrize("step", ["entered", "event_removed"])
def test_whatever_is_killed_leaves_one_entry_or_none(open_salon: OpenSalon, step: str) -> None:
    salon = open_salon(ANNA, rest=ROOMS, visit='hosts = ["anna"]\nresources = [["room1"]]')
    booking = salon.booked("visit", "kim", TEN)
    salon.fatal_step = step if step == "entered" else None
    with pytest.raises(Killed) if salon.fatal_step else nullcontext():
        salon.bridge.background.run_due()
    salon.settle()
    assert entries(salon, "room1") == [booking.interval]
    salon.reception.cancel(salon.booking(booking))
    salon.fatal_step = step
    with suppress(Killed):
        salon.bridge.background.run_due()
    salon.fatal_step = None
    salon.settle()
    assert entries(salon, "room1") == []


def test_a_room_whose_calendar_refuses_alerts_until_it_takes_the_entry(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, rest=ROOMS, visit='hosts = ["anna"]\nresources = [["room1"]]')
    booking = salon.booked("visit", "kim", TEN)
    salon.plan.writes.append(Trouble.REFUSED)
    salon.bridge.background.run_due()
    assert any(alert.key == f"entry:{booking.id}/room1" for alert in salon.bridge.alerts.open())
    salon.settle()
    assert entries(salon, "room1") == [booking.interval]
    assert not any(alert.key.startswith("entry:") for alert in salon.bridge.alerts.open())
