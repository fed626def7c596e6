"""Moving a team's booking: who can stay stays, others are chosen anew, the event follows the organiser."""

from __future__ import annotations

import pytest

from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import ANNA, BEN, CARL, DORA
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import Killed
from tests.vendors.unruly import Trouble

PAIR = 'hosts = ["anna", "ben"]'
TRIO = 'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]'
GROUPS = 'groups = [["anna", "ben"], ["carl", "dora"]]'


def test_the_host_stays_although_another_is_due(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=PAIR)
    salon.given("anna", salon.clock.now())
    salon.busy("ben", TEN)
    booking = salon.booked("visit", "kim", TEN)
    assert salon.moved(booking, HALF_PAST).hosts == ("anna",)
    moved = salon.booking(booking)
    assert (moved.hosts, moved.decision) == (("anna",), booking.decision)
    assert salon.write_states(booking) == ["gone", "done"]
    assert [event.interval.start for event in salon.events("anna")] == [HALF_PAST]


def test_when_the_host_is_busy_then_another_is_chosen_and_the_event_changes_calendars(
    open_salon: OpenSalon,
) -> None:
    salon = open_salon(ANNA, BEN, visit=PAIR)
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("anna", HALF_PAST)
    moved = salon.moved(booking, HALF_PAST)
    assert moved.hosts == ("ben",)
    assert salon.calendars_of(booking) == ["ben"]
    assert salon.claimed(booking) == ["ben"]
    assert [part["chosen"] for part in moved.decision] == ["ben"]
    assert salon.write_states(booking) == ["gone", "done"]
    salon.is_consistent()


def test_the_same_caller_with_another_start_is_moved_to_whoever_is_there(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=PAIR)
    first = salon.booked("visit", "kim", TEN)
    salon.busy("anna", HALF_PAST)
    second = salon.booked("visit", "kim", HALF_PAST)
    assert (second.id, second.hosts) == (first.id, ("ben",))
    salon.bridge.background.run_due()
    assert salon.calendars_of(first) == ["ben"]
    salon.is_consistent()


def test_a_host_who_is_left_is_free_again_at_the_old_time(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR, solo='hosts = ["anna"]')
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("anna", HALF_PAST)
    salon.moved(booking, HALF_PAST)
    assert salon.booked("solo", "lee", TEN).hosts == ("anna",)
    salon.is_consistent()


def test_only_the_group_whose_host_is_busy_chooses_anew(open_salon: OpenSalon) -> None:
    """Of the second group dora is due, but carl can stay."""
    salon = open_salon(ANNA, BEN, CARL, DORA, visit=GROUPS)
    salon.given("carl", salon.clock.now())
    salon.busy("dora", TEN)
    booking = salon.booked("visit", "kim", TEN)
    assert booking.hosts == ("anna", "carl")
    salon.busy("anna", HALF_PAST)
    moved = salon.moved(booking, HALF_PAST)
    assert moved.hosts == ("ben", "carl")
    assert moved.decision[1] == booking.decision[1]
    assert moved.decision[0]["chosen"] == "ben"
    assert salon.calendars_of(booking) == ["ben"]
    assert salon.guests(booking) == ["carl@example.com"]


def test_another_co_host_makes_a_new_event_in_the_same_calendar(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, CARL, visit=TRIO)
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("ben", HALF_PAST)
    assert salon.moved(booking, HALF_PAST).hosts == ("anna", "carl")
    assert salon.calendars_of(booking) == ["anna"]
    assert salon.guests(booking) == ["carl@example.com"]
    assert salon.claimed(booking) == ["anna", "carl"]
    salon.is_consistent()


def test_a_team_may_move_by_less_than_its_own_length(open_salon: OpenSalon) -> None:
    """Old and new time overlap for every host; their own claims do not hinder them."""
    salon = open_salon(
        ANNA, BEN, CARL, visit=f"{TRIO}\nstart_increment_minutes = 10\nbuffer_after_minutes = 15"
    )
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("carl", TEN, 120)
    assert salon.moved(booking, TEN.replace(minute=10)).hosts == ("anna", "ben")
    assert salon.calendars_of(booking) == ["anna"]
    assert len(salon.claims(booking)) == 2


def test_without_a_fixed_host_the_old_appointment_stands(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, CARL, visit=TRIO)
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("anna", HALF_PAST)
    assert not salon.reception.move(booking, HALF_PAST).success
    assert salon.booking(booking).interval.start == TEN
    assert salon.claimed(booking) == ["anna", "ben"]
    salon.is_consistent()


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.DOWN, Trouble.LATE])
def test_when_the_other_calendar_does_not_take_it_the_old_appointment_stands(
    open_small: OpenSalon, trouble: Trouble
) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR)
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("anna", HALF_PAST)
    salon.plan.every_write = trouble
    assert not salon.reception.move(booking, HALF_PAST).success
    salon.plan.forget()
    salon.unruly.land_all(salon)
    salon.settle()
    assert salon.calendars_of(booking) == salon.claimed(booking) == ["anna"]
    assert salon.booking(booking).interval.start == TEN
    salon.is_consistent()


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.GARBLED])
def test_an_event_in_the_other_calendar_whose_answer_was_lost_is_found(
    open_small: OpenSalon, trouble: Trouble
) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR)
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("anna", HALF_PAST)
    salon.plan.writes.append(trouble)
    assert salon.moved(booking, HALF_PAST).hosts == ("ben",)
    salon.settle()
    assert salon.calendars_of(booking) == ["ben"]
    salon.is_consistent()


@pytest.mark.parametrize(
    ("step", "calendar"), [("move_held", "anna"), ("event_moved", "anna"), ("move_confirmed", "ben")]
)
def test_killed_between_two_calendars_exactly_one_holds_the_event(
    open_small: OpenSalon, step: str, calendar: str
) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR)
    booking = salon.booked("visit", "kim", TEN)
    salon.busy("anna", HALF_PAST)
    salon.fatal_step = step
    with pytest.raises(Killed):
        salon.reception.move(booking, HALF_PAST)
    survivor = open_small(ANNA, BEN, clock=salon.clock, visit=PAIR)
    survivor.settle()
    assert survivor.calendars_of(booking) == survivor.claimed(booking) == [calendar]
    survivor.is_consistent()


def test_a_host_taken_out_of_the_event_type_is_replaced_when_moving(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR)
    booking = salon.booked("visit", "kim", TEN)
    later = open_small(ANNA, BEN, clock=salon.clock, visit='hosts = ["ben"]')
    assert later.moved(booking, HALF_PAST).hosts == ("ben",)
    assert later.calendars_of(booking) == ["ben"]


def test_a_host_taken_out_of_the_configuration_is_replaced_when_moving(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR)
    booking = salon.booked("visit", "kim", TEN)
    later = open_small(BEN, clock=salon.clock, visit='hosts = ["ben"]')
    assert later.moved(booking, HALF_PAST).hosts == ("ben",)
    assert later.calendars_of(booking) == later.claimed(booking) == ["ben"]
