"""The first choice is lost: to another caller, to its own calendar, or to silence. The next is tried."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.model import BookingState
from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import ANNA, BEN, CARL
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon
from tests.vendors.unruly import Trouble

TRIO = 'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]'
UNREACHABLE = "The calendar cannot be reached right now. Please try again in a moment."
GONE = "Appointment slot is no longer available"


def once(step: str, happen: Callable[[], object]) -> Callable[[str], None]:
    """Return what to do at a step, the first time only."""
    waiting = [happen]

    def watch(reached: str) -> None:
        if reached == step and waiting:
            waiting.pop()()

    return watch


def slow(salon: UnrulySalon, *meanwhile: Callable[[], object], seconds: float = 1.5) -> None:
    """Let the next hold take longer than an answer stays fresh, and things happen meanwhile."""

    def happen() -> None:
        salon.clock.turn(seconds=seconds)
        for each in meanwhile:
            each()

    salon.watch = once("held", happen)


def assert_nothing_is_left(salon: UnrulySalon) -> None:
    (failed,) = salon.bookings()
    assert failed.state is BookingState.FAILED
    assert not salon.claims(failed)
    assert set(salon.write_states(failed)) == {"gone"}
    assert not [event for event in salon.events() if event.booking_id]


def test_a_host_whose_calendar_fills_in_this_moment_is_passed_over(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(salon, lambda: salon.busy("anna", TEN))
    booking = salon.booked("visit", "kim", TEN)
    assert booking.hosts == salon.booking(booking).hosts == ("ben",)
    assert salon.claimed(booking) == ["ben"]
    assert salon.write_states(booking) == ["gone", "done"]
    assert salon.calendars_of(booking) == ["ben"]
    salon.is_consistent()


def test_the_next_host_is_asked_again_too(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, CARL, visit='hosts = ["anna", "ben", "carl"]')
    slow(salon, lambda: salon.busy("anna", TEN), lambda: salon.busy("ben", TEN))
    assert salon.booked("visit", "kim", TEN).hosts == ("carl",)
    salon.is_consistent()


def test_when_all_hosts_turn_out_busy_the_slot_is_gone_and_nothing_is_left(
    open_small: OpenSalon,
) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(salon, lambda: salon.busy("anna", TEN), lambda: salon.busy("ben", TEN))
    assert salon.ask("visit", "kim", TEN).reason.startswith(GONE)
    assert_nothing_is_left(salon)


def test_a_fixed_host_who_turns_out_busy_has_no_substitute(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, CARL, visit=TRIO)
    slow(salon, lambda: salon.busy("anna", TEN))
    assert salon.ask("visit", "kim", TEN).reason.startswith(GONE)
    assert_nothing_is_left(salon)


def test_of_a_team_only_who_turned_out_busy_is_replaced(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, CARL, visit=TRIO)
    slow(salon, lambda: salon.busy("ben", TEN))
    booking = salon.booked("visit", "kim", TEN)
    assert booking.hosts == ("anna", "carl")
    assert salon.guests(booking) == ["carl@example.com"]
    salon.is_consistent()


def test_a_bookings_own_hold_is_not_counted_when_the_next_host_is_chosen(open_salon: OpenSalon) -> None:
    """Anna's one appointment of the day is the one being made."""
    salon = open_salon(ANNA, BEN, CARL, visit=f"{TRIO}\nmax_bookings_per_day = 1")
    slow(salon, lambda: salon.busy("ben", TEN))
    assert salon.booked("visit", "kim", TEN).hosts == ("anna", "carl")


def test_a_host_who_falls_silent_is_passed_over(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(salon, lambda: salon.plan.reads.append(Trouble.DOWN))
    assert salon.booked("visit", "kim", TEN).hosts == ("ben",)


def test_when_the_only_host_falls_silent_the_calendar_is_named_as_the_reason(
    open_small: OpenSalon,
) -> None:
    salon = open_small(ANNA, visit='hosts = ["anna"]')
    slow(salon, lambda: salon.plan.reads.append(Trouble.DOWN))
    assert salon.ask("visit", "kim", TEN).reason == UNREACHABLE
    assert_nothing_is_left(salon)


def test_with_too_little_time_left_to_ask_again_what_was_answered_is_used(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(salon, lambda: salon.plan.reads.append(Trouble.DOWN), seconds=3)  # of 5
    assert salon.booked("visit", "kim", TEN).hosts == ("anna",)


def test_without_time_left_to_write_nothing_is_booked(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(salon, seconds=4.5)  # of 5
    assert not salon.ask("visit", "kim", TEN).success
    assert_nothing_is_left(salon)
    assert all(set(account.made.values()) == {0} for account in salon.unruly.opened.values())


def test_a_fresh_answer_is_not_asked_for_again(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(salon, lambda: salon.busy("anna", TEN), seconds=0.9)
    assert salon.booked("visit", "kim", TEN).hosts == ("anna",)


def test_the_loser_of_a_race_gets_the_next_host(open_salon: OpenSalon) -> None:
    """Anna is chosen for lee through another event type, after kim's calendars were asked."""
    salon = open_salon(ANNA, BEN, visit='hosts = ["anna", "ben"]', other='hosts = ["anna"]')
    salon.race(lambda: salon.booked("other", "lee", TEN))
    assert salon.booked("visit", "kim", TEN).hosts == ("ben",)
    assert {booking.hosts for booking in salon.confirmed()} == {("anna",), ("ben",)}
    salon.is_consistent()


@pytest.mark.parametrize("lines", ['hosts = ["anna"]', TRIO, 'groups = [["anna"], ["ben"]]'])
def test_the_loser_of_a_race_for_the_only_host_is_told(open_salon: OpenSalon, lines: str) -> None:
    salon = open_salon(ANNA, BEN, CARL, visit=lines, other='hosts = ["anna"]')
    salon.race(lambda: salon.booked("other", "lee", TEN))
    refusal = salon.ask("visit", "kim", TEN)
    assert refusal.reason.startswith(f"{GONE}. The next free times are")
    assert [booking.event_type for booking in salon.bookings()] == ["other"]


def test_a_move_that_loses_a_race_takes_another_host(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit='hosts = ["anna", "ben"]', other='hosts = ["anna"]')
    booking = salon.booked("visit", "kim", TEN)
    salon.race(lambda: salon.booked("other", "lee", HALF_PAST))
    assert salon.moved(booking, HALF_PAST).hosts == ("ben",)
    salon.is_consistent()
