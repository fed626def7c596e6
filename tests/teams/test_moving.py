"""Moving a team's booking: who can stay stays, others are chosen anew, the event follows the organiser."""

from __future__ import annotations

import pytest

from tests.booking.unruly_salon import Killed
from tests.teams.conftest import OpenFirm
from tests.teams.firm import ANNA, BEN, CARL, DORA, HALF_PAST, TEN
from tests.vendors.unruly import Trouble

PAIR = 'hosts = ["anna", "ben"]'
TRIO = 'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]'
GROUPS = 'groups = [["anna", "ben"], ["carl", "dora"]]'


def test_the_host_stays_although_another_is_due(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit=PAIR)
    firm.given("anna", firm.clock.now())
    firm.busy("ben", TEN)
    booking = firm.booked("visit", "kim", TEN)
    assert firm.moved(booking, HALF_PAST).hosts == ("anna",)
    moved = firm.booking(booking)
    assert (moved.hosts, moved.decision) == (("anna",), booking.decision)
    assert firm.write_states(booking) == ["gone", "done"]
    assert [event.interval.start for event in firm.events("anna")] == [HALF_PAST]


def test_when_the_host_is_busy_then_another_is_chosen_and_the_event_changes_calendars(
    open_firm: OpenFirm,
) -> None:
    firm = open_firm(ANNA, BEN, visit=PAIR)
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("anna", HALF_PAST)
    moved = firm.moved(booking, HALF_PAST)
    assert moved.hosts == ("ben",)
    assert firm.calendars_of(booking) == ["ben"]
    assert firm.claimed(booking) == ["ben"]
    assert [part["chosen"] for part in moved.decision] == ["ben"]
    assert firm.write_states(booking) == ["gone", "done"]
    firm.is_consistent()


def test_the_same_caller_with_another_start_is_moved_to_whoever_is_there(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit=PAIR)
    first = firm.booked("visit", "kim", TEN)
    firm.busy("anna", HALF_PAST)
    second = firm.booked("visit", "kim", HALF_PAST)
    assert (second.id, second.hosts) == (first.id, ("ben",))
    firm.bridge.background.run_due()
    assert firm.calendars_of(first) == ["ben"]
    firm.is_consistent()


def test_a_host_who_is_left_is_free_again_at_the_old_time(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR, solo='hosts = ["anna"]')
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("anna", HALF_PAST)
    firm.moved(booking, HALF_PAST)
    assert firm.booked("solo", "lee", TEN).hosts == ("anna",)
    firm.is_consistent()


def test_only_the_group_whose_host_is_busy_chooses_anew(open_firm: OpenFirm) -> None:
    """Of the second group dora is due, but carl can stay."""
    firm = open_firm(ANNA, BEN, CARL, DORA, visit=GROUPS)
    firm.given("carl", firm.clock.now())
    firm.busy("dora", TEN)
    booking = firm.booked("visit", "kim", TEN)
    assert booking.hosts == ("anna", "carl")
    firm.busy("anna", HALF_PAST)
    moved = firm.moved(booking, HALF_PAST)
    assert moved.hosts == ("ben", "carl")
    assert moved.decision[1] == booking.decision[1]
    assert moved.decision[0]["chosen"] == "ben"
    assert firm.calendars_of(booking) == ["ben"]
    assert firm.guests(booking) == ["carl@example.com"]


def test_another_co_host_makes_a_new_event_in_the_same_calendar(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, CARL, visit=TRIO)
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("ben", HALF_PAST)
    assert firm.moved(booking, HALF_PAST).hosts == ("anna", "carl")
    assert firm.calendars_of(booking) == ["anna"]
    assert firm.guests(booking) == ["carl@example.com"]
    assert firm.claimed(booking) == ["anna", "carl"]
    firm.is_consistent()


def test_a_team_may_move_by_less_than_its_own_length(open_firm: OpenFirm) -> None:
    """Old and new time overlap for every host; their own claims do not hinder them."""
    firm = open_firm(
        ANNA, BEN, CARL, visit=f"{TRIO}\nstart_increment_minutes = 10\nbuffer_after_minutes = 15"
    )
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("carl", TEN, 120)
    assert firm.moved(booking, TEN.replace(minute=10)).hosts == ("anna", "ben")
    assert firm.calendars_of(booking) == ["anna"]
    assert len(firm.claims(booking)) == 2


def test_without_a_fixed_host_the_old_appointment_stands(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, CARL, visit=TRIO)
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("anna", HALF_PAST)
    assert not firm.reception.move(booking, HALF_PAST).success
    assert firm.booking(booking).interval.start == TEN
    assert firm.claimed(booking) == ["anna", "ben"]
    firm.is_consistent()


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.DOWN, Trouble.LATE])
def test_when_the_other_calendar_does_not_take_it_the_old_appointment_stands(
    open_small_firm: OpenFirm, trouble: Trouble
) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR)
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("anna", HALF_PAST)
    firm.plan.writes.append(trouble)
    assert not firm.reception.move(booking, HALF_PAST).success
    firm.unruly.land_all(firm)
    firm.settle()
    assert firm.calendars_of(booking) == firm.claimed(booking) == ["anna"]
    assert firm.booking(booking).interval.start == TEN
    firm.is_consistent()


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.GARBLED])
def test_an_event_in_the_other_calendar_whose_answer_was_lost_is_found(
    open_small_firm: OpenFirm, trouble: Trouble
) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR)
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("anna", HALF_PAST)
    firm.plan.writes.append(trouble)
    assert firm.moved(booking, HALF_PAST).hosts == ("ben",)
    firm.settle()
    assert firm.calendars_of(booking) == ["ben"]
    firm.is_consistent()


@pytest.mark.parametrize(
    ("step", "calendar"), [("move_held", "anna"), ("event_moved", "anna"), ("move_confirmed", "ben")]
)
def test_killed_between_two_calendars_exactly_one_holds_the_event(
    open_small_firm: OpenFirm, step: str, calendar: str
) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR)
    booking = firm.booked("visit", "kim", TEN)
    firm.busy("anna", HALF_PAST)
    firm.fatal_step = step
    with pytest.raises(Killed):
        firm.reception.move(booking, HALF_PAST)
    survivor = open_small_firm(ANNA, BEN, clock=firm.clock, visit=PAIR)
    survivor.settle()
    assert survivor.calendars_of(booking) == survivor.claimed(booking) == [calendar]
    survivor.is_consistent()


def test_a_host_taken_out_of_the_event_type_is_replaced_when_moving(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR)
    booking = firm.booked("visit", "kim", TEN)
    later = open_small_firm(ANNA, BEN, clock=firm.clock, visit='hosts = ["ben"]')
    assert later.moved(booking, HALF_PAST).hosts == ("ben",)
    assert later.calendars_of(booking) == ["ben"]


def test_a_host_taken_out_of_the_configuration_is_replaced_when_moving(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR)
    booking = firm.booked("visit", "kim", TEN)
    later = open_small_firm(BEN, clock=firm.clock, visit='hosts = ["ben"]')
    assert later.moved(booking, HALF_PAST).hosts == ("ben",)
    assert later.calendars_of(booking) == later.claimed(booking) == ["ben"]
