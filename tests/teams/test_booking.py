"""Booking a team: who organises, who is invited, whose time is taken, and how all of it is given back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.attendee import CallerRequest
from bridge.model import BookingState
from providers.base import Interval
from tests.cast.clock import HALF_AN_HOUR, HALF_PAST, TEN
from tests.cast.config import ANNA, BEN, CARL, DORA, EVERY_START
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon
from tests.vendors.unruly import Trouble

TEAMS = {
    "round robin": ('hosts = ["anna", "ben"]', ("anna",)),
    "fixed hosts": ('fixed_hosts = ["ben", "anna"]', ("ben", "anna")),
    "fixed host and round robin": ('fixed_hosts = ["ben"]\nhosts = ["anna", "carl"]', ("ben", "anna")),
    "groups": ('groups = [["carl", "dora"], ["anna", "ben"]]', ("carl", "anna")),
    "fixed hosts and groups": (
        'fixed_hosts = ["dora"]\ngroups = [["carl"], ["anna", "ben"]]',
        ("dora", "carl", "anna"),
    ),
}


def follow(salon: UnrulySalon) -> None:
    salon.clock.turn(minutes=1)
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()


@pytest.mark.parametrize("kind", TEAMS)
def test_the_organisers_calendar_holds_the_event_and_the_other_hosts_are_invited(
    open_salon: OpenSalon, kind: str
) -> None:
    lines, attending = TEAMS[kind]
    salon = open_salon(ANNA, BEN, CARL, DORA, visit=lines)
    booking = salon.booked("visit", "kim", TEN, email="kim@example.org")
    assert booking.hosts == attending
    assert salon.calendars_of(booking) == [attending[0]]
    assert salon.guests(booking) == [*(f"{host}@example.com" for host in attending[1:]), "kim@example.org"]
    salon.is_consistent()


@pytest.mark.parametrize("kind", TEAMS)
def test_every_attending_hosts_time_is_taken_and_given_back(open_small: OpenSalon, kind: str) -> None:
    lines, attending = TEAMS[kind]
    buffers = "buffer_before_minutes = 10\nbuffer_after_minutes = 20"
    salon = open_small(ANNA, BEN, CARL, DORA, visit=f"{lines}\n{buffers}")
    booking = salon.booked("visit", "kim", TEN)
    claims = salon.claims(booking)
    assert [claim.host for claim in claims] == sorted(attending)
    assert {claim.interval for claim in claims} == {salon.event_type("visit").padded(TEN)}
    assert salon.reception.cancel(booking).success
    assert not salon.claims(booking)
    salon.bridge.background.run_due()
    assert not salon.events()


def test_co_hosts_are_invited_although_callers_are_not(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='fixed_hosts = ["anna", "ben"]\ninvite = false')
    booking = salon.booked("visit", "kim", TEN, email="kim@example.org")
    assert salon.guests(booking) == ["ben@example.com"]


def test_a_co_hosts_time_is_taken_for_every_event_type(open_salon: OpenSalon) -> None:
    """Ben's own calendar shows nothing of it: his claim alone keeps him from being booked twice."""
    salon = open_salon(
        ANNA, BEN, pair='fixed_hosts = ["anna", "ben"]', solo=f'hosts = ["ben"]\n{EVERY_START}'
    )
    salon.booked("pair", "kim", TEN)
    assert not {"10:00"} & set(salon.offered("solo"))
    assert not salon.ask("solo", "lee", TEN).success
    assert salon.booked("solo", "lee", HALF_PAST).hosts == ("ben",)
    assert not salon.ask("pair", "max", HALF_PAST).success


def test_a_group_gives_each_caller_another_host_until_nobody_is_left(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, CARL, DORA, visit='groups = [["anna", "ben"], ["carl", "dora"]]')
    booked = [salon.booked("visit", who, TEN).hosts for who in ("kim", "lee")]
    assert booked == [("anna", "carl"), ("ben", "dora")]
    assert not salon.ask("visit", "max", TEN).success


def test_each_group_is_chosen_from_by_itself(open_small: OpenSalon) -> None:
    """Who of the second group is free decides nothing in the first."""
    salon = open_small(ANNA, BEN, CARL, DORA, visit='groups = [["anna", "ben"], ["carl", "dora"]]')
    salon.busy("dora", TEN)
    salon.busy("carl", HALF_PAST)
    booked = [salon.booked("visit", who, start).hosts for who, start in (("kim", TEN), ("lee", HALF_PAST))]
    assert booked == [("anna", "carl"), ("ben", "dora")]


def test_a_rehearsal_chooses_and_takes_nothing(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='fixed_hosts = ["anna", "ben"]')
    kind = salon.event_type("visit")
    assert salon.reception.book(kind, CallerRequest(), TEN, dry_run=True).success
    assert not salon.bookings()


def test_a_person_who_moves_the_organisers_event_moves_all_hosts(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, pair='fixed_hosts = ["anna", "ben"]', solo='hosts = ["ben"]')
    booking = salon.booked("pair", "kim", TEN)
    (event,) = salon.events("anna")
    later = Interval(TEN + 4 * HALF_AN_HOUR, TEN + 5 * HALF_AN_HOUR)
    provider = salon.bridge.opened.provider(booking.calendar)
    provider.move_event(replace(event.ref, etag=None), later, timezone="UTC", deadline=salon.patience())
    follow(salon)
    moved = salon.booking(booking)
    assert (moved.interval.start, moved.by_person) == (TEN + 4 * HALF_AN_HOUR, True)
    assert salon.claimed(moved) == ["anna", "ben"]
    assert not salon.ask("solo", "lee", TEN + 4 * HALF_AN_HOUR).success
    assert salon.booked("solo", "lee", TEN + 2 * HALF_AN_HOUR).hosts == ("ben",)


def test_a_team_that_a_calendar_refuses_keeps_nothing(open_small: OpenSalon) -> None:
    """With a fixed organiser no other can take the event, so nothing else is tried."""
    salon = open_small(ANNA, BEN, CARL, visit='fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]')
    salon.plan.writes.append(Trouble.REFUSED)
    refusal = salon.ask("visit", "kim", TEN)
    assert refusal.reason.startswith("The appointment could not be entered in the calendar")
    (failed,) = salon.bookings()
    assert failed.state is BookingState.FAILED
    assert not salon.claims(failed)
    assert salon.write_states(failed) == ["gone"]


def test_when_the_last_of_several_calendars_refuses_no_write_stays_open(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    salon.plan.writes.extend([Trouble.REFUSED, Trouble.REFUSED])
    assert not salon.ask("visit", "kim", TEN).success
    (failed,) = salon.bookings()
    assert salon.write_states(failed) == ["gone", "gone"]


def test_after_a_refusal_the_next_host_of_the_first_group_organises(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, CARL, visit='groups = [["anna", "ben"], ["carl"]]')
    salon.plan.writes.append(Trouble.REFUSED)
    booking = salon.booked("visit", "kim", TEN)
    assert booking.hosts == ("ben", "carl")
    assert salon.claimed(booking) == ["ben", "carl"]
    assert salon.guests(booking) == ["carl@example.com"]
    (decided, _) = booking.decision
    assert (decided["chosen"], decided["rule"]) == ("ben", "only_one")
    salon.is_consistent()
